package packhorse.peer.agent;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.StatusReports;
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

    private static final Logger LOG = LoggerFactory.getLogger(Outbox.class);

    private final ReportJournal journal;
    private final TrackerSession session;
    private final Errands errands;
    /** The journal that {@code sent} and {@code acknowledged} are of. */
    private long number;

    private long sent;
    private long acknowledged;
    private long heardNanos;
    private boolean connected;

    Outbox(ReportJournal journal, TrackerSession session, Errands errands) {
        this.journal = journal;
        this.session = session;
        this.errands = errands;
        turnTo(journal.after(0, 0, 0));
    }

    private void turnTo(ReportJournal.Batch batch) {
        number = batch.journal();
        sent = 0;
        acknowledged = batch.oldest() - 1;
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

    /** Reports of a journal up to a sequence are stored for good. */
    void stored(long ofJournal, long sequence, long nowNanos) {
        heardNanos = nowNanos;
        if (ofJournal == number && journal.wrote(ofJournal, sequence)) {
            acknowledged = Math.max(acknowledged, sequence);
        }
        errands.run(
                () -> journal.stored(ofJournal, sequence),
                begun -> {
                    if (begun) {
                        again(nowNanos);
                    }
                },
                refused -> LOG.warn("could not let go of reports that are stored: {}", refused.reason()));
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
            ReportJournal.Batch batch = journal.after(number, from, BATCH);
            if (batch.journal() != number) {
                turnTo(batch);
                from = acknowledged;
            }
            if (batch.entries().isEmpty() || !session.send(frame(batch))) {
                return;
            }
            if (sent <= acknowledged) {
                heardNanos = nowNanos;
            }
            from = batch.entries().getLast().sequence();
            sent = from;
        }
    }

    private static Envelope frame(ReportJournal.Batch batch) {
        StatusReports.Builder reports =
                StatusReports.newBuilder().setJournal(batch.journal()).setOldest(batch.oldest());
        batch.entries().forEach(entry -> reports.addReports(StateCodec.write(entry)));
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
