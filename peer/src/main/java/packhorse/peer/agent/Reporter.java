package packhorse.peer.agent;

import java.time.Duration;
import packhorse.core.message.v1.LocalReply;
import packhorse.peer.session.TrackerSession;

/**
 * What the agent tells of itself, and when: to the trackers after every change, at once where the change is one they decide
 * by; to a person who asks for the status.
 *
 * <p>Owns what has changed since the last report and when payload last moved. Only the owner thread enters.
 */
final class Reporter {
    /** A pack whose payload moved within this time makes the agent report often. */
    private static final Duration MOVED_RECENTLY = Duration.ofSeconds(5);

    private final ReportWriter writer;
    private final TrackerSession session;
    private final Packs packs;
    private final Engine engine;
    private final Reach reach;
    private final Duties duties;
    private boolean changed;
    private boolean pressing;
    private long movedNanos;

    Reporter(
            ReportWriter writer,
            TrackerSession session,
            Packs packs,
            Engine engine,
            Reach reach,
            Duties duties,
            long nowNanos) {
        this.writer = writer;
        this.session = session;
        this.packs = packs;
        this.engine = engine;
        this.reach = reach;
        this.duties = duties;
        this.movedNanos = nowNanos - MOVED_RECENTLY.toNanos();
    }

    /** Something changed that the next report tells. */
    void change() {
        changed = true;
    }

    /** Something changed that a tracker should know now. */
    void press() {
        changed = true;
        pressing = true;
    }

    /** Payload moved. */
    void moved(long nowNanos) {
        movedNanos = nowNanos;
        changed = true;
    }

    boolean hasNews() {
        return changed;
    }

    boolean isPressing() {
        return pressing;
    }

    /**
     * Hands the session a fresh report, once there is an address to be found under.
     *
     * @param desiredRevision of the desired state that is acted on
     */
    void publish(boolean lively, long desiredRevision, long nowNanos) {
        if (reach.addresses().isEmpty()) {
            return;
        }
        boolean moving = lively || nowNanos - movedNanos < MOVED_RECENTLY.toNanos();
        session.report(
                writer.report(reach.addresses(), engine.openAddress(), packs.all(), desiredRevision, nowNanos),
                moving,
                pressing);
        pressing = false;
        changed = false;
    }

    void sendStatus(
            ReplySink sink, Steward steward, Installations installations, ActionWriter actions, long catalogueVersion) {
        sink.send(LocalReply.newBuilder()
                .setStatus(writer.status(
                        reach.addresses(), packs.all(), duties, steward, installations, actions, catalogueVersion))
                .build());
        sink.send(LocalDoor.done());
    }
}
