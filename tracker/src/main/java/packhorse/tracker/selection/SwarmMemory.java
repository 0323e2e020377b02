package packhorse.tracker.selection;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import packhorse.core.topology.EndpointId;

/**
 * What selection must remember of a swarm so that it does not change its mind without cause. Opaque to its keeper.
 *
 * @param leads standing in, by site
 * @param rescues since when, by agent
 * @param lastRescue by site
 * @param forgiven by agent
 */
public record SwarmMemory(
        Map<String, List<EndpointId>> leads,
        Map<EndpointId, Instant> rescues,
        Map<String, Instant> lastRescue,
        Map<EndpointId, Forgiven> forgiven) {
    public static final SwarmMemory EMPTY = new SwarmMemory(Map.of(), Map.of(), Map.of(), Map.of());

    /**
     * That an agent was told to drop its bans.
     *
     * @param epoch how often
     * @param at when last
     */
    public record Forgiven(long epoch, Instant at) {}

    public SwarmMemory {
        leads = Map.copyOf(leads);
        rescues = Map.copyOf(rescues);
        lastRescue = Map.copyOf(lastRescue);
        forgiven = Map.copyOf(forgiven);
    }
}
