package packhorse.tracker;

import com.google.protobuf.ByteString;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.SwarmState;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.session.SessionDoor;

/**
 * Hears of a publication before the mirror's next turn: an origin that reports a pack which no mirrored manifest names has published
 * something. The same unknown packs are news once; one that was retired stays unknown for ever.
 */
final class OriginNews implements SessionDoor.OriginListener {
    private final Mirror mirror;
    private final AtomicReference<Set<ByteString>> unknownBefore = new AtomicReference<>(Set.of());

    OriginNews(Mirror mirror) {
        this.mirror = mirror;
    }

    @Override
    public void reported(AgentReport report) {
        Set<ByteString> known = mirror.manifests().stream()
                .map(verified -> ByteString.copyFrom(
                        verified.manifest().pack().data().sha256().bytes()))
                .collect(Collectors.toSet());
        Set<ByteString> unknown = report.getSwarmsList().stream()
                .map(SwarmState::getPack)
                .filter(pack -> !known.contains(pack))
                .collect(Collectors.toUnmodifiableSet());
        if (!unknownBefore.getAndSet(unknown).containsAll(unknown)) {
            mirror.lookSoon();
        }
    }
}
