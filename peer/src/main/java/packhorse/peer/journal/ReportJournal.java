package packhorse.peer.journal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
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
 * <p><b>Files.</b> Appends go to the newest of a row of {@link Segment}s of {@value #SEGMENT_BYTES_MAX} bytes. A segment goes when
 * all in it is acknowledged, and never in part. The last state of each action is carried into each new segment's head, so it
 * outlives the report: an action does not report a state a second time after a restart. What a crash tore off the end was never
 * flushed and so never sent; it is cut away. A record that does not add up with a whole one behind it is the disk's doing:
 * sequences after it may have been sent, so a new journal begins with all that can be read, and a report may come twice rather
 * than be lost.
 *
 * <p><b>Bound.</b> At most {@value #WAITING_MAX} reports wait. After that a state that is not an action's end is
 * remembered but not written: the state after it speaks for both. Ends are always written: there is one per action, and a
 * desired state has a bounded number of those. Sequences have no gaps either way.
 *
 * <p>Thread-safe: a lock guards all of it, and the one who appends waits for the disk under it.
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

    private static final Logger LOG = LoggerFactory.getLogger(ReportJournal.class);

    private final Path directory;
    private final long number;
    private final int segmentBytesMax;
    private final int waitingMax;
    private final ReentrantLock lock = new ReentrantLock();

    // From here on: guarded by lock.
    private final Deque<StatusEntry> waiting = new ArrayDeque<>();
    private final Map<String, StatusEntry> last = new LinkedHashMap<>();
    /** First sequences of the segments. */
    private final TreeMap<Long, Path> segments = new TreeMap<>();

    private Set<String> current = Set.of();
    private @Nullable FileChannel file;
    private long length;
    private long headLength;
    private long next = 1;
    private String broken = "";

    private ReportJournal(Path directory, long number, int segmentBytesMax, int waitingMax) {
        this.directory = directory;
        this.number = number;
        this.segmentBytesMax = segmentBytesMax;
        this.waitingMax = waitingMax;
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
        try {
            Files.createDirectories(directory);
            List<Segment.Content> contents = new ArrayList<>();
            List<Path> files = Segment.list(directory);
            boolean damaged = false;
            for (Path file : files) {
                Optional<Segment.Content> content = Segment.read(file);
                boolean newest = file.equals(files.getLast());
                if (content.isPresent()
                        && (contents.isEmpty()
                                || content.get().journal() == contents.getLast().journal())) {
                    contents.add(content.get());
                    damaged |= content.get().damaged() || (content.get().torn() && !newest);
                } else {
                    damaged = true;
                }
            }
            if (contents.isEmpty() || damaged) {
                return begin(directory, number(random), contents, files, segmentBytesMax, waitingMax);
            }
            ReportJournal journal =
                    new ReportJournal(directory, contents.getFirst().journal(), segmentBytesMax, waitingMax);
            journal.goOn(contents, files);
            return journal;
        } catch (IOException e) {
            throw unwritable(directory, e);
        }
    }

    private static long number(RandomGenerator random) {
        return random.nextLong(1, Long.MAX_VALUE);
    }

    private void goOn(List<Segment.Content> contents, List<Path> files) throws IOException {
        lock.lock();
        try {
            for (int i = 0; i < contents.size(); i++) {
                Segment.Content content = contents.get(i);
                segments.put(content.first(), files.get(i));
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
            Segment.Content newest = contents.getLast();
            FileChannel channel = FileChannel.open(files.getLast(), StandardOpenOption.WRITE);
            if (newest.torn()) {
                LOG.warn("what a crash left unfinished at the end of {} is cut away", files.getLast());
                channel.truncate(newest.length());
                channel.force(true);
            }
            channel.position(newest.length());
            file = channel;
            length = newest.length();
            headLength = newest.headLength();
        } finally {
            lock.unlock();
        }
    }

    /** A new journal, with whatever can still be read of one that is damaged. */
    private static ReportJournal begin(
            Path directory,
            long number,
            List<Segment.Content> salvaged,
            List<Path> former,
            int segmentBytesMax,
            int waitingMax)
            throws IOException {
        ReportJournal journal = new ReportJournal(directory, number, segmentBytesMax, waitingMax);
        journal.lock.lock();
        try {
            List<StatusEntry> again = new ArrayList<>();
            for (Segment.Content content : salvaged) {
                content.remembered().forEach(journal::remember);
                content.entries().forEach(journal::remember);
                again.addAll(content.entries());
                again.removeIf(entry -> entry.sequence() < content.oldest());
            }
            if (!former.isEmpty()) {
                LOG.error(
                        "the report journal in {} is damaged; a new one begins with {} reports that can be read, some"
                                + " may be counted twice; check the disk",
                        directory,
                        again.size());
                for (Path file : former) {
                    Files.move(file, file.resolveSibling(file.getFileName() + ".damaged"));
                }
            }
            journal.roll();
            for (StatusEntry entry : again) {
                journal.write(List.of(numbered(entry, journal.next)));
            }
        } finally {
            journal.lock.unlock();
        }
        return journal;
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
                entry.bytesWan(),
                entry.bytesLan(),
                entry.desiredRevision());
    }

    /** Names the journal; another one after the files were lost. */
    public long number() {
        return number;
    }

    /**
     * Writes states down, in order, and returns when they are on the disk. An action's state that is the last one anyhow, or
     * that would follow its end, is left out: repeating is harmless.
     *
     * @return how many were new
     * @throws OperationException when they cannot be written; nothing is changed then
     */
    public int append(List<Draft> drafts) {
        lock.lock();
        try {
            List<StatusEntry> entries = new ArrayList<>();
            Map<String, StatusEntry> latest = new LinkedHashMap<>();
            List<StatusEntry> merged = new ArrayList<>();
            for (Draft draft : drafts) {
                StatusEntry before = latest.getOrDefault(draft.action(), last.get(draft.action()));
                if (before != null
                        && (before.state() == draft.state() || before.state().ends(before.operation()))) {
                    continue;
                }
                StatusEntry entry = draft.numbered(next + entries.size());
                latest.put(draft.action(), entry);
                if (waiting.size() + entries.size() >= waitingMax
                        && !draft.state().ends(draft.operation())) {
                    merged.add(entry);
                } else {
                    entries.add(entry);
                }
            }
            write(entries);
            // Their sequences belong to others; they are never written.
            merged.forEach(this::remember);
            return entries.size() + merged.size();
        } finally {
            lock.unlock();
        }
    }

    private void write(List<StatusEntry> entries) {
        if (entries.isEmpty()) {
            return;
        }
        if (!broken.isEmpty()) {
            throw new OperationException(broken);
        }
        try {
            if (length - headLength >= segmentBytesMax) {
                roll();
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (StatusEntry entry : entries) {
                bytes.writeBytes(Segment.record(number, entry));
            }
            put(bytes.toByteArray());
            flush();
        } catch (IOException e) {
            throw unwritable(directory, e);
        }
        for (StatusEntry entry : entries) {
            remember(entry);
            waiting.add(entry);
            next = entry.sequence() + 1;
        }
    }

    /** Adds to the file, all of it or nothing. */
    private void put(byte[] bytes) throws IOException {
        FileChannel channel = opened();
        try {
            Segment.write(channel, bytes);
            length += bytes.length;
        } catch (IOException e) {
            channel.truncate(length);
            channel.position(length);
            throw e;
        }
    }

    /** What a failed flush left on the disk is unknown: only reading it back, at the next start, can tell. */
    private void flush() throws IOException {
        try {
            opened().force(true);
        } catch (IOException e) {
            broken = "the report journal " + directory + " cannot be flushed: " + e.getMessage()
                    + "; check the disk and start the agent again";
            throw e;
        }
    }

    private FileChannel opened() {
        FileChannel channel = file;
        if (channel == null) {
            throw new OperationException("the report journal " + directory + " is closed");
        }
        return channel;
    }

    private void roll() throws IOException {
        FileChannel former = file;
        FileChannel fresh = Segment.create(directory, number, next, last.values());
        segments.put(next, Segment.file(directory, next));
        file = fresh;
        length = fresh.position();
        headLength = length;
        if (former != null) {
            former.close();
        }
    }

    private void remember(StatusEntry entry) {
        last.remove(entry.action());
        last.put(entry.action(), entry);
    }

    /** The last state of every action that is remembered, by action. */
    public Map<String, StatusEntry> last() {
        lock.lock();
        try {
            return Map.copyOf(last);
        } finally {
            lock.unlock();
        }
    }

    /** The last state of one action, where it is remembered. */
    public Optional<StatusEntry> last(String action) {
        lock.lock();
        try {
            return Optional.ofNullable(last.get(action));
        } finally {
            lock.unlock();
        }
    }

    /** Says which actions a desired state names now; of the others only so many ended ones are remembered. */
    public void current(Set<String> actions) {
        lock.lock();
        try {
            current = Set.copyOf(actions);
            List<String> former = last.values().stream()
                    .filter(entry -> entry.state().ends(entry.operation()) && !current.contains(entry.action()))
                    .map(StatusEntry::action)
                    .toList();
            former.subList(0, Math.max(0, former.size() - FORMER_MAX)).forEach(last::remove);
        } finally {
            lock.unlock();
        }
    }

    /** The first sequence that is still kept; the next one to come where nothing waits. */
    public long oldest() {
        lock.lock();
        try {
            StatusEntry first = waiting.peekFirst();
            return first == null ? next : first.sequence();
        } finally {
            lock.unlock();
        }
    }

    /** Whether a report of this journal has that sequence; nobody can have stored what was never written. */
    public boolean wrote(long sequence) {
        lock.lock();
        try {
            return sequence < next;
        } finally {
            lock.unlock();
        }
    }

    /** Reports after {@code sequence} that are not known to be stored, at most {@code max}, in order. */
    public List<StatusEntry> after(long sequence, int max) {
        lock.lock();
        try {
            return waiting.stream()
                    .dropWhile(entry -> entry.sequence() <= sequence)
                    .limit(max)
                    .toList();
        } finally {
            lock.unlock();
        }
    }

    /** How many reports are not known to be stored. */
    public int waiting() {
        lock.lock();
        try {
            return waiting.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets go of what is stored for good, in whole segments; blocks. An acknowledgement of another journal, or of what was never
     * written, is nobody's.
     */
    public void stored(long journal, long sequence) {
        lock.lock();
        try {
            if (journal != number || sequence >= next) {
                LOG.warn("a tracker acknowledges report {} of journal {}, which is not ours", sequence, journal);
                return;
            }
            while (!waiting.isEmpty() && waiting.getFirst().sequence() <= sequence) {
                waiting.removeFirst();
            }
            if (waiting.isEmpty() && length - headLength >= segmentBytesMax) {
                roll();
            } else if (file != null) {
                // Not flushed: without it, some reports are sent once more.
                put(Segment.acknowledged(number, oldest()));
            }
            boolean gone = false;
            while (segments.size() > 1 && segments.higherKey(segments.firstKey()) <= oldest()) {
                Files.deleteIfExists(segments.pollFirstEntry().getValue());
                gone = true;
            }
            if (gone) {
                Segment.flush(directory);
            }
        } catch (IOException e) {
            LOG.warn("reports that are stored cannot be dropped from {}: {}", directory, e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            FileChannel channel = file;
            file = null;
            if (channel != null) {
                channel.close();
            }
        } catch (IOException e) {
            LOG.warn("closing the report journal {}: {}", directory, e.getMessage());
        } finally {
            lock.unlock();
        }
    }

    private static OperationException unwritable(Path directory, IOException e) {
        return new OperationException(
                "the report journal " + directory + " cannot be kept: " + e.getMessage()
                        + "; is there space, and may this user write there?",
                e);
    }
}
