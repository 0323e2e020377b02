package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A time in which a request was with its requester again, for what was missing: the clock stood.
 *
 * @param until empty while it still stands
 */
public record Stoppage(Instant from, Optional<Instant> until, String missing) {
    public Stoppage {
        missing = Words.said("what is missing", missing);
        if (until.isPresent() && until.get().isBefore(from)) {
            throw new IllegalArgumentException("a stoppage from " + from + " until " + until.get());
        }
    }

    /** The same, over; a clock that was set back meanwhile makes it no shorter than nothing. */
    Stoppage endedAt(Instant now) {
        return new Stoppage(from, Optional.of(now.isBefore(from) ? from : now), missing);
    }

    /** How long it took, or takes already. */
    public Duration length(Instant now) {
        Instant end = until.orElse(now);
        return end.isBefore(from) ? Duration.ZERO : Duration.between(from, end);
    }

    /** How long all of them took. They follow each other, so nothing counts twice. */
    public static Duration total(List<Stoppage> stoppages, Instant now) {
        return stoppages.stream().map(stoppage -> stoppage.length(now)).reduce(Duration.ZERO, Duration::plus);
    }
}
