package packhorse.core.trust;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * A role of offline keys that has less than half its life left: someone has to bring the keys while there is time.
 *
 * @param role which one
 * @param expires when it ends
 * @param left how long from now
 */
public record ExpiryWarning(Role role, Instant expires, Duration left) {
    static List<ExpiryWarning> of(Instant rootExpires, Instant targetsExpires, Lifetimes lifetimes, Instant now) {
        List<ExpiryWarning> warnings = new ArrayList<>();
        addIfLate(warnings, Role.ROOT, rootExpires, lifetimes, now);
        addIfLate(warnings, Role.TARGETS, targetsExpires, lifetimes, now);
        return List.copyOf(warnings);
    }

    private static void addIfLate(
            List<ExpiryWarning> warnings, Role role, Instant expires, Lifetimes lifetimes, Instant now) {
        Duration left = Duration.between(now, expires);
        if (left.multipliedBy(2).compareTo(lifetimes.of(role)) <= 0) {
            warnings.add(new ExpiryWarning(role, expires, left));
        }
    }

    /** The line a person reads. */
    @Override
    public String toString() {
        return left.isPositive()
                ? "the catalogue's " + role.word() + " expires at " + expires + ", in " + left.toDays()
                        + " days; have a " + role.word() + " key holder sign it anew before"
                : "the catalogue's " + role.word() + " expired at " + expires + "; have a " + role.word()
                        + " key holder sign it anew";
    }
}
