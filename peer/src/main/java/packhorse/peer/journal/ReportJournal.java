package packhorse.peer.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.state.Recollection;
import packhorse.core.state.StatusEntry;

/**
 * The endpoint's own record of what became of its orders.
 *
 * <p><b>Problem.</b> A report must be counted once, though processes are killed, frames are lost and repeated, and trackers
 * change. <b>Algorithm.</b> Each report gets the next sequence, is appended and flushed ({@code fsync}) before anybody hears of
 * it, and stays until a tracker says that everything up to a sequence is stored for good. Endpoint, journal number and
 * sequence name it wherever it goes, so whoever stores it can tell a repetition. The number is drawn at random when the journal is
 * made: a journal that was lost comes back under another, and its sequences from 1 are nobody's repetition. This is the log of
 * at-least-once delivery with the receiver's memory of names that makes it exactly once [1].
 *
 * <p><b>Files.</b> The reports stand in a {@link SegmentRow}. The last state of each action is carried into each new segment's head, so
 * it outlives the report: an action does not report a state a second time after a restart.
 *
 * <p><b>A new journal</b> takes over what the former one had for the tracker, where sequences may name two reports. A record that
 * does not add up with a whole one behind it is the disk's doing, and sequences after it may have been sent. And a tracker that
 * has stored what was never written here, or other reports than these, knows a journal that this disk has forgotten, of a virtual
 * machine that was put back to a snapshot, say: new reports would pass for its old ones. So each session begins with {@link #heard},
 * and what the tracker has of this journal is not sent again under the new one; only where it does not remember enough to tell
 * ({@link Parting}), a report may come twice rather than be lost. A tracker speaks for what is stored there: of two that were each
 * told other reports of one name, neither can know.
 *
 * <p><b>Bound.</b> At most {@value #WAITING_MAX} reports wait. After that a state that is not an action's end is
 * remembered but not written: the state after it speaks for both. Ends are always written: there is one per action, and a
 * desired state has a bounded number of those. Sequences have no gaps either way.
 *
 * <p>Thread-safe, by two locks. Whoever changes anything but {@link #current} holds {@code diskLock} for the whole of it and waits for
 * the disk under it; what everybody asks for is changed and read under {@code stateLock}, which nobody holds for longer than that. So
 * asking never waits for a flush. {@code stateLock} may be taken under {@code diskLock}, never the other way round.
 *
 * <ol>
 *   <li>J. Saltzer, D. Reed, D. Clark: End-to-end arguments in system design, ACM TOCS 2(4), 1984.
 * </ol>
 */
public final class ReportJournal implements AutoCloseable {
    /** A day's reports of a busy endpoint; reading one back takes milliseconds. */
    static final int SEGMENT_BYTES_MAX = 256 * 1024;
    /** Ten desired states of the largest size with five states an action; about 10 MiB. */
    static final int WAITING_MAX = 50_000;
    /** Ended actions that no desired state names any more and that are remembered, in case an old desired state comes back. */
    static final int FORMER_MAX = 10_000;

    /** New journals in one run because of what a tracker acknowledged; one that goes on with it is not to be believed. */
    static final int BEGINNINGS_MAX = 4;

    private static final Logger LOG = LoggerFactory.getLogger(ReportJournal.class);

    /** How much a journal takes, and what it stands on. */
    record Ground(Path directory, RandomGenerator random, int segmentBytesMax, int waitingMax, Disk disk) {}

    /**
     * Reports to send, as they were at one moment.
     *
     * @param journal their journal
     * @param oldest the first sequence that it still keeps
     * @param entries in order
     */
    public record Batch(long journal, long oldest, List<StatusEntry> entries) {
        public Batch {
            entries = List.copyOf(entries);
        }
    }

    /** What came of hearing what a tracker has of this journal. */
    public enum Hearing {
        /** It is this journal, as far as anybody can tell: it goes on. */
        SAME,
        /** The disk was put back. What the tracker does not have waits in a new journal, which no tracker can know. */
        BEGUN,
        /** The disk was put back, and a new journal cannot be begun now. Nothing is to be sent in the name of this one. */
        STUCK
    }

    private final Ground ground;
    private final Path directory;
    private final ReentrantLock diskLock = new ReentrantLock();
    private final ReentrantLock stateLock = new ReentrantLock();

    // Guarded by diskLock.
    private final SegmentRow row;
    private int beginnings;

    // Guarded by stateLock. All but last and current are changed under both, and so may be read under diskLock alone.
    private final Deque<StatusEntry> waiting = new ArrayDeque<>();
    private final Map<String, StatusEntry> last = new LinkedHashMap<>();
    private Set<String> current = Set.of();
    private long number;
    private long next = 1;

    private ReportJournal(Ground ground) {
        this.ground = ground;
        this.directory = ground.directory();
        this.row = new SegmentRow(ground);
    }

    /**
     * Opens the journal in a directory of its own, or makes one.
     *
     * @param random names a new journal
     * @throws OperationException when the directory cannot be read or written
     */
    public static ReportJournal open(Path directory, RandomGenerator random) {
        return open(directory, random, SEGMENT_BYTES_MAX, WAITING_MAX);
    }

