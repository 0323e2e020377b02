package packhorse.console.rest;

import java.time.Instant;
import java.util.Optional;
import packhorse.console.ledger.Fleet;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Version;
import packhorse.core.state.LineState;
import packhorse.core.topology.EndpointId;

/**
 * An endpoint that has a version of a release line.
 *
 * @param name the host's own; empty while it has said nothing
 * @param site empty where its address is in no site
 * @param inPlace what it has of the line
 * @param previous what it would go back to
 * @param online whether a tracker has a session with it
 * @param lastSeen when a tracker last heard of it
 */
public record InstalledLine(
        EndpointId endpoint,
        String name,
        String site,
        Optional<Version> inPlace,
        Optional<Version> previous,
        boolean online,
        Optional<Instant> lastSeen) {
    static InstalledLine of(Fleet.Row row, ReleaseId release) {
        Optional<LineState> line = row.facts().lines().stream()
                .filter(one ->
                        one.name().equals(release.name()) && one.platform().equals(release.platform()))
                .findFirst();
        return new InstalledLine(
                row.facts().endpoint(),
                row.facts().name(),
                row.facts().site(),
                line.flatMap(LineState::version),
                line.flatMap(LineState::previous),
                row.facts().online(),
                row.facts().lastSeen());
    }
}
