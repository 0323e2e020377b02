package packhorse.tracker.session;

import java.util.concurrent.atomic.AtomicInteger;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.topology.EndpointId;
import packhorse.core.wire.WireSession;

/** One agent's session and what was said in it. All but {@code waiting} and {@code tray} belong to the sessions' thread. */
final class Line {
    /** The first version that knows desired states, identities of neighbours and who is denied. */
    static final int VERSION_OF_STATES = 2;

    /** Messages of one agent in the owner's mailbox; a flood fills its own share of it and no more. */
    static final int WAITING_MAX = 64;

    final WireSession session;
    final EndpointId id;
    final DeploymentRole role;
    final AtomicInteger waiting = new AtomicInteger();
    final PaperTray tray;

    /** Revision of the assignment that was sent last, 0 for none. */
    long told;

    /** Revision of the desired state that was sent last, −1 for none. */
    long desiredTold = -1;

    /** Revision of the deny-list that was sent last, −1 for none. */
    long denialsTold = -1;

    /** Whether the desired state may have changed since. */
    boolean desiredDue = true;

    boolean inventoryAsked;

    /** Something of the inventory came while nobody could take it. Any thread. */
    volatile boolean inventoryLost;

    /** Revision of the desired state that the agent says it acts on. */
    long acting;

    /** Whether governance was told that it is here. */
    boolean here;

    /** Whether its last report was refused for the address in it; under another site map it may be right. */
    boolean misplaced;

    /** Whether its session is over. */
    boolean ended;

    final SilenceWatch watch;

    Line(WireSession session, PaperTray tray, SilenceWatch watch) {
        this.session = session;
        this.id = session.peer().id();
        this.role = session.peer().role();
        this.tray = tray;
        this.watch = watch;
    }

    boolean knowsStates() {
        return session.version() >= VERSION_OF_STATES;
    }
}