    static ReportJournal open(Path directory, RandomGenerator random, int segmentBytesMax, int waitingMax) {
        return open(new Ground(directory, random, segmentBytesMax, waitingMax, Disk.REAL));
    }

    static ReportJournal open(Ground ground) {
        ReportJournal journal = new ReportJournal(ground);
        journal.diskLock.lock();
        journal.stateLock.lock();
        try {
            Files.createDirectories(ground.directory());
            journal.load();
            return journal;
        } catch (IOException e) {
            throw SegmentRow.unwritable(ground.directory(), e);
        } finally {
            journal.stateLock.unlock();
            journal.diskLock.unlock();
        }
    }

    private void load() throws IOException {
        SegmentRow.Reading reading = row.read();
        for (Segment.Content content : reading.contents()) {
            number = content.journal();
            next = Math.max(next, content.first());
            content.remembered().forEach(this::remember);
            for (StatusEntry entry : content.entries()) {
                remember(entry);
                waiting.add(entry);
                next = entry.sequence() + 1;
            }
            while (!waiting.isEmpty() && waiting.getFirst().sequence() < content.oldest()) {
                waiting.removeFirst();
            }
        }
        if (reading.whole()) {
            row.goOn(reading);
            return;
        }
        if (!reading.everyFile().isEmpty()) {
            LOG.error(
                    "the report journal in {} is damaged; a new one begins with {} reports that can be read, some"
                            + " may be counted twice; check the disk",
                    directory,
                    waiting.size());
        }
        begin(reading.everyFile());
    }

    /** A new journal with all that waits in this one; the files of this one are set aside when it stands. */
    private void begin(List<Path> former) throws IOException {
        List<StatusEntry> again = new ArrayList<>();
        for (StatusEntry entry : waiting) {
            again.add(numbered(entry, again.size() + 1L));
        }
        List<StatusEntry> remembered = asking(() -> List.copyOf(last.values()));
        long fresh = ground.random().nextLong(1, Long.MAX_VALUE);
        row.begin(former, fresh, remembered, again);
        asking(() -> {
            number = fresh;
            waiting.clear();
            waiting.addAll(again);
            again.forEach(this::remember);
            next = again.size() + 1L;
            return number;
        });
        row.setAside(former);
    }

    private static StatusEntry numbered(StatusEntry entry, long sequence) {
        return new StatusEntry(
                sequence,
                entry.at(),
                entry.action(),
                entry.subject(),
                entry.operation(),
                entry.state(),
                entry.detail(),
                entry.code(),
                entry.codeClass(),
                entry.bytesWan(),
                entry.bytesLan(),
                entry.desiredRevision());
    }

    private <T> T asking(Supplier<T> question) {
        stateLock.lock();
        try {
            return question.get();
        } finally {
            stateLock.unlock();
        }
    }

    /** Names the journal; another one after the files were lost. */
    public long number() {
        return asking(() -> number);
    }

    /** What of drafts is written, and what is only remembered. */
    private record Plan(List<StatusEntry> written, List<StatusEntry> merged) {}

    /**
     * Writes states down, in order, and returns when they are on the disk. An action's state that is the last one anyhow, or
     * that would follow its end, is left out: repeating is harmless.
     *
     * @return how many were new
     * @throws OperationException when they cannot be written; nothing is changed then
     */
    public int append(List<Draft> drafts) {
        diskLock.lock();
        try {
            Plan plan = asking(() -> plan(drafts));
            write(plan.written());
            return asking(() -> {
                for (StatusEntry entry : plan.written()) {
                    remember(entry);
                    waiting.add(entry);
                    next = entry.sequence() + 1;
                }
                // Their sequences belong to others; they are never written.
                plan.merged().forEach(this::remember);
                return plan.written().size() + plan.merged().size();
            });
        } finally {
            diskLock.unlock();
        }
    }

    private Plan plan(List<Draft> drafts) {
        Plan plan = new Plan(new ArrayList<>(), new ArrayList<>());
        Map<String, StatusEntry> latest = new LinkedHashMap<>();
        for (Draft draft : drafts) {
            StatusEntry before = latest.getOrDefault(draft.action(), last.get(draft.action()));
            if (before != null
                    && (before.state() == draft.state() || before.state().ends(before.operation()))) {
                continue;
            }
            StatusEntry entry = draft.numbered(next + plan.written().size());
            latest.put(draft.action(), entry);
            boolean full = waiting.size() + plan.written().size() >= ground.waitingMax();
            if (full && !draft.state().ends(draft.operation())) {
                plan.merged().add(entry);
            } else {
                plan.written().add(entry);
            }
        }
        return plan;
    }

    private void write(List<StatusEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        row.requireSound();
        try {
            if (row.full()) {
                roll();
            }
            row.append(number, entries);
        } catch (IOException e) {
            throw SegmentRow.unwritable(directory, e);
        }
    }

    private void roll() throws IOException {
        row.roll(number, next, asking(() -> List.copyOf(last.values())));
    }

