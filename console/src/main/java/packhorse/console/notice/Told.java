package packhorse.console.notice;

import java.time.Instant;
import java.util.Optional;

/**
 * When somebody heard of an order.
 *
 * @param last the newest entry that is told or due
 * @param next the earliest that is still to come; what comes meanwhile is gathered with it
 */
public record Told(Optional<Instant> last, Optional<Instant> next) {
    /** Nothing yet. */
    public static final Told NEVER = new Told(Optional.empty(), Optional.empty());
}
