package packhorse.peer.site;

import java.util.Map;
import packhorse.core.topology.IpAddress;

/**
 * Payload bytes of one swarm by link, made from the counters per remote peer: every byte is on exactly one side.
 *
 * @param wanIn from outside the site
 * @param wanOut to outside the site
 * @param lanIn from the same site
 * @param lanOut to the same site
 */
public record Books(long wanIn, long wanOut, long lanIn, long lanOut) {
    /** Payload bytes with one remote peer. */
    public record InOut(long in, long out) {}

    /** Sorts {@code counters} by what {@code place} calls local. */
    public static Books of(Map<IpAddress, InOut> counters, SitePlace place) {
        long wanIn = 0;
        long wanOut = 0;
        long lanIn = 0;
        long lanOut = 0;
        for (Map.Entry<IpAddress, InOut> entry : counters.entrySet()) {
            InOut bytes = entry.getValue();
            if (place.isWan(entry.getKey())) {
                wanIn += bytes.in();
                wanOut += bytes.out();
            } else {
                lanIn += bytes.in();
                lanOut += bytes.out();
            }
        }
        return new Books(wanIn, wanOut, lanIn, lanOut);
    }
}
