package packhorse.core.topology;

import java.util.List;
import java.util.Set;

/**
 * An office: where its machines are and what line it has.
 *
 * @param name lower-case letters, digits and dashes
 * @param subnets its addresses; IPv4 and IPv6
 * @param wan its line
 * @param sitePeers addresses of the machines meant to pull for the site and serve it; may be empty
 * @param servesOutsiders whether its site peers may serve open swarms to other clients
 * @param lanMayBePlain whether traffic between its own machines may go without encryption, once both have proved who they are
 */
public record Site(
        String name,
        List<Subnet> subnets,
        Link wan,
        Set<IpAddress> sitePeers,
        boolean servesOutsiders,
        boolean lanMayBePlain) {
    /** A site that encrypts everything. */
    public Site(String name, List<Subnet> subnets, Link wan, Set<IpAddress> sitePeers, boolean servesOutsiders) {
        this(name, subnets, wan, sitePeers, servesOutsiders, false);
    }

    public Site {
        if (!name.matches("[a-z0-9][a-z0-9-]{0,62}")) {
            throw new IllegalArgumentException(
                    "\"" + name + "\" is not a site name; write lower-case letters, digits or dashes");
        }
        subnets = List.copyOf(subnets);
        sitePeers = Set.copyOf(sitePeers);
        if (subnets.isEmpty()) {
            throw new IllegalArgumentException("the site " + name + " has no subnet");
        }
        for (IpAddress sitePeer : sitePeers) {
            if (subnets.stream().noneMatch(subnet -> subnet.contains(sitePeer))) {
                throw new IllegalArgumentException(
                        "the site peer " + sitePeer + " is in no subnet of its site " + name);
            }
        }
    }

    public boolean contains(IpAddress address) {
        return subnets.stream().anyMatch(subnet -> subnet.contains(address));
    }
}
