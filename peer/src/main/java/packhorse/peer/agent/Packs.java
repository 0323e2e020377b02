package packhorse.peer.agent;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;

/**
 * The packs that this agent holds or fetches, one {@link PackState} each, by digest. Owns which there are; {@link Intake} puts
 * them in and {@link Swarms} takes the lost ones out. Only the owner thread enters.
 */
final class Packs {
    private final Map<Sha256, PackState> byId = new TreeMap<>();

    @Nullable
    PackState get(Sha256 pack) {
        return byId.get(pack);
    }

    boolean contains(Sha256 pack) {
        return byId.containsKey(pack);
    }

    void put(PackState state) {
        byId.put(state.id(), state);
    }

    void remove(Sha256 pack) {
        byId.remove(pack);
    }

    /** All of them, in the order of their digests; a view. */
    Collection<PackState> all() {
        return byId.values();
    }

    /** What the catalogue lists under a path never changes, so a release that is here is the one that is meant. */
    Optional<PackState> whole(ReleaseId id) {
        return byId.values().stream()
                .filter(pack -> pack.phase == PackState.Phase.WHOLE && pack.releases.contains(id))
                .findFirst();
    }

    boolean anyWanted() {
        return byId.values().stream().anyMatch(PackState::wants);
    }

    void sampleRates(long nowNanos) {
        for (PackState pack : byId.values()) {
            pack.rate.sample(pack.bytesHave(), nowNanos);
        }
    }
}
