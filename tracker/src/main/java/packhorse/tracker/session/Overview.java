package packhorse.tracker.session;

import java.util.List;
import java.util.Map;
import packhorse.core.content.Sha256;
import packhorse.tracker.selection.SwarmDecision.SiteState;

/**
 * What the tracker knows at one moment, for people and counters.
 *
 * @param agents alive
 * @param sessions open ones
 * @param swarms by pack
 * @param rescues since the tracker started, by site
 * @param reports taken since the tracker started
 * @param refusals reports refused since the tracker started
 * @param decisions swarms decided since the tracker started
 */
public record Overview(
        int agents,
        int sessions,
        List<SwarmLine> swarms,
        Map<String, Long> rescues,
        long reports,
        long refusals,
        long decisions) {
    /**
     * One swarm.
     *
     * @param pack which
     * @param members agents in it
     * @param wanting those that fetch
     * @param origins live origins in it
     * @param sites those with members
     */
    public record SwarmLine(Sha256 pack, int members, int wanting, int origins, List<SiteState> sites) {}

    public Overview {
        swarms = List.copyOf(swarms);
        rescues = Map.copyOf(rescues);
    }
}
