package packhorse.console.office;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import packhorse.core.topology.Link;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/** How long content takes to get to its endpoints, and what it costs each WAN link: a bound, or a simulation. */
public interface Forecast {
    /**
     * What is asked.
     *
     * @param bytes of the content, once
     * @param origin the rate of the authoritative source, where it is known
     */
    record Load(ByteCount bytes, Optional<ByteRate> origin, List<SiteLoad> sites) {
        public Load {
            sites = List.copyOf(sites);
        }
    }

    /** So many endpoints of one site behind one line. */
    record SiteLoad(String site, long endpoints, Optional<Link> wan) {}

    /**
     * What is expected.
     *
     * @param longest of all sites
     * @param basis what it rests on, for people: whoever reads the numbers reads this
     */
    record Expected(List<SiteTime> sites, Duration longest, String basis) {
        public Expected {
            sites = List.copyOf(sites);
        }
    }

    /**
     * What one site takes.
     *
     * @param wan bytes over its line
     * @param time from the first byte to the last endpoint
     */
    record SiteTime(String site, ByteCount wan, Duration time) {}

    /** What is to be expected. */
    Expected of(Load load);
}
