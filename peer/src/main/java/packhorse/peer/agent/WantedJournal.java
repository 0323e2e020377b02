package packhorse.peer.agent;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;

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
    /** As it stands on the disk; replaced under {@link #writing}, read without waiting for a disk. */
    private volatile Map<Whom, Set<Sha256>> wanted = Map.of();

    private WantedJournal(Path file) {
        this.file = file;
    }

    static WantedJournal open(Path file) {
        WantedJournal journal = new WantedJournal(file);
        Map<Whom, Set<Sha256>> read = new TreeMap<>();
        try {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                Whom whom = line.endsWith(Whom.ORDERED.suffix) ? Whom.ORDERED : Whom.PEOPLE;
                read.computeIfAbsent(whom, none -> new TreeSet<>())
                        .add(Sha256.parse(line.substring(0, line.length() - whom.suffix.length())));
            }
        } catch (NoSuchFileException e) {
            LOG.debug("nothing was wanted: {} is not there", file);
        } catch (IOException | IllegalArgumentException e) {
            throw new OperationException(
                    "the list of wanted packs " + file + " cannot be read: " + e.getMessage()
                            + "; remove it and pull again",
                    e);
        }
        journal.wanted = read;
        return journal;
    }

    /** All of them, for whomever. */
    Set<Sha256> wanted() {
        return wanted.values().stream().flatMap(Set::stream).collect(Collectors.toUnmodifiableSet());
    }

    /** Those of one kind. */
    Set<Sha256> wantedBy(Whom whom) {
        return Set.copyOf(wanted.getOrDefault(whom, Set.of()));
    }

    void add(Sha256 pack, Whom whom) {
        change(now -> now.computeIfAbsent(whom, none -> new TreeSet<>()).add(pack));
    }

    void remove(Sha256 pack, Whom whom) {
        change(now -> now.getOrDefault(whom, Set.of()).contains(pack)
                && now.getOrDefault(whom, Set.of()).remove(pack));
    }

    /** For whomever it was. */
    void remove(Sha256 pack) {
        change(now -> {
            boolean there = now.values().stream().anyMatch(packs -> packs.contains(pack));
            now.values().forEach(packs -> packs.remove(pack));
            return there;
        });
    }

    /** What cannot be written did not happen. */
    private void change(Predicate<Map<Whom, Set<Sha256>>> changes) {
        writing.lock();
        try {
            Map<Whom, Set<Sha256>> next = new TreeMap<>();
            wanted.forEach((whom, packs) -> next.put(whom, new TreeSet<>(packs)));
            if (changes.test(next)) {
                write(next);
                wanted = next;
            }
        } finally {
            writing.unlock();
        }
    }

    private void write(Map<Whom, Set<Sha256>> next) {
        String lines = next.entrySet().stream()
                .flatMap(entry -> entry.getValue().stream().map(pack -> pack.hex() + entry.getKey().suffix + "\n"))
                .collect(Collectors.joining());
        try {
            Durably.replace(file, lines.getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            throw new OperationException(
                    "cannot write " + file + ": " + e.getMessage() + "; is there space in the data directory?", e);
        }
    }
}
