package packhorse.tracker.reports;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.durable.Durably;
import packhorse.core.message.ReportCheck;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.Recollection;
import packhorse.core.state.ReportId;
import packhorse.core.topology.EndpointId;

/**
 * Keeps reports for good, each once.
 *
 * <p><b>Problem.</b> An agent keeps a report until it hears that it is stored, and sends it again until then; so the store must never
 * say so too early, and must know what it has. A flush to disk takes milliseconds, and many agents report at once.
 *
 * <p><b>Algorithm.</b> Group commit: one thread takes all that waits, leaves out what the index knows, writes the rest in one piece, flushes
 * once, {@linkplain FlushMark marks} how far it is for readers, and only then answers everybody, those whose reports were known too. The index says for each endpoint and journal
 * which sequences are stored; it is made anew from the files at the start. A file that is long enough is closed and the
 * next one begun. The acknowledgement is cumulative: the end of the unbroken run from the oldest report that the agent
 * still keeps; what is before that one was acknowledged to it, by whichever tracker. Where this store does not have what is before,
 * that is counted and said, and is no fault: another tracker's store has it, or the agent's journal lost its head. Who asks before it
 * sends is told the checks of what was stored last too: an agent whose disk was put back to an earlier state finds out so.
 *
 * <p><b>Crash.</b> The last file may end in half a batch, of which nothing was acknowledged; the start cuts it off and keeps what was cut in a
 * file beside. Damage inside a closed file is said and what follows in it is not read; it is not touched. When a write fails (a
 * full disk), the file is cut back to what was flushed, everybody of that batch is told, and the next batch begins a new file.
 *
 * <p><b>Cost.</b> One flush for as many reports as come meanwhile; memory is the index, 250 to 500 bytes an endpoint, and what waits.
 */
