package packhorse.console.office;

import java.time.ZoneId;
import packhorse.core.topology.Site;

/**
 * A site as the console keeps it: what trackers go by, and its clock.
 *
 * @param zone one of IANA's; windows are on this clock
 */
public record KnownSite(Site site, ZoneId zone) {
    public KnownSite {
        if (!ZoneId.getAvailableZoneIds().contains(zone.getId())) {
            throw new IllegalArgumentException("the site " + site.name() + " has the zone \"" + zone.getId()
                    + "\", which is no IANA zone; write one such as Europe/Berlin");
        }
    }
}
