package packhorse.peer.site;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a swarm must be told when its duty changes. Nothing is told twice, so that an assignment that repeats itself, as
 * level-triggered ones do, costs nothing.
 */
public sealed interface DutyChange {
    /** The swarm's peers are now exactly these. */
    record Peers(Set<Neighbour> neighbours) implements DutyChange {
        public Peers {
            neighbours = Set.copyOf(neighbours);
        }
    }

    /** The swarm's share of the pieces is now this one. */
    record Share(int index, int count) implements DutyChange {}

    /** Bans of this swarm are forgotten. */
    record Forgive() implements DutyChange {}

    /** The agent stood still and was handed a source outside; counted and shown. */
    record Rescued() implements DutyChange {}

    /** From {@code before} (empty: the swarm knows nothing yet) to {@code now}. */
    static List<DutyChange> between(Optional<Duty> before, Duty now) {
        List<DutyChange> changes = new ArrayList<>();
        if (before.isEmpty()
                || before.get().shareIndex() != now.shareIndex()
                || before.get().shareCount() != now.shareCount()) {
            changes.add(new Share(now.shareIndex(), now.shareCount()));
        }
        if (before.isEmpty() || !before.get().neighbours().equals(now.neighbours())) {
            changes.add(new Peers(now.neighbours()));
        }
        if (before.isPresent() && now.forgiveEpoch() > before.get().forgiveEpoch()) {
            changes.add(new Forgive());
        }
        if (now.rescued() && (before.isEmpty() || !before.get().rescued())) {
            changes.add(new Rescued());
        }
        return List.copyOf(changes);
    }
}