    private void remember(StatusEntry entry) {
        last.remove(entry.action());
        last.put(entry.action(), entry);
    }

    /** The last state of every action that is remembered, by action. */
    public Map<String, StatusEntry> last() {
        return asking(() -> Map.copyOf(last));
    }

    /** The last state of one action, where it is remembered. */
    public Optional<StatusEntry> last(String action) {
        return asking(() -> Optional.ofNullable(last.get(action)));
    }

    /** Says which actions a desired state names now; of the others only so many ended ones are remembered. */
    public void current(Set<String> actions) {
        stateLock.lock();
        try {
            current = Set.copyOf(actions);
            List<String> former = last.values().stream()
                    .filter(entry -> entry.state().ends(entry.operation()) && !current.contains(entry.action()))
                    .map(StatusEntry::action)
                    .toList();
            former.subList(0, Math.max(0, former.size() - FORMER_MAX)).forEach(last::remove);
        } finally {
            stateLock.unlock();
        }
    }

    /** The first sequence that is still kept; the next one to come where nothing waits. */
    public long oldest() {
        return asking(this::first);
    }

    private long first() {
        StatusEntry first = waiting.peekFirst();
        return first == null ? next : first.sequence();
    }

    /** Whether a report of that name was written; nobody can have stored what was not. */
    public boolean wrote(long journal, long sequence) {
        return asking(() -> journal == number && sequence < next);
    }

    /** Reports after {@code sequence} of a journal that are not known to be stored, at most {@code max}; of another one, its first. */
    public Batch after(long journal, long sequence, int max) {
        return asking(() -> new Batch(
                number,
                first(),
                waiting.stream()
                        .dropWhile(entry -> journal == number && entry.sequence() <= sequence)
                        .limit(max)
                        .toList()));
    }

    /** How many reports are not known to be stored. */
    public int waiting() {
        return asking(waiting::size);
    }

    /**
     * Lets go of what is stored for good, in whole segments; blocks. An acknowledgement of another journal is nobody's. One of what
     * this journal never wrote means that it did, and that the disk was put back since: a new journal begins.
     *
     * @return whether a new journal began
     */
    public boolean stored(long journal, long sequence) {
        diskLock.lock();
        try {
            if (journal != number) {
                LOG.warn("a tracker acknowledges report {} of journal {}, which is not ours", sequence, journal);
                return false;
            }
            if (sequence >= next) {
                return part(sequence, asking(this::first) - 1) == Hearing.BEGUN;
            }
            letGo(sequence);
        } catch (IOException e) {
            LOG.warn("reports that are stored cannot be dropped from {}: {}", directory, e.getMessage());
        } finally {
            diskLock.unlock();
        }
        return false;
    }

    /**
     * Compares this journal with what a tracker has of it, before the first report of a session; blocks. Lets go of what is stored
     * for good, as {@link #stored} does.
     *
     * @param sequence up to which the tracker has all that waits
     * @param tracker what it remembers; {@link Recollection#NONE} of one that does not say
     */
    public Hearing heard(long journal, long sequence, Recollection tracker) {
        diskLock.lock();
        try {
            if (journal != number) {
                return Hearing.SAME;
            }
            Recollection known = tracker.last() >= sequence ? tracker : new Recollection(sequence, List.of());
            OptionalLong common = Parting.after(known, waiting, next);
            if (common.isPresent()) {
                return part(known.last(), common.getAsLong());
            }
            if (sequence >= asking(this::first)) {
                letGo(sequence);
            }
        } catch (IOException e) {
            LOG.warn("the report journal {} cannot be changed: {}; check the disk", directory, e.getMessage());
            return Hearing.STUCK;
        } finally {
            diskLock.unlock();
        }
        return Hearing.SAME;
    }

    private long drop(long sequence) {
        return asking(() -> {
            while (!waiting.isEmpty() && waiting.getFirst().sequence() <= sequence) {
                waiting.removeFirst();
            }
            return first();
        });
    }

    private void letGo(long sequence) throws IOException {
        long oldest = drop(sequence);
        if (oldest == next && row.full() && row.sound()) {
            roll();
        } else {
            row.acknowledge(number, oldest);
        }
        row.dropBefore(oldest);
    }

    /** Begins anew with what waits after {@code common}, up to where the tracker has the same reports as this disk. */
    private Hearing part(long theirs, long common) throws IOException {
        if (beginnings >= BEGINNINGS_MAX) {
            LOG.warn("a tracker says that it has report {}, which was never written here", theirs);
            return Hearing.SAME;
        }
        if (!row.sound()) {
            return Hearing.STUCK;
        }
        drop(common);
        LOG.error(
                "a tracker has report {} of this machine, and the disk here has another one or none: it was put back"
                        + " to an earlier state; a new report journal begins with the {} reports that are not known"
                        + " to be stored",
                theirs,
                waiting.size());
        begin(row.files());
        beginnings++;
        return Hearing.BEGUN;
    }

    @Override
    public void close() {
        diskLock.lock();
        try {
            row.close();
        } finally {
            diskLock.unlock();
        }
    }
}
