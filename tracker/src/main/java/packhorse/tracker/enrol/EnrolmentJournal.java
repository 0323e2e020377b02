package packhorse.tracker.enrol;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.identity.DenyList;
import packhorse.core.topology.EndpointId;

/**
 * The authority's only truth: an append-only file that several processes write and watch.
 *
 * <p><b>Problem.</b> A token must give one certificate to one machine, though the tracker is killed at any line, though the
 * command line issues and revokes beside it, and though the disk writes a part of a line. <b>Algorithm.</b> Whoever changes
 * something takes a lock that other processes respect, reads what they appended meanwhile, decides on that, appends, and
 * flushes; only then does anybody learn of it. Each line carries a checksum. A torn last line was acknowledged to nobody and
 * is cut off by the next writer; a broken line before whole ones is damage, and refused. Readers take no lock: they read
 * whole lines and leave the rest for later. <b>Cost.</b> One flush per change, O(new bytes) to look; the file is rewritten
 * to its {@linkplain Books#essence essence} now and then, under the same lock, and others notice by the file's own identity.
 *
 * <p>Lock order: the path's lock in this process, the lock file, then {@code books}.
 */
final class EnrolmentJournal {
    private static final Logger LOG = LoggerFactory.getLogger(EnrolmentJournal.class);

    /** Others hold the lock for one flush; ten seconds of waiting mean that one of them hangs. */
    private static final Duration LOCK_WAIT_MAX = Duration.ofSeconds(10);

    private static final long LOCK_RETRY_NANOS = 5_000_000;

    /** Half a million renewals; a day of nineteen thousand machines is 10 MiB. */
    static final long COMPACTED_FROM_BYTES = 64L << 20;

    /** A journal is read into memory in one piece; it is compacted long before. */
    private static final long LENGTH_MAX_BYTES = 1L << 30;

    /** Within one process a lock on a file belongs to all, so this keeps the threads apart. */
    private static final Map<Path, ReentrantLock> IN_THIS_PROCESS = new ConcurrentHashMap<>();

    /**
     * What a change comes to.
     *
     * @param entries to append; none when nothing changes
     * @param result for whoever asked
     */
    record Change<T>(List<JournalEntry> entries, T result) {
        Change {
            entries = List.copyOf(entries);
        }

        static <T> Change<T> none(T result) {
            return new Change<>(List.of(), result);
        }
    }

    /** The deny-list at one moment. */
    private record Denials(long revision, Set<EndpointId> endpoints, Set<BigInteger> serials) {
        static final Denials NONE = new Denials(0, Set.of(), Set.of());
    }

    private final Path file;
    private final Path lockFile;
    private final ReentrantLock inThisProcess;
    private final LongSupplier nanoTime;
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

    /** Guarded by {@code inThisProcess}. */
    private Books books = new Books();

    private long read;
    private @Nullable Object fileKey;

    private volatile Denials denials = Denials.NONE;

    private EnrolmentJournal(Path file, Path real, LongSupplier nanoTime) {
        this.file = file;
        this.lockFile = real.resolveSibling(real.getFileName() + ".lock");
        this.inThisProcess = IN_THIS_PROCESS.computeIfAbsent(real, unused -> new ReentrantLock());
        this.nanoTime = nanoTime;
    }

    /** Makes an empty journal, where there is none. */
    static void create(Path file) {
        if (Files.exists(file)) {
            throw new UsageException(file + " exists already and is not overwritten");
        }
        new DurableFiles().replacePrivate(file, JournalCodec.header());
    }

    /**
     * Reads the journal.
     *
     * @throws UsageException when there is none, or it is damaged
     */
    static EnrolmentJournal open(Path file, LongSupplier nanoTime) {
        Path real;
        try {
            real = file.toRealPath();
        } catch (NoSuchFileException e) {
            throw new UsageException(file + " does not exist; name the directory that packhorse ca init made", e);
        } catch (IOException e) {
            throw new UsageException(file + " cannot be read: " + DurableFiles.reason(e), e);
        }
        EnrolmentJournal journal = new EnrolmentJournal(file, real, nanoTime);
        journal.update(books -> Change.none(true));
        return journal;
    }

    /** What {@code question} finds in the books as this process knows them. */
    <T> T look(Function<Books, T> question) {
        inThisProcess.lock();
        try {
            return question.apply(books);
        } finally {
            inThisProcess.unlock();
        }
    }

    /**
     * Changes the books: {@code decision} sees all that any process wrote before, and what it decides is on the disk when this
     * returns. It may be asked once only and changes nothing itself.
     *
     * @throws OperationException when the file cannot be written; nothing was changed then
     */
    <T> T update(Function<Books, Change<T>> decision) {
        Denials before = denials;
        T result;
        inThisProcess.lock();
        try (FileChannel guard = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock(guard);
                FileChannel journal = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            if (!held.isValid()) {
                throw new IOException("the lock was lost");
            }
            catchUp(journal, true);
            Change<T> change = decision.apply(books);
            append(journal, change.entries());
            result = change.result();
        } catch (IOException e) {
            throw unusable(e);
        } finally {
            inThisProcess.unlock();
            // Also when the change itself failed: what others wrote was read before it.
            tell(before);
        }
        return result;
    }

    private FileLock lock(FileChannel guard) throws IOException {
        long deadline = nanoTime.getAsLong() + LOCK_WAIT_MAX.toNanos();
        while (true) {
            FileLock lock = guard.tryLock();
            if (lock != null) {
                return lock;
            }
            if (nanoTime.getAsLong() - deadline >= 0) {
                throw new IOException("another process has held " + lockFile + " for " + LOCK_WAIT_MAX.toSeconds()
                        + " s; is a packhorse ca command stopped?");
            }
            LockSupport.parkNanos(LOCK_RETRY_NANOS);
        }
    }

