package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import packhorse.core.OperationException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.install.Entry;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.Ledger;

/**
 * The ledger, and the journal that it is read from: what is in the one stands in the other, on the disk, before anybody acts by it.
 *
 * <p>A journal that grew is written anew, with a summary of what ended and all entries of what is open, once a transaction ends.
 *
 * <p>One thread's.
 */
final class Books implements AutoCloseable {
    /** A journal with more is written anew when a transaction ends. */
    private static final long COMPACT_BYTES = 256 << 10;
    /** Entries of a transaction with one member, its turning back and three failures of that, and what is told of it. */
    private static final long ENTRIES_BYTES = 16 << 10;

    private static final long MEMBER_BYTES = 4 << 10;

    private final InstallJournal journal;
    private final Ledger ledger = new Ledger();
    /** The entries of each open transaction, which a new journal begins with. */
    private final Map<Long, List<Entry>> history = new TreeMap<>();

    private Books(InstallJournal journal) {
        this.journal = journal;
    }

    /**
     * Reads what an earlier process wrote down.
     *
     * @throws OperationException with one line when that is damaged, or contradicts itself
     */
    static Books open(Path file, InstallDisk disk) {
        InstallJournal journal = InstallJournal.open(file, disk);
        Books books = new Books(journal);
        try {
            journal.found().forEach(books::take);
        } catch (IllegalStateException e) {
            journal.close();
            throw new OperationException(
                    "the installer's journal in " + file.getParent() + " contradicts itself: " + e.getMessage()
                            + "; look by hand at what was in progress, and move the file away",
                    e);
        }
        return books;
    }

    /** Whether nothing was written down when they were opened. */
    boolean isBlank() {
        return journal.found().isEmpty();
    }

    /** What stands in them; entries come to it by {@link #write} alone. */
    Ledger ledger() {
        return ledger;
    }

    /**
     * Sees to it that a transaction can always say what becomes of it, whatever else fills the disk.
     *
     * @throws IOException when there is no room
     */
    void reserve(InstallTask task) throws IOException {
        journal.reserve(ENTRIES_BYTES + MEMBER_BYTES * task.members().size());
    }

    /** Writes an entry down, and then goes by it. */
    void write(Entry entry) {
        journal.append(entry);
        take(entry);
    }

    private void take(Entry entry) {
        ledger.add(entry);
        if (entry instanceof Entry.OfTransaction of) {
            if (ledger.open(of.transaction()).isPresent()) {
                history.computeIfAbsent(of.transaction(), number -> new ArrayList<>())
                        .add(entry);
            } else {
                history.remove(of.transaction());
            }
        }
    }

    /** Writes the journal anew where it grew long. */
    void compact(Instant now) {
        if (journal.bytes() > COMPACT_BYTES) {
            List<Entry> entries = new ArrayList<>(ledger.summary(now));
            history.values().forEach(entries::addAll);
            journal.rewrite(entries);
        }
    }

    @Override
    public void close() {
        journal.close();
    }
}
