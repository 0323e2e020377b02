package packhorse.console.wave;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import packhorse.console.calendar.Timetable;
import packhorse.console.change.PersonId;
import packhorse.core.state.Operation;

/**
 * The brake. An endpoint asks right before the step that is not undone by looking away, and begins only while it has a lease. So whatever
 * was dispatched long ago, nothing begins that may not begin now; and where no console answers nothing begins at all.
 *
 * <p>A lease is short. After a hold, a lease that was given before it still lets an endpoint begin, but no later than
 * {@link #HALT_WITHIN}: the lease's time and what two clocks may differ by. For the same reason a run has to fit into the window even
 * where it begins at the last moment of its lease.
 *
 * <p>Asking again is free: an endpoint that counts against the blast radius already does not count twice.
 */
public final class LeaseDesk {
    /** Long enough for an answer over a slow link, short enough to wait for after a hold. */
    public static final Duration LEASE_TIME = Duration.ofSeconds(60);

    /** What a baseline lets clocks differ by. */
    public static final Duration CLOCK_SKEW = Duration.ofSeconds(5);

    /** After a hold nothing irreversible begins later than this. */
    public static final Duration HALT_WITHIN = LEASE_TIME.plus(CLOCK_SKEW);

    private LeaseDesk() {}

    /** The answer. */
    public sealed interface Ruling {
        /** It may begin until then. */
        record Granted(Instant until) implements Ruling {}

        /** It may not begin; why. */
        record Refused(String reason) implements Ruling {}
    }

    /**
     * All that the answer depends on.
     *
     * @param signed whether the signatures hold for what is carried out
     * @param timetable of the endpoint's site
     * @param forcedBy who lets it begin whatever the timetable says
     * @param run how long it may take
     * @param unverified how many count against the blast radius now
     * @param population of how many
     */
    public record Standing(
            Deployment deployment,
            Action action,
            boolean signed,
            Timetable timetable,
            Optional<PersonId> forcedBy,
            Duration run,
            BlastRadius radius,
            Footing unverified,
            Footing population) {}

    /** Whether the action may begin. */
    public static Ruling rule(Standing standing, Instant now) {
        return refusal(standing, now)
                .<Ruling>map(Ruling.Refused::new)
                .orElseGet(() -> new Ruling.Granted(now.plus(LEASE_TIME)));
    }

    private static Optional<String> refusal(Standing standing, Instant now) {
        Deployment deployment = standing.deployment();
        Action action = standing.action();
        if (action.ended()) {
            return Optional.of(action.id() + " is over: " + action.state());
        }
        if (!action.id().wave().deployment().equals(deployment.id())) {
            return Optional.of(action.id() + " is none of " + deployment.id());
        }
        // Who forces a start does so whatever the calendar says, and a blackout's hold is the calendar's.
        Optional<Hold> held = deployment.holding().stream()
                .filter(hold -> standing.forcedBy().isEmpty() || hold.kind() != Hold.Kind.BLACKOUT)
                .findFirst();
        if (held.isPresent()) {
            return Optional.of(held.get().line());
        }
        Wave wave = deployment.wave(action.id().wave().number());
        boolean runs = deployment.state() == DeploymentState.BACKOUT
                ? action.operation() == Operation.ROLLBACK
                : deployment.state().runsWaves() && wave.state() == WaveState.ACTIVE;
        if (!runs) {
            return Optional.of(wave.id() + " is " + wave.state() + " and " + deployment.id() + " " + deployment.state()
                    + ": nobody begins");
        }
        if (!standing.signed()) {
            return Optional.of("the plan is not what was signed");
        }
        Timetable timetable = standing.timetable();
        if (standing.forcedBy().isEmpty() && !timetable.fits(now, standing.run().plus(HALT_WITHIN))) {
            // The next opening is a long look; whoever shows it asks the timetable.
            return Optional.of("a run of " + standing.run().toMinutes() + " min does not fit at " + timetable.site()
                    + " now; ask again when it opens");
        }
        return action.unverified() ? Optional.empty() : spent(standing);
    }

    private static Optional<String> spent(Standing standing) {
        BlastRadius radius = standing.radius();
        Footing now = standing.unverified();
        Footing of = standing.population();
        return spent("of all targets", now.fleet(), radius.fleet(), of.fleet())
                .or(() -> spent("at its site", now.site(), radius.site(), of.site()))
                .or(() -> spent("of its redundant pair", now.pair(), radius.pair(), of.pair()))
                .or(() -> spent("on its host", now.host(), radius.host(), of.host()));
    }

    private static Optional<String> spent(String where, long now, Cap cap, long population) {
        return population > 0 && now >= cap.of(population)
                ? Optional.of("the blast radius is spent: " + now + " " + where + " are not verified yet, at most "
                        + cap.of(population))
                : Optional.empty();
    }
}