    private void append(FileChannel journal, List<JournalEntry> entries) throws IOException {
        if (entries.isEmpty()) {
            return;
        }
        long end = read;
        try {
            for (JournalEntry entry : entries) {
                write(journal, JournalCodec.encode(entry), end);
                end = journal.position();
            }
            journal.force(true);
        } catch (IOException e) {
            journal.truncate(read);
            throw e;
        }
        read = end;
        entries.forEach(books::apply);
        denials = denialsOf(books);
    }

    private static void write(FileChannel journal, byte[] line, long at) throws IOException {
        journal.position(at);
        ByteBuffer bytes = ByteBuffer.wrap(line);
        while (bytes.hasRemaining()) {
            journal.write(bytes);
        }
    }

    /** Reads what others appended. Only a writer, who is alone, may tell a torn line from one being written, and cuts it. */
    private void catchUp(FileChannel journal, boolean alone) throws IOException {
        Object key = fileKey();
        long size = journal.size();
        if (!Objects.equals(key, fileKey) || size < read) {
            books = new Books();
            read = 0;
            fileKey = key;
        }
        if (size == read) {
            return;
        }
        if (size - read > LENGTH_MAX_BYTES) {
            throw new IOException("it is longer than " + LENGTH_MAX_BYTES + " bytes");
        }
        ByteBuffer bytes = ByteBuffer.allocate((int) (size - read));
        while (bytes.hasRemaining() && journal.read(bytes, read + bytes.position()) >= 0) {
            // Until all of it is there.
        }
        byte[] found = Arrays.copyOf(bytes.array(), bytes.position());
        try {
            JournalCodec.Read lines = JournalCodec.read(found, read == 0);
            if (read == 0 && lines.length() == 0) {
                throw new IllegalArgumentException("its first line is not that of a journal");
            }
            lines.entries().forEach(books::apply);
            read += lines.length();
            if (alone && lines.length() < found.length) {
                cut(journal, found, lines.length());
            }
        } catch (IllegalArgumentException e) {
            read = 0;
            fileKey = null;
            throw new UsageException(
                    file + " is damaged: " + e.getMessage() + "; restore it from a backup, nothing was changed", e);
        }
        denials = denialsOf(books);
    }

    /** The file's own identity, which a rewritten one does not share. */
    private @Nullable Object fileKey() throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
    }

    private void cut(FileChannel journal, byte[] found, int from) throws IOException {
        if (JournalCodec.wholeLineAfter(found, from)) {
            throw new IllegalArgumentException("a line after byte " + read + " is broken, and whole ones follow");
        }
        LOG.warn("{}: {} bytes of a line that a crash tore are cut off", file, found.length - from);
        journal.truncate(read);
        journal.force(true);
    }

    private Denials denialsOf(Books books) {
        if (books.revision() == denials.revision()) {
            return denials;
        }
        return new Denials(books.revision(), Set.copyOf(books.deniedEndpoints()), Set.copyOf(books.deniedSerials()));
    }

    /** Reads what other processes appended, without waiting for them; called often, it makes the deny-list live. */
    void refresh() {
        Denials before = denials;
        inThisProcess.lock();
        try {
            Object key = fileKey();
            try (FileChannel journal = FileChannel.open(file, StandardOpenOption.READ)) {
                if (Objects.equals(key, fileKey())) {
                    catchUp(journal, false);
                } // else it was compacted in between, and is read the next time
            }
        } catch (IOException e) {
            throw unusable(e);
        } finally {
            inThisProcess.unlock();
            tell(before);
        }
    }

    private void tell(Denials before) {
        if (denials.revision() != before.revision()) {
            listeners.forEach(Runnable::run);
        }
    }

    /** Rewrites the file to its essence when it is longer than {@code fromBytes}. */
    void compact(Instant now, long fromBytes) {
        Denials before = denials;
        inThisProcess.lock();
        try (FileChannel guard = FileChannel.open(lockFile, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock held = lock(guard);
                FileChannel journal = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            catchUp(journal, true);
            if (!held.isValid() || read < fromBytes) {
                return;
            }
            List<byte[]> lines = new ArrayList<>();
            lines.add(JournalCodec.header());
            books.essence(now).forEach(entry -> lines.add(JournalCodec.encode(entry)));
            ByteBuffer whole = ByteBuffer.allocate(
                    lines.stream().mapToInt(line -> line.length).sum());
            lines.forEach(whole::put);
            new DurableFiles().replacePrivate(file, whole.array());
            LOG.info("{} was compacted from {} to {} bytes", file, read, whole.capacity());
        } catch (IOException e) {
            throw unusable(e);
        } finally {
            inThisProcess.unlock();
            tell(before);
        }
        refresh();
    }

    private OperationException unusable(IOException e) {
        return new OperationException(
                file + " cannot be used: " + DurableFiles.reason(e) + "; mend the disk or its permissions", e);
    }

    /** The live deny-list. Any thread may ask it; listeners are called by whoever read the change. */
    DenyList denyList() {
        return new DenyList() {
            @Override
            public boolean denied(EndpointId id, BigInteger serial) {
                Denials now = denials;
                return now.endpoints().contains(id) || now.serials().contains(serial);
            }

            @Override
            public Set<EndpointId> endpoints() {
                return denials.endpoints();
            }

            @Override
            public Set<BigInteger> serials() {
                return denials.serials();
            }

            @Override
            public long revision() {
                return denials.revision();
            }

            @Override
            public void onChange(Runnable listener) {
                listeners.add(listener);
            }
        };
    }
}
