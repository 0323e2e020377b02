package packhorse.console.rest;

import java.time.ZoneId;
import java.util.List;
import packhorse.console.office.KnownSite;
import packhorse.core.config.SiteMapFile;
import packhorse.core.topology.Subnet;

/**
 * A site, as people write it.
 *
 * @param zone of its clock
 * @param subnets its addresses
 * @param down into the site
 * @param up out of it
 * @param sitePeers addresses of machines that serve it
 * @param servesOutsiders whether those of no site are served from here
 * @param lanMayBePlain whether its machines may speak without encryption inside it
 */
public record SiteView(
        ZoneId zone,
        List<String> subnets,
        String down,
        String up,
        List<String> sitePeers,
        boolean servesOutsiders,
        boolean lanMayBePlain) {
    static SiteView of(KnownSite known) {
        return new SiteView(
                known.zone(),
                known.site().subnets().stream().map(Subnet::toString).toList(),
                SiteMapFile.rate(known.site().wan().down()),
                SiteMapFile.rate(known.site().wan().up()),
                known.site().sitePeers().stream().map(Object::toString).sorted().toList(),
                known.site().servesOutsiders(),
                known.site().lanMayBePlain());
    }
}
