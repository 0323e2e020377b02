package packhorse.console.calendar;

import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import packhorse.core.topology.EndpointId;

/**
 * Spreads the starts of many endpoints over an opening, so that they do not all come at the stroke of the hour. Each start follows from the seed and
 * the endpoint's id alone: it can be repeated, and does not move when others come or go.
 */
public final class Spread {
    /** Keeps the order of starts apart from other choices made with the same seed. */
    private static final long STARTING = 0x0ff5e77ab1e5eedL;

    private static final BigInteger WHOLE = BigInteger.ONE.shiftLeft(64);

    private Spread() {}

    /**
     * When the endpoint begins: somewhere in the first {@code over} of the opening, but early enough to be done before it ends. Absent
     * where the run does not fit even at its beginning.
     */
    public static Optional<Instant> start(
            Opening opening, Duration run, Duration over, EndpointId endpoint, long seed) {
        if (over.isNegative()) {
            throw new IllegalArgumentException("starts spread over " + over);
        }
        if (!opening.fits(opening.from(), run)) {
            return Optional.empty();
        }
        Duration latest = opening.length().minus(run);
        Duration room = over.compareTo(latest) < 0 ? over : latest;
        BigInteger share = new BigInteger(Long.toUnsignedString(endpoint.spread(seed ^ STARTING)));
        long millis = BigInteger.valueOf(room.toMillis())
                .multiply(share)
                .divide(WHOLE)
                .longValueExact();
        return Optional.of(opening.from().plusMillis(millis));
    }
}
