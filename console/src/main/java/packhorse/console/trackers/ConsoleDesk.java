package packhorse.console.trackers;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import packhorse.console.wave.LeaseDesk;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.IssuedToken;
import packhorse.core.message.v1.LinkCounts;
import packhorse.core.message.v1.Machine;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;

/**
 * What trackers ask of the rest of the console.
 *
 * <p>Each tracker has threads of its own that call this, so all of it is called by several at once. A call may wait for the ledger: that
 * delays the one tracker only. For one endpoint {@link #store} and {@link #inventory} are never called twice at once by one tracker. An
 * exception is logged and the tracker is not answered, which means: ask again.
 */
public interface ConsoleDesk {
    /**
     * Stores reports for good, each once; completes when they are, and only then does the agent forget them. Without a report it only
     * answers what is stored of the journal. Many are on their way at once and belong into one transaction.
     */
    CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports reports);

    /**
     * Rules on a lease; within some seconds, or the endpoint asks again. Empty: this console does not rule on leases now, another one
     * may.
     */
    CompletableFuture<Optional<LeaseDesk.Ruling>> lease(LeaseQuestion question);

    /**
     * Takes a part of an endpoint's inventory, and says up to which revision it is stored. While more frames of a revision follow the
     * answer is not read.
     */
    InventoryNeeded inventory(EndpointId endpoint, InventoryDelta delta);

    /** Somebody came or went. Afterwards {@link #words} is asked for whoever came. */
    void present(Roll roll);

    /** What is to be said of these endpoints now, some hundreds at once; who is left out is told {@link Word#NOTHING}. */
    Map<EndpointId, Word> words(Collection<EndpointId> endpoints);

    /** What holds for all; asked at the start of each session and after {@link TrackerSessions#standingChanged}. */
    default Standing standing() {
        return Standing.NONE;
    }

    /** What a join token opens, by its name; empty: nobody issued it. */
    default Optional<IssuedToken> token(String id) {
        return Optional.empty();
    }

    /** Machines that the tracker's authority certified; at the start of each session all of them. */
    default void certified(List<Machine> machines) {
        // Who keeps no machines has nothing to do.
    }

    /** Payload bytes by site, as the tracker counts them; replaces what it said before. */
    default void counted(HostPort tracker, LinkCounts counts) {
        // Who shows no bytes has nothing to do.
    }

    /** The session with a tracker is over, or none can be had; who was there may still be. */
    default void lost(HostPort tracker, String why) {
        // The next roll says who is there.
    }
}
