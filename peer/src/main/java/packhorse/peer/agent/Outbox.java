package packhorse.peer.agent;

import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.StatusReports;
import packhorse.peer.journal.ReportJournal;
import packhorse.peer.session.SessionEvent;
import packhorse.peer.session.TrackerSession;

/**
 * Sends what stands in the report journal until it is acknowledged. At most {@value #WINDOW} reports are on their way; the
 * next go out as acknowledgements come in, so a slow tracker is not buried. After a new session, and after a long silence,
 * everything that is not acknowledged goes out again: the names of reports make repetition harmless.
 *
 * <p>Names say that only while each means one report, and a disk that was put back to an earlier state gives them a second time.
 * So a session's first word is a question, reports of the journal but none in it, and nothing is sent before the tracker
 * has said what it has and the journal has compared.
 *
 * <pre>
 * state    on                                         goes to
 * SILENT   a session begins                           ASKING
 * ASKING   the tracker answers                        HEARING
 * HEARING  it is this journal, or a new one begun     SENDING
 * HEARING  a new one cannot be begun now              ASKING, after {@link #PATIENCE}
 * any      a session begins                           ASKING
 * any      no tracker is heard                        SILENT
 * </pre>
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
    private State state = State.SILENT;
    /** Whether the question of this session went out. */
    private boolean asked;
    /** Which session this is: what is found out for one does not count for the next. */
    private long talk;

    private enum State {
        SILENT,
        ASKING,
        HEARING,
        SENDING
    }

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
        talk++;
        ask(nowNanos);
    }

    /** No tracker is heard. */
    void disconnected() {
        state = State.SILENT;
    }

    private void ask(long nowNanos) {
        state = State.ASKING;
        asked = false;
        pump(nowNanos);
    }

    private void again(long nowNanos) {
        sent = 0;
        heardNanos = nowNanos;
        pump(nowNanos);
    }

    /** Reports of a journal up to a sequence are stored for good. */
    void stored(SessionEvent.Stored answer, long nowNanos) {
        heardNanos = nowNanos;
        switch (state) {
            case ASKING -> {
                if (answer.journal() == number) {
                    compare(answer, nowNanos);
                }
            }
            case SENDING -> acknowledged(answer.journal(), answer.sequence(), nowNanos);
            case SILENT, HEARING -> LOG.debug("nobody waits for {}", answer);
        }
    }

    private void compare(SessionEvent.Stored answer, long nowNanos) {
        state = State.HEARING;
        long during = talk;
        errands.run(
                () -> journal.heard(answer.journal(), answer.sequence(), answer.recollection()),
                hearing -> {
                    if (during == talk && state == State.HEARING) {
                        heard(hearing, nowNanos);
                    } else if (state == State.ASKING) {
                        // What was asked meanwhile was maybe of the journal before.
                        ask(nowNanos);
                    }
                },
                refused -> {
                    LOG.warn("what a tracker has could not be compared: {}", refused.reason());
                    if (during == talk && state == State.HEARING) {
                        state = State.ASKING;
                    }
                });
    }

    private void heard(ReportJournal.Hearing hearing, long nowNanos) {
        switch (hearing) {
            case SAME, BEGUN -> {
                state = State.SENDING;
                turnTo(journal.after(number, 0, 0));
                again(nowNanos);
            }
            case STUCK -> state = State.ASKING;
        }
    }

    private void acknowledged(long ofJournal, long sequence, long nowNanos) {
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
        switch (state) {
            case SENDING -> send(nowNanos);
            case ASKING -> {
                if (!asked || nowNanos - heardNanos > PATIENCE.toNanos()) {
                    ReportJournal.Batch question = journal.after(number, 0, 0);
                    turnTo(question);
                    asked = session.send(frame(question));
                    heardNanos = nowNanos;
                }
            }
            case SILENT, HEARING -> {
                // Nothing goes out.
            }
        }
    }

    private void send(long nowNanos) {
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
