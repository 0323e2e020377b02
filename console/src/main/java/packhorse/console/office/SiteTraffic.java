package packhorse.console.office;

import java.time.Instant;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Payload bytes as a tracker counts them: of the agents that have a session with it, each since it started.
 *
 * @param tracker its address
 * @param at when it said so
 * @param lines one for each site, and one for each site's origins
 */
public record SiteTraffic(String tracker, Instant at, List<Line> lines) {
    /**
     * One site.
     *
     * @param site empty: in no site
     * @param origins whether these are origins
     * @param wanBytesIn over lines between sites
     * @param lanBytesIn inside the site
     */
    public record Line(
            String site, boolean origins, long wanBytesIn, long wanBytesOut, long lanBytesIn, long lanBytesOut) {
        Line plus(Line other) {
            return new Line(
                    site,
                    origins,
                    wanBytesIn + other.wanBytesIn,
                    wanBytesOut + other.wanBytesOut,
                    lanBytesIn + other.lanBytesIn,
                    lanBytesOut + other.lanBytesOut);
        }
    }

    public SiteTraffic {
        lines = List.copyOf(lines);
    }

    /** Of lines by pack, those of one site together, in the order of the sites' names. */
    public static SiteTraffic of(String tracker, Instant at, List<Line> byPack) {
        SortedMap<String, Line> sums = new TreeMap<>();
        byPack.forEach(line -> sums.merge(line.site() + (line.origins() ? "/origins" : ""), line, Line::plus));
        return new SiteTraffic(tracker, at, List.copyOf(sums.values()));
    }
}
