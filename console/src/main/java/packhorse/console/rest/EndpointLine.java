package packhorse.console.rest;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.ledger.Fleet;
import packhorse.core.content.Version;
import packhorse.core.topology.EndpointId;

/**
 * An endpoint in a list.
 *
 * @param name the host's own; empty while it has said nothing
 * @param site empty where its address is in no site
 * @param online whether a tracker has a session with it
 * @param lastSeen when a tracker last heard of it
 * @param os its system, for people
 * @param agent the agent's version
 * @param labels what people wrote on it
 */
public record EndpointLine(
        EndpointId endpoint,
        String name,
        String site,
        boolean online,
        Optional<Instant> lastSeen,
        String os,
        Optional<Version> agent,
        Map<String, String> labels) {
    static EndpointLine of(Fleet.Row row) {
        EndpointFacts facts = row.facts();
        return new EndpointLine(
                facts.endpoint(),
                facts.name(),
                facts.site(),
                facts.online(),
                facts.lastSeen(),
                facts.os().name(),
                facts.agent(),
                facts.labels());
    }
}
