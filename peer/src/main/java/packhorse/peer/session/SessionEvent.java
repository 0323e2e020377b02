package packhorse.peer.session;

import java.util.Optional;
import java.util.Set;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.state.Recollection;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.site.SitePlace;

/** What happened between an agent and its trackers. */
public sealed interface SessionEvent {
    /** A tracker answered after silence; whatever was sent before and not answered is to be sent again. */
    record Reached(String tracker) implements SessionEvent {}

    /**
     * What that tracker said of itself and of us.
     *
     * @param version that the session speaks
     * @param seenAs where the tracker sees us come from
     */
    record Welcomed(int version, Optional<PeerAddress> seenAs) implements SessionEvent {}

    /** A newer assignment. */
    record Assigned(SitePlace place) implements SessionEvent {}

    /** A tracker does not answer, or not as it should; the reason is one line. */
    record Unreachable(String reason) implements SessionEvent {}

    /** A tracker refuses this agent; the reason is its own line. */
    record Refused(String reason) implements SessionEvent {}

    /** What this endpoint should have; said at the start of each session and after each change. */
    record Desired(DesiredStateUpdate update) implements SessionEvent {}

    /**
     * Everything of that journal up to and including the sequence is stored for good.
     *
     * @param recollection what else the tracker says of the journal, where it was asked and is new enough to say it
     */
    record Stored(long journal, long sequence, Recollection recollection) implements SessionEvent {
        /** Where nothing else is said. */
        public Stored(long journal, long sequence) {
            this(journal, sequence, Recollection.NONE);
        }
    }

    /** The tracker knows this endpoint's inventory up to that revision, 0 for nothing. */
    record InventoryWanted(long have) implements SessionEvent {}

    /** Who may no longer take part; replaces what was said before. */
    record Denials(long revision, Set<EndpointId> denied) implements SessionEvent {
        public Denials {
            denied = Set.copyOf(denied);
        }
    }

    /** The answer to a question about entitlements. */
    record Entitled(EntitlementAnswer answer) implements SessionEvent {}

    /** The answer to a request for a lease. */
    record Lease(LeaseAnswer answer) implements SessionEvent {}
}
