package packhorse.peer.desired;

import java.time.Instant;
import java.util.Map;
import java.util.Set;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.DesiredState;
import packhorse.core.state.Subject;

/**
 * All that a {@link Course} is decided by.
 *
 * @param desired the newest desired state
 * @param now the machine's clock
 * @param limits how much fetches at once
 * @param resolutions what the catalogue says of subjects, as far as it was asked
 * @param whole packs that stand whole on the disk
 * @param held releases on the disk, with their packs
 * @param ordered packs on their way to this disk because a desired state asked for them
 * @param asked packs that people wait for
 * @param failures why fetching gave up, by action
 * @param reported the last state reported, by action
 * @param installs what is in place, and what is being put there
 */
public record Situation(
        DesiredState desired,
        Instant now,
        FetchLimits limits,
        Map<Subject, Resolution> resolutions,
        Set<Sha256> whole,
        Map<ReleaseId, Sha256> held,
        Set<Sha256> ordered,
        Set<Sha256> asked,
        Map<String, String> failures,
        Map<String, ActionRecord> reported,
        Installs installs) {
    public Situation {
        resolutions = Map.copyOf(resolutions);
        whole = Set.copyOf(whole);
        held = Map.copyOf(held);
        ordered = Set.copyOf(ordered);
        asked = Set.copyOf(asked);
        failures = Map.copyOf(failures);
        reported = Map.copyOf(reported);
    }
}