public final class ReportStore implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReportStore.class);

    private static final int JOBS_MAX = 100_000;

    /** What the bookkeeping of one message takes beside its reports. */
    private static final int JOB_BYTES = 256;

    /** Counted since the start, but {@code endpoints}, {@code segments} and {@code bytes}, which are of the store. */
    public record Counts(
            long stored,
            long known,
            long flushes,
            long missing,
            long refused,
            int endpoints,
            int segments,
            long bytes) {}

    /**
     * What an agent is told.
     *
     * @param upTo the sequence up to which it may forget
     * @param recollection of the journal, where it sent no report and so only asked
     */
    public record Answer(long upTo, Recollection recollection) {}

    private record Job(
            EndpointId endpoint,
            StatusReports reports,
            Instant received,
            CompletableFuture<Answer> answer,
            long bytes) {}

    private static final Job STOP = new Job(
            EndpointId.ofBytes(new byte[EndpointId.LENGTH_BYTES]),
            StatusReports.getDefaultInstance(),
            Instant.EPOCH,
            new CompletableFuture<>(),
            0);

    private final Path directory;
    private final ReportStoreConfig config;
    private final InstantSource clock;
    private final FileChannel lock;
    private final FlushMark mark;
    private final LinkedBlockingQueue<Job> queue = new LinkedBlockingQueue<>(JOBS_MAX);
    private final AtomicLong queuedBytes = new AtomicLong();
    private final JournalIndex index = new JournalIndex();
    private final Thread writer;
    private volatile boolean closing;
    private volatile Counts counts = new Counts(0, 0, 0, 0, 0, 0, 0, 0);
    private volatile String trouble = "";

    // Only the writer, after the start.
    private @Nullable FileChannel segment;
    private long segmentNumber;
    private long flushedBytes;
    private long earlierBytes;

    private ReportStore(
            Path directory, ReportStoreConfig config, InstantSource clock, FileChannel lock, FlushMark mark) {
        this.directory = directory;
        this.config = config;
        this.clock = clock;
        this.lock = lock;
        this.mark = mark;
        this.writer = Thread.ofPlatform().name("report-store").unstarted(this::run);
    }

    /** Where a tracker with that data directory keeps them. */
    static Path directory(Path data) {
        return data.resolve("reports");
    }

    /**
     * Opens the store in a tracker's data directory; makes it where there is none.
     *
     * @throws OperationException when another process writes it or the disk is in the way
     */
    public static ReportStore open(Path data, ReportStoreConfig config, InstantSource clock) {
        Path directory = directory(data);
        try {
            Files.createDirectories(directory);
            FileChannel lock =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            try {
                if (lock.tryLock() == null) {
                    throw taken(directory, null);
                }
                return load(directory, config, clock, lock);
            } catch (OverlappingFileLockException e) {
                lock.close();
                throw taken(directory, e);
            } catch (IOException | RuntimeException e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new OperationException(
                    directory + " cannot be opened: " + e + "; mend the disk or its permissions", e);
        }
    }

    private static ReportStore load(Path directory, ReportStoreConfig config, InstantSource clock, FileChannel lock)
            throws IOException {
        FlushMark mark = FlushMark.open(directory);
        try {
            ReportStore store = new ReportStore(directory, config, clock, lock, mark);
            store.load();
            store.writer.start();
            return store;
        } catch (IOException | RuntimeException e) {
            mark.close();
            throw e;
        }
    }

    private static OperationException taken(Path directory, @Nullable Throwable cause) {
        return new OperationException(
                directory + " is written by another tracker; stop it or give this one a \"data\" directory of its own",
                cause);
    }

    private void load() throws IOException {
        List<Path> files = ReportReader.segments(directory);
        long reports = 0;
        long bytes = 0;
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            long[] count = new long[1];
            ReportReader.Scan scan = ReportReader.scan(file, 0, stored -> {
                index.add(stored.id());
                index.note(stored.id(), ReportCheck.of(stored.report()));
                count[0]++;
            });
            reports += count[0];
            bytes += scan.end();
            if (scan.broken().isPresent() && i < files.size() - 1) {
                LOG.error(
                        "{} is damaged at byte {}: {}; what follows in it is not read, restore it from a backup",
                        file,
                        scan.end(),
                        scan.broken().get());
            } else if (scan.broken().isPresent()) {
                cut(file, scan);
            }
        }
        segmentNumber = files.isEmpty() ? 0 : ReportReader.number(files.getLast());
        earlierBytes = bytes;
        if (!files.isEmpty() && Files.size(files.getLast()) >= ReportReader.MAGIC.length) {
            FileChannel last = FileChannel.open(files.getLast(), StandardOpenOption.WRITE);
            segment = last;
            flushedBytes = last.size();
            earlierBytes -= flushedBytes;
            last.position(flushedBytes);
            // What a killed tracker wrote and never flushed is whole, was read, and must not be lost after it is
            // acknowledged.
            last.force(true);
        }
        mark.set(new FlushMark.Flushed(segmentNumber, flushedBytes));
        publish(0, 0, 0, 0, 0);
        LOG.info("{} reports of {} endpoints in {} files", reports, index.endpoints(), files.size());
    }

    /** Cuts off what a crash left, and keeps it beside: should it be damage and no crash, somebody can look. */
    private void cut(Path file, ReportReader.Scan scan) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long rest = channel.size() - scan.end();
            Path kept = file.resolveSibling(file.getFileName() + ".cut-" + scan.end());
            try (FileChannel out = FileChannel.open(
                    kept, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE)) {
                long done = 0;
                while (done < rest) {
                    long moved = channel.transferTo(scan.end() + done, rest - done, out);
                    if (moved <= 0) {
                        break;
                    }
                    done += moved;
                }
            }
            channel.truncate(scan.end());
            channel.force(true);
            LOG.warn(
                    "{} ended in {} bytes that a crash left ({}); they were never acknowledged and are in {}",
                    file,
                    rest,
                    scan.broken().orElse(""),
                    kept);
        }
    }

    /**
     * Stores reports; completes with the sequence up to which the agent may forget, once all that is stored for good. Fails with one line
     * when the store is behind, closed, or its disk is in the way; then the agent has to send them again.
     */
    public CompletableFuture<Long> store(EndpointId endpoint, StatusReports reports) {
        return answer(endpoint, reports).thenApply(Answer::upTo);
    }

    /** The same, with what is remembered of the journal for whoever sends no report. */
    public CompletableFuture<Answer> answer(EndpointId endpoint, StatusReports reports) {
        long bytes = JOB_BYTES + (long) reports.getSerializedSize();
        Job job = new Job(endpoint, reports, clock.instant(), new CompletableFuture<>(), bytes);
        if (closing) {
            job.answer()
                    .completeExceptionally(new OperationException("the tracker stops; reports are taken by the next"));
        } else if (queuedBytes.addAndGet(bytes) > config.queueBytesMax() || !queue.offer(job)) {
            queuedBytes.addAndGet(-bytes);
            job.answer()
                    .completeExceptionally(new OperationException(
                            "the store of reports is behind its disk; they are to be sent again"));
        }
        return job.answer();
    }

    private void run() {
        List<Job> batch = new ArrayList<>();
        boolean last = false;
        while (!last) {
            batch.clear();
            Job next = take();
            long bytes = 0;
            while (next != null && bytes < config.batchBytesMax()) {
                last |= next.equals(STOP);
                if (!next.equals(STOP)) {
                    batch.add(next);
                    bytes += next.bytes();
                }
                next = bytes < config.batchBytesMax() ? queue.poll() : null;
            }
            queuedBytes.addAndGet(-bytes);
            commit(batch);
        }
    }

    /** Waits for the next; the writer is never interrupted, since that would close its file. */
    private Job take() {
        while (true) {
            try {
                return queue.take();
            } catch (InterruptedException e) {
                LOG.debug("nobody interrupts the store's writer: {}", e.toString());
            }
        }
    }

    /** Writes, flushes, answers. */
    private void commit(List<Job> batch) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        List<StoredReport> added = new ArrayList<>();
        long known = 0;
        long missing = 0;
        long refused = 0;
        for (Job job : batch) {
            for (StatusReport report : job.reports().getReportsList()) {
                if (report.getSequence() < 1) {
                    refused++;
                    continue;
                }
                ReportId id = new ReportId(job.endpoint(), job.reports().getJournal(), report.getSequence());
                long before = index.last(id.endpoint(), id.journal());
                switch (index.add(id)) {
                    case NEW -> {
                        StoredReport stored = new StoredReport(id, job.received(), report);
                        added.add(stored);
                        out.writeBytes(ReportRecord.encode(stored));
                        missing += Math.max(0, id.sequence() - 1 - before);
                    }
                    case KNOWN -> known++;
                    case SCATTERED -> {
                        refused++;
                        LOG.warn(
                                "the journal of {} has too many holes; report {} is not taken",
                                id.endpoint(),
                                id.sequence());
                    }
                }
            }
        }
        try {
            if (out.size() > 0) {
                write(ByteBuffer.wrap(out.toByteArray()));
            }
        } catch (IOException e) {
            added.forEach(stored -> index.remove(stored.id()));
            retreat(e);
            OperationException failure = new OperationException(
                    "reports cannot be stored in " + directory + ": " + e.getMessage() + "; make room or mend the disk",
                    e);
            batch.forEach(job -> job.answer().completeExceptionally(failure));
            return;
        }
        trouble = "";
        added.forEach(stored -> index.note(stored.id(), ReportCheck.of(stored.report())));
        publish(added.size(), known, out.size() > 0 ? 1 : 0, missing, refused);
        batch.forEach(job -> job.answer().complete(answer(job)));
    }

    private Answer answer(Job job) {
        boolean asks = job.reports().getReportsCount() == 0;
        return new Answer(
                upTo(job), asks ? index.recall(job.endpoint(), job.reports().getJournal()) : Recollection.NONE);
    }

    /** The end of the unbroken run from the oldest report that the agent keeps; before it, all was acknowledged. */
    private long upTo(Job job) {
        long journal = job.reports().getJournal();
        long oldest = job.reports().getOldest() > 0
                ? job.reports().getOldest()
                : job.reports().getReportsList().stream()
                        .mapToLong(StatusReport::getSequence)
                        .filter(sequence -> sequence > 0)
                        .min()
                        .orElse(1);
        return index.runFrom(job.endpoint(), journal, oldest);
    }

    private void write(ByteBuffer bytes) throws IOException {
        FileChannel out = segment;
        if (out == null || flushedBytes >= config.segmentBytes()) {
            out = next();
        }
        int length = bytes.remaining();
        Durably.writeAll(out, bytes);
        out.force(false);
        // Before it counts as flushed: a batch that cannot be marked is cut off again and sent again.
        mark.set(new FlushMark.Flushed(segmentNumber, flushedBytes + length));
        flushedBytes += length;
    }

    private FileChannel next() throws IOException {
        if (segment != null) {
            segment.close();
            segment = null;
        }
        earlierBytes += flushedBytes;
        flushedBytes = 0;
        segmentNumber++;
        Path file = directory.resolve(String.format(Locale.ROOT, "%010d%s", segmentNumber, ReportReader.SUFFIX));
        FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
        segment = out;
        Durably.writeAll(out, ByteBuffer.wrap(ReportReader.MAGIC));
        out.force(true);
        Durably.flush(directory);
        flushedBytes = ReportReader.MAGIC.length;
        return out;
    }

    /** After a failed write: back to what was flushed, then a new file, since nobody knows what became of this one's pages. */
    private void retreat(IOException reason) {
        String line = String.valueOf(reason.getMessage());
        if (!line.equals(trouble)) {
            trouble = line;
            LOG.error("reports cannot be stored in {}: {}; agents keep them and send them again", directory, line);
        }
        FileChannel broken = segment;
        segment = null;
        if (broken != null) {
            try (broken) {
                broken.truncate(flushedBytes);
                broken.force(true);
            } catch (IOException e) {
                LOG.error("the last file in {} cannot be cut back: {}", directory, e.toString());
            }
        }
    }

    private void publish(long stored, long known, long flushes, long missing, long refused) {
        Counts c = counts;
        counts = new Counts(
                c.stored() + stored,
                c.known() + known,
                c.flushes() + flushes,
                c.missing() + missing,
                c.refused() + refused,
                index.endpoints(),
                (int) segmentNumber,
                earlierBytes + flushedBytes);
    }

    /** What was stored, known already, missing before what came, refused. */
    public Counts counts() {
        return counts;
    }

    /** Why the last write failed, empty when it did not. */
    public Optional<String> trouble() {
        return trouble.isEmpty() ? Optional.empty() : Optional.of(trouble);
    }

    @Override
    public void close() {
        closing = true;
        try {
            queue.put(STOP);
            writer.join();
            List<Job> late = new ArrayList<>();
            queue.drainTo(late);
            late.forEach(job -> job.answer().completeExceptionally(new OperationException("the tracker stopped")));
            if (segment != null) {
                segment.close();
            }
            mark.close();
            lock.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.warn("{} did not close: {}", directory, e.toString());
        }
    }
}
