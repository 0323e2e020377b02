package packhorse.peer.agent;

import java.time.Duration;
import java.util.List;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.StatusEntry;
import packhorse.peer.journal.ReportJournal;
import packhorse.peer.session.TrackerSession;

/**
 * Sends what stands in the report journal until it is acknowledged. At most {@value #WINDOW} reports are on their way; the
 * next go out as acknowledgements come in, so a slow tracker is not buried. After a new session, and after a long silence,
 * everything that is not acknowledged goes out again: the names of reports make repetition harmless.
 *
 * <p>Owns how far was sent in this session. Only the owner thread enters.
 */
final class Outbox {
    /** Some 100 KiB on their way: what a session's queue takes without holding back anything else. */
    private static final int WINDOW = 512;
    /** One frame; a tracker stores it with one flush. */
    private static final int BATCH = 128;
    /** A tracker stores within a flush of its disk; one that said nothing for this long has lost what was sent. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final ReportJournal journal;
    private final TrackerSession session;
    private final Errands errands;
    private long sent;
    private long acknowledged;
    private long heardNanos;
    private boolean connected;

    Outbox(ReportJournal journal, TrackerSession session, Errands errands) {
        this.journal = journal;
        this.session = session;
        this.errands = errands;
        this.acknowledged = journal.oldest() - 1;
    }

    /** A session began. */
    void connected(long nowNanos) {
        connected = true;
        again(nowNanos);
    }

    /** No tracker is heard. */
    void disconnected() {
        connected = false;
    }

    private void again(long nowNanos) {
        sent = 0;
        heardNanos = nowNanos;
        pump(nowNanos);
    }

    /** Reports up to a sequence are stored for good. */
    void stored(long number, long sequence, long nowNanos) {
        heardNanos = nowNanos;
        if (number == journal.number() && journal.wrote(sequence)) {
            acknowledged = Math.max(acknowledged, sequence);
        }
        errands.quietly("let go of reports that are stored", () -> journal.stored(number, sequence));
        pump(nowNanos);
    }

    /** Sends what may be sent now. */
    void pump(long nowNanos) {
        if (!connected) {
            return;
        }
        boolean silent = sent > acknowledged && nowNanos - heardNanos > PATIENCE.toNanos();
        if (silent) {
            sent = 0;
            heardNanos = nowNanos;
        }
        long from = Math.max(sent, acknowledged);
        while (from - acknowledged < WINDOW) {
            List<StatusEntry> batch = journal.after(from, BATCH);
            if (batch.isEmpty() || !session.send(frame(batch))) {
                return;
            }
            if (sent <= acknowledged) {
                heardNanos = nowNanos;
            }
            from = batch.getLast().sequence();
            sent = from;
        }
    }

    private Envelope frame(List<StatusEntry> batch) {
        StatusReports.Builder reports =
                StatusReports.newBuilder().setJournal(journal.number()).setOldest(journal.oldest());
        batch.forEach(entry -> reports.addReports(StateCodec.write(entry)));
        return Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setStatusReports(reports)
                .build();
    }

    /** Reports that are not known to be stored. */
    int waiting() {
        return journal.waiting();
    }
}
