package packhorse.peer.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;

/**
 * The packs someone asked for that are not whole yet, one digest per line, replaced as a whole and on disk before a change
 * takes effect. What is needed to go on with one stands in the store beside its part. Errands on several threads write it, so a
 * lock of its own guards the set and the file together.
 */
final class WantedJournal {
    private static final Logger LOG = LoggerFactory.getLogger(WantedJournal.class);

    private final Path file;
    private final ReentrantLock writing = new ReentrantLock();
    /** Guarded by {@link #writing}. */
    private final TreeSet<Sha256> wanted = new TreeSet<>();

    private WantedJournal(Path file) {
        this.file = file;
    }

    static WantedJournal open(Path file) {
        WantedJournal journal = new WantedJournal(file);
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                journal.wanted.add(Sha256.parse(line));
            }
        } catch (NoSuchFileException e) {
            LOG.debug("nothing was wanted: {} is not there", file);
        } catch (IOException | IllegalArgumentException e) {
            throw new OperationException(
                    "the list of wanted packs " + file + " cannot be read: " + e.getMessage()
                            + "; remove it and pull again",
                    e);
        }
        return journal;
    }

    Set<Sha256> wanted() {
        writing.lock();
        try {
            return Set.copyOf(wanted);
        } finally {
            writing.unlock();
        }
    }

    void add(Sha256 pack) {
        change(() -> wanted.add(pack));
    }

    void remove(Sha256 pack) {
        change(() -> wanted.remove(pack));
    }

    private void change(BooleanSupplier changes) {
        writing.lock();
        try {
            if (changes.getAsBoolean()) {
                write();
            }
        } finally {
            writing.unlock();
        }
    }

    private void write() {
        try {
            Identity.DurableFile.write(
                    file,
                    wanted.stream()
                            .map(pack -> pack.hex() + "\n")
                            .collect(Collectors.joining())
                            .getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new OperationException(
                    "cannot write " + file + ": " + e.getMessage() + "; is there space in the data directory?", e);
        }
    }
}
