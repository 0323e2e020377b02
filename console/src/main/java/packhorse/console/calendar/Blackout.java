package packhorse.console.calendar;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/** When nothing may run, whatever the windows say: a change freeze, a month's end, a backup. */
public sealed interface Blackout permits Blackout.Fixed, Blackout.Local {
    /** Longer reasons are cut by whoever shows them; this one is stored and approved. */
    int REASON_MAX = 500;

    String reason();

    Scope scope();

    /** When it holds at a site in this zone; empty where the clock there skips all of it. */
    Optional<Closure> at(ZoneId zone);

    /** A blackout at one site, as instants: from {@code from} up to, but not including, {@code to}. */
    record Closure(Instant from, Instant to, String reason) {}

    /** Between two instants, everywhere in its scope at once. */
    record Fixed(Instant from, Instant to, String reason, Scope scope) implements Blackout {
        public Fixed {
            requireReason(reason);
            if (!from.isBefore(to)) {
                throw new IllegalArgumentException(
                        "the blackout \"" + reason + "\" ends at " + to + ", not after it begins at " + from);
            }
            Spans.requireYear(from.atOffset(java.time.ZoneOffset.UTC).toLocalDate());
            Spans.requireYear(to.atOffset(java.time.ZoneOffset.UTC).toLocalDate());
        }

        @Override
        public Optional<Closure> at(ZoneId zone) {
            return Optional.of(new Closure(from, to, reason));
        }
    }

    /**
     * Between two times on a wall clock.
     *
     * @param zone whose wall clock; absent: each site's own, so that it begins in Tokyo hours before it begins in Berlin
     */
    record Local(LocalDateTime from, LocalDateTime to, Optional<ZoneId> zone, String reason, Scope scope)
            implements Blackout {
        public Local {
            requireReason(reason);
            if (!from.isBefore(to)) {
                throw new IllegalArgumentException(
                        "the blackout \"" + reason + "\" ends at " + to + ", not after it begins at " + from);
            }
            Spans.requireYear(from.toLocalDate());
            Spans.requireYear(to.toLocalDate());
        }

        @Override
        public Optional<Closure> at(ZoneId site) {
            List<Span> shown = Spans.shown(from, to, zone.orElse(site).getRules());
            return shown.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            new Closure(shown.getFirst().from(), shown.getLast().to(), reason));
        }
    }

    private static void requireReason(String reason) {
        if (reason.isBlank() || reason.length() > REASON_MAX) {
            throw new IllegalArgumentException("a blackout needs a reason of 1 to " + REASON_MAX + " characters");
        }
    }
}
