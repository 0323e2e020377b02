package packhorse.tracker.selection;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import packhorse.tracker.swarm.AgentId;

/**
 * What selection must remember of a swarm so that it does not change its mind without cause. Opaque to its keeper.
 *
 * @param leads standing in, by site
 * @param rescues since when, by agent
 * @param lastRescue by site
 * @param forgiven by agent
 */
public record SwarmMemory(
        Map<String, List<AgentId>> leads,
        Map<AgentId, Instant> rescues,
        Map<String, Instant> lastRescue,
        Map<AgentId, Forgiven> forgiven) {
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
