package packhorse.tracker.session;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import packhorse.core.content.Sha256;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.EntitlementQuestion;
import packhorse.core.message.v1.InventoryDelta;
import packhorse.core.message.v1.InventoryNeeded;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LeaseRequest;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.topology.EndpointId;

/**
 * What decides about endpoints and keeps what they say, as the sessions need it. {@code site} is always the site whose rights an
 * endpoint has now: the one it is in by its address, where more than its own word says so.
 *
 * <p>{@link #store} and {@link #inventory} are asked by threads that may wait for a disk, for one endpoint never two at once
 * and in the order in which it spoke. All else is asked by the one thread that owns the sessions, and answered from memory.
 */
public interface Governance {
    /** Everything this endpoint should have; its revision grows with each change. Revision 0: nothing is said about it. */
    DesiredStateUpdate desiredOf(EndpointId endpoint, Optional<String> site);

    /**
     * Whether anything was ever said of this endpoint. Of one that nobody spoke of yet nothing is decided: it is told no
     * assignment, so that it keeps the neighbours it has, and nobody is told of it.
     */
    default boolean knows(EndpointId endpoint) {
        return true;
    }

    /**
     * The endpoint has a session and is there.
     *
     * @param acting revision of the desired state that it says it acts on; 0: none
     */
    default void here(EndpointId endpoint, Optional<String> site, long acting) {
        // Who has files for everybody need not know who is here.
    }

    /** The endpoint's session is over. */
    default void gone(EndpointId endpoint) {
        // As above.
    }

    /** What the agents that are here have moved; told each few seconds, and replaces what was told before. */
    default void moved(List<SiteTraffic> traffic) {
        // As above.
    }

    /** What of the question this endpoint may have; the number is the question's. */
    EntitlementAnswer entitled(EndpointId endpoint, Optional<String> site, EntitlementQuestion question);

    /** Whether this endpoint should have or may have the pack; where not, it is named no peers for it. */
    boolean mayHave(EndpointId endpoint, Optional<String> site, Sha256 pack);

    /**
     * The endpoint acts on the desired state of this revision, which maybe another tracker gave it. Where {@link #desiredOf} says
     * another state with no higher revision, it says a higher one from now on; returns whether that is so.
     */
    default boolean known(EndpointId endpoint, Optional<String> site, long revision) {
        return false;
    }

    /** Whether anybody of the site should have or may have the pack: then its site peers carry it. */
    default boolean siteMayHave(String site, Sha256 pack) {
        return true;
    }

    /**
     * The endpoint asks for the right to do the irreversible step of an action of its desired state; how long it has it from now
     * on. Empty: only until where the item itself says.
     */
    default Optional<Duration> leaseFor(EndpointId endpoint, Optional<String> site, String action) {
        return Optional.empty();
    }

    /**
     * As {@link #leaseFor}, where somebody else rules. Completes within seconds; exceptionally where nobody ruled, and then the
     * endpoint is told nothing and asks again. Empty: {@code leaseFor} and the item itself say.
     */
    default Optional<CompletableFuture<LeaseAnswer>> lease(
            EndpointId endpoint, Optional<String> site, LeaseRequest request) {
        return Optional.empty();
    }

    /**
     * Stores reports for good, each once; completes when they are, and only then is the agent told. Without a report it only answers
     * what is stored. Cancelled where nobody can store now: the agent keeps them and sends them again.
     */
    CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports reports);

    /**
     * Takes what changed in an endpoint's inventory, and says up to where it is known now. Cancelled where nobody can take it now.
     * Of a revision in several frames only the last one's answer counts.
     */
    CompletableFuture<InventoryNeeded> inventory(EndpointId endpoint, InventoryDelta delta);

    /**
     * Up to which revision an endpoint's inventory is known, 0 for not at all; told at the start of each session. Empty: that is not
     * known now, and nothing is told.
     */
    default Optional<InventoryNeeded> inventoryKnown(EndpointId endpoint) {
        return Optional.of(InventoryNeeded.getDefaultInstance());
    }

    /** Has {@code changed} run after each change of what the questions above answer; once is enough for many. */
    void onChange(Runnable changed);

    /** Wants nothing of anybody and says so, lets everybody have everything, and keeps nothing of what it is told. */
    Governance OPEN = new Governance() {
        @Override
        public DesiredStateUpdate desiredOf(EndpointId endpoint, Optional<String> site) {
            return DesiredStateUpdate.newBuilder().setRevision(1).build();
        }

        @Override
        public EntitlementAnswer entitled(EndpointId endpoint, Optional<String> site, EntitlementQuestion question) {
            return EntitlementAnswer.newBuilder()
                    .setNumber(question.getNumber())
                    .addAllAllowed(question.getSubjectsList())
                    .build();
        }

        @Override
        public boolean mayHave(EndpointId endpoint, Optional<String> site, Sha256 pack) {
            return true;
        }

        @Override
        public CompletableFuture<ReportsStored> store(EndpointId endpoint, StatusReports reports) {
            long last = reports.getReportsCount() == 0
                    ? 0
                    : reports.getReports(reports.getReportsCount() - 1).getSequence();
            return CompletableFuture.completedFuture(ReportsStored.newBuilder()
                    .setJournal(reports.getJournal())
                    .setSequence(last)
                    .build());
        }

        @Override
        public CompletableFuture<InventoryNeeded> inventory(EndpointId endpoint, InventoryDelta delta) {
            return CompletableFuture.completedFuture(
                    InventoryNeeded.newBuilder().setHave(delta.getRevision()).build());
        }

        @Override
        public void onChange(Runnable changed) {
            // Nothing ever changes.
        }
    };
}
