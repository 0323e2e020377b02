package packhorse.peer.site;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.unit.ByteRate;

/**
 * An agent's place in the world as the tracker last said.
 *
 * @param revision of the assignment; 0 before the first
 * @param site its name, empty when the agent's address is in none
 * @param local what counts as the agent's own site
 * @param wanDown the site's line into the site, where known
 * @param wanUp the site's line out of the site, where known
 * @param duties by pack
 */
public record SitePlace(
        long revision,
        String site,
        List<Subnet> local,
        Optional<ByteRate> wanDown,
        Optional<ByteRate> wanUp,
        Map<Sha256, Duty> duties) {
    /** Before the first assignment: no site, everything is WAN. */
    public static final SitePlace UNKNOWN =
            new SitePlace(0, "", List.of(), Optional.empty(), Optional.empty(), Map.of());

    public SitePlace {
        local = List.copyOf(local);
        duties = Map.copyOf(duties);
    }

    /** Whether traffic with {@code address} crosses the site's WAN link. */
    public boolean isWan(IpAddress address) {
        return local.stream().noneMatch(subnet -> subnet.contains(address));
    }

    /** How many agents of the site pull over the WAN at most at the same time, this one among them; at least 1. */
    public int pullers() {
        return duties.values().stream().mapToInt(Duty::shareCount).max().orElse(1);
    }
}
