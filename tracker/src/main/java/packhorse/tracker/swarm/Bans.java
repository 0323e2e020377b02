package packhorse.tracker.swarm;

import java.util.HashSet;
import java.util.Set;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;

/**
 * Whom an agent refuses in one swarm for having sent bad blocks.
 *
 * @param ids by identity
 * @param addresses by address, from agents that know no identities
 */
public record Bans(Set<EndpointId> ids, Set<IpAddress> addresses) {
    public static final Bans NONE = new Bans(Set.of(), Set.of());

    public Bans {
        ids = Set.copyOf(ids);
        addresses = Set.copyOf(addresses);
    }

    public boolean isEmpty() {
        return ids.isEmpty() && addresses.isEmpty();
    }

    /** Whether that one is among them. */
    public boolean names(Member other) {
        return ids.contains(other.id())
                || (!addresses.isEmpty()
                        && other.listen().stream().anyMatch(address -> addresses.contains(address.ip())));
    }

    /** These and one more. */
    Bans with(Report.Ban ban) {
        Set<EndpointId> moreIds = new HashSet<>(ids);
        Set<IpAddress> moreAddresses = new HashSet<>(addresses);
        ban.id().ifPresentOrElse(moreIds::add, () -> moreAddresses.add(ban.address()));
        return new Bans(moreIds, moreAddresses);
    }
}
