package packhorse.peer.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;

/**
 * The packs someone asked for that are not whole yet, one digest per line and behind it who: nothing for people, {@code ordered}
 * for a desired state. Replaced as a whole and on disk before a change takes effect. What is needed to go on with one stands in
 * the store beside its part. Errands on several threads write it, so a lock of its own guards the lists and the file together.
 */
final class WantedJournal {
    /** For whom a pack is fetched. */
    enum Whom {
        /** Somebody asked for it on this machine, or a tracker did for the site. */
        PEOPLE(""),
        /** The desired state asks for it: it is given up when that no longer does. */
        ORDERED(" ordered");

        private final String suffix;

        Whom(String suffix) {
            this.suffix = suffix;
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(WantedJournal.class);

    private final Path file;
    private final ReentrantLock writing = new ReentrantLock();
    /** Guarded by {@link #writing}. */
    private final Map<Whom, TreeSet<Sha256>> wanted =
            new TreeMap<>(Map.of(Whom.PEOPLE, new TreeSet<>(), Whom.ORDERED, new TreeSet<>()));

    private WantedJournal(Path file) {
        this.file = file;
    }

    static WantedJournal open(Path file) {
        WantedJournal journal = new WantedJournal(file);
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                Whom whom = line.endsWith(Whom.ORDERED.suffix) ? Whom.ORDERED : Whom.PEOPLE;
                journal.of(whom).add(Sha256.parse(line.substring(0, line.length() - whom.suffix.length())));
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

    private SortedSet<Sha256> of(Whom whom) {
        return wanted.computeIfAbsent(whom, none -> new TreeSet<>());
    }

    /** All of them, for whomever. */
    Set<Sha256> wanted() {
        writing.lock();
        try {
            TreeSet<Sha256> all = new TreeSet<>(of(Whom.PEOPLE));
            all.addAll(of(Whom.ORDERED));
            return Set.copyOf(all);
        } finally {
            writing.unlock();
        }
    }

    /** Those of one kind. */
    Set<Sha256> wantedBy(Whom whom) {
        writing.lock();
        try {
            return Set.copyOf(of(whom));
        } finally {
            writing.unlock();
        }
    }

    void add(Sha256 pack, Whom whom) {
        change(() -> of(whom).add(pack));
    }

    void remove(Sha256 pack, Whom whom) {
        change(() -> of(whom).remove(pack));
    }

    /** For whomever it was. */
    void remove(Sha256 pack) {
        change(() -> {
            boolean byPeople = of(Whom.PEOPLE).remove(pack);
            boolean ordered = of(Whom.ORDERED).remove(pack);
            return byPeople || ordered;
        });
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
        String lines = wanted.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream().map(pack -> pack.hex() + entry.getKey().suffix + "\n"))
                .collect(Collectors.joining());
        try {
            DurableFile.write(file, lines.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new OperationException(
                    "cannot write " + file + ": " + e.getMessage() + "; is there space in the data directory?", e);
        }
    }
}
