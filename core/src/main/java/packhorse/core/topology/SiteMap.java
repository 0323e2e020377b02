package packhorse.core.topology;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All sites of a deployment, and the origins, which belong to none. An address in no subnet belongs to no site. Look-up walks
 * the sites: O(subnets).
 *
 * @param sites with distinct names and subnets that do not overlap between sites
 * @param origins addresses of the authoritative sources
 */
public record SiteMap(List<Site> sites, Set<IpAddress> origins) {
    public SiteMap {
        sites = List.copyOf(sites);
        origins = Set.copyOf(origins);
        Set<String> names = new HashSet<>();
        for (Site site : sites) {
            if (!names.add(site.name())) {
                throw new IllegalArgumentException("two sites are called " + site.name());
            }
        }
        for (int i = 0; i < sites.size(); i++) {
            for (int j = i + 1; j < sites.size(); j++) {
                requireDisjoint(sites.get(i), sites.get(j));
            }
        }
    }

    private static void requireDisjoint(Site a, Site b) {
        for (Subnet first : a.subnets()) {
            for (Subnet second : b.subnets()) {
                if (first.overlaps(second)) {
                    throw new IllegalArgumentException("the subnet " + first + " of site " + a.name() + " overlaps "
                            + second + " of site " + b.name());
                }
            }
        }
    }

    public Optional<Site> siteOf(IpAddress address) {
        return origins.contains(address)
                ? Optional.empty()
                : sites.stream().filter(site -> site.contains(address)).findFirst();
    }

    public Optional<Site> site(String name) {
        return sites.stream().filter(site -> site.name().equals(name)).findFirst();
    }
}
