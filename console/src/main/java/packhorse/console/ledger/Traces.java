package packhorse.console.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import packhorse.console.law.World;
import packhorse.console.wave.Action;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Plan;
import packhorse.core.topology.EndpointId;

/** What happened, as the laws look at it: only ever read. */
public interface Traces {
    /** What counts against the blast radius of a deployment, for each group that has any. */
    List<World.Exposure> exposures(DeploymentId deployment, Plan plan);

    /**
     * How far a look has come through what was written down in the order of time, and of names where that is the same.
     *
     * @param name behind which it goes on; empty: with the first at that time
     */
    record Mark(Instant at, String name) {
        /** Before everything. */
        public static final Mark BEGINNING = new Mark(Instant.EPOCH, "");
    }

    /**
     * Some of what was written down.
     *
     * @param next where to go on; empty: there was nothing more
     */
    record Some<T>(List<T> found, Optional<Mark> next) {
        public Some {
            found = List.copyOf(found);
        }
    }

    /** Attempts that were changed behind {@code after}, at most {@code limit}. */
    Some<Action> changed(Mark after, int limit);

    /** What was begun, as it was heard of behind {@code after}, at most {@code limit}. */
    Some<World.Start> begun(Mark after, int limit);

    /** The audit trail with its links behind the number {@code after}: at most {@code limit}, and then it ends with the last of those. */
    World.Audit audit(long after, int limit);

    /** One journal of one endpoint. */
    record JournalName(String endpoint, long journal) {
        /** Before all. */
        public static final JournalName BEGINNING = new JournalName("", 0);

        /** The name of a journal that was looked at. */
        public static JournalName of(World.Journal journal) {
            return new JournalName(journal.endpoint().toString(), journal.journal());
        }
    }

    /** Journals in the order of their names, each counted row by row, behind {@code after}. */
    List<World.Journal> journals(JournalName after, int limit);

    /** All journals of these endpoints. */
    List<World.Journal> journals(Collection<EndpointId> endpoints);
}
