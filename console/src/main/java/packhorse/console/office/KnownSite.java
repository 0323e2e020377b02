package packhorse.console.office;

import java.time.ZoneId;
import java.util.Set;
import packhorse.core.topology.Site;

/**
 * A site as the console keeps it: what trackers go by, and its clock.
 *
 * @param zone one of IANA's; windows are on this clock
 */
public record KnownSite(Site site, ZoneId zone) {
    /** Asked for, the runtime copies its six hundred names each time. */
    private static final Set<String> ZONES = Set.copyOf(ZoneId.getAvailableZoneIds());

    public KnownSite {
        if (!ZONES.contains(zone.getId())) {
            throw new IllegalArgumentException("the site " + site.name() + " has the zone \"" + zone.getId()
                    + "\", which is no IANA zone; write one such as Europe/Berlin");
        }
    }
}
