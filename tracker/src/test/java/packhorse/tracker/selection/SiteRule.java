package packhorse.tracker.selection;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.Site;
import packhorse.tracker.selection.World.Agent;

/** What holds in every world after every decision; says what is broken, or nothing. */
final class SiteRule {
    private SiteRule() {}

    static List<String> broken(World world) {
        List<String> broken = new ArrayList<>();
        Map<String, Integer> pullers = new HashMap<>();
        boolean originHolds = world.agents().stream()
                .anyMatch(a -> a.here && world.place(a) instanceof Place.AtOrigin && a.pieces > 0);
        for (Agent agent : world.agents()) {
            if (!agent.here) {
                continue;
            }
            Orders orders = world.orders(agent.name);
            if (orders.connect().size() > world.rules().connectMax()) {
                broken.add(agent.name + " is told to connect to "
                        + orders.connect().size());
            }
            boolean reaches = false;
            for (EndpointId id : orders.allow().keySet()) {
                Agent other = world.owner(id);
                if (other == agent) {
                    broken.add(agent.name + " is to let itself in");
                }
                if (!world.orders(other.name).allow().containsKey(agent.id)) {
                    broken.add(agent.name + " is to let " + other.name + " in, but not the other way round");
                }
                reaches |= outside(world, agent, other);
            }
            for (Orders.Hint hint : orders.connect()) {
                Agent host = world.owner(hint.address());
                Orders had = world.confirmed().get(host.id);
                if (had == null || !had.allow().containsKey(agent.id)) {
                    broken.add(agent.name + " is to connect to " + host.name + ", who has not confirmed to expect it");
                }
                if (!orders.allow().containsKey(hint.id())) {
                    broken.add(agent.name + " is to connect to " + host.name + " without letting it in");
                }
                if (hint.outside() != outside(world, agent, host)) {
                    broken.add(agent.name + " is told the wrong side of " + host.name);
                }
            }
            if (world.place(agent) instanceof Place.InSite(Site site)) {
                if (reaches && orders.role() == Role.ORDINARY && !orders.rescued()) {
                    broken.add(agent.name + " is ordinary and reaches outside " + site.name());
                }
                boolean wanting = agent.wants && agent.pieces < World.PIECES;
                if (reaches && wanting && !orders.rescued()) {
                    int pulling = pullers.getOrDefault(site.name(), 0) + 1;
                    pullers.put(site.name(), pulling);
                    int most = Math.max(site.sitePeers().size(), world.rules().leadsMax());
                    if (pulling > most) {
                        broken.add(site.name() + " has more than " + most + " pullers");
                    }
                }
                if (orders.rescued()
                        && !(originHolds || reaches)
                        && orders.allow().isEmpty()) {
                    broken.add(agent.name + " was rescued to nowhere");
                }
            }
        }
        return broken;
    }

    private static boolean outside(World world, Agent a, Agent b) {
        String home = world.siteOf(a);
        return home.isEmpty() || !home.equals(world.siteOf(b));
    }
}
