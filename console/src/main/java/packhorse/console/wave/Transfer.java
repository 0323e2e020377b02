package packhorse.console.wave;

import java.time.Duration;
import java.util.OptionalLong;

/**
 * How the content comes to the endpoints.
 *
 * @param coveragePercent so many of a hundred members have it, verified, before the wave may be armed
 * @param spread starts are spread over so long
 * @param wanBytesPerSecondMax into each site; nothing keeps it, so a plan that has it is refused: the limit of a line is its site's
 */
public record Transfer(int coveragePercent, Duration spread, OptionalLong wanBytesPerSecondMax) {
    /** As fast as it goes, all have it first. */
    public static final Transfer DEFAULT = new Transfer(100, Duration.ofMinutes(10), OptionalLong.empty());

    public Transfer {
        if (coveragePercent < 0 || coveragePercent > 100) {
            throw new IllegalArgumentException("a coverage of " + coveragePercent + " % is none; write 0 to 100");
        }
        if (spread.isNegative() || spread.compareTo(Timeouts.MAX) > 0) {
            throw new IllegalArgumentException(
                    "starts spread over " + spread + "; write nothing to " + Timeouts.MAX.toDays() + " days");
        }
        if (wanBytesPerSecondMax.isPresent() && wanBytesPerSecondMax.getAsLong() < 1) {
            throw new IllegalArgumentException("a bandwidth of " + wanBytesPerSecondMax.getAsLong()
                    + " bytes a second moves nothing; write 1 or more, or leave it out");
        }
    }

    /** Whether so many are enough. */
    public boolean covers(long staged, long members) {
        return staged * 100 >= members * coveragePercent;
    }
}
