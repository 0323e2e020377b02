package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.testing.Cases;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.CrashDisk;
import packhorse.peer.adapter.testing.FailingForceDisk;
import packhorse.peer.adapter.testing.FullDisk;
import packhorse.peer.install.Entry;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.Line;
import packhorse.peer.install.Step;
import packhorse.peer.install.TaskStatus;

/** The installer's journal: what was written is read, torn ends are wiped, damage is refused. */
final class InstallJournalTest {
    @TempDir
    Path dir;

    private Path file;
    private List<Entry> entries;

    @BeforeEach
    void some() {
        file = dir.resolve("journal");
        InstallTask.Member app = new Bench().release("acme/app", "1").listed();
        InstallTask task = Bench.task("a", Operation.INSTALL, app);
        Step step = new Step(Step.Kind.APPLY, 0);
        entries = List.of(
                new Entry.Began(3, Bench.NOW, task),
                new Entry.Told(
                        3,
                        Bench.NOW,
                        Bench.at(task, InstallTask.Stage.ABANDON, Optional.empty())
                                .restarting(Optional.of(Bench.NOW))),
                new Entry.Waited(3, Bench.NOW, TaskStatus.Gate.RESTART, "soon"),
                new Entry.Started(3, Bench.NOW, step),
                new Entry.Done(3, Bench.NOW, step, 194, Optional.of("boot")),
                new Entry.Turned(3, Bench.NOW, ActionState.TIMED_OUT, "why", 7, Optional.of(CodeClass.USER)),
                new Entry.Ended(3, Bench.NOW, ActionState.UNDO_FAILED, "detail", 7, Optional.empty()),
                new Entry.Settled(
                        Bench.NOW,
                        new TaskStatus(
                                "b",
                                List.of(ActionState.PRECHECK, ActionState.REFUSED),
                                "no",
                                0,
                                Optional.of(CodeClass.PERMANENT),
                                Optional.empty(),
                                true)),
                new Entry.Stands(
                        Bench.NOW,
                        new Line(
                                Line.Name.of(app.release()),
                                new Line.InPlace(app, "2-0", true, new java.util.TreeMap<>(java.util.Map.of("k", "v"))),
                                Optional.of(new Line.InPlace(app, "1-0", false, new java.util.TreeMap<>())),
                                "trouble")));
    }

    private void write() {
        try (InstallJournal journal = InstallJournal.open(file, InstallDisk.real())) {
            entries.forEach(journal::append);
        }
    }

    private List<Entry> read() {
        try (InstallJournal journal = InstallJournal.open(file, InstallDisk.real())) {
            return journal.found();
        }
    }

    @Test
    void everyEntryIsReadAsItWasWritten() {
        write();
        assertEquals(entries, read());
        try (InstallJournal journal = InstallJournal.open(file, InstallDisk.real())) {
            assertTrue(journal.rewrite(entries.subList(7, 9)));
            journal.append(entries.getFirst());
        }
        assertEquals(List.of(entries.get(7), entries.get(8), entries.getFirst()), read());
    }

    @Test
    void whateverACrashLeavesOfTheLastEntryIsWipedAndTheNextOneIsWritten() throws Exception {
        write();
        byte[] whole = Files.readAllBytes(file);
        int end = end(whole);
        int start;
        try (InstallJournal journal = InstallJournal.open(dir.resolve("shorter"), InstallDisk.real())) {
            entries.subList(0, 8).forEach(journal::append);
            start = Math.toIntExact(journal.bytes());
        }
        List<Entry> before = entries.subList(0, 8);
        Cases.run(300, random -> {
            byte[] torn = whole.clone();
            int from = random.nextInt(start, end);
            int to = random.nextInt(from + 1, end + 1);
            if (random.nextBoolean()) {
                Arrays.fill(torn, from, to, (byte) 0);
            } else {
                System.arraycopy(Cases.bytes(random, to - from), 0, torn, from, to - from);
            }
            if (Arrays.equals(torn, whole)) {
                return;
            }
            try {
                Files.write(file, torn);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            assertEquals(before, read());
            try (InstallJournal journal = InstallJournal.open(file, InstallDisk.real())) {
                journal.append(entries.getLast());
            }
            assertEquals(entries, read());
        });
    }

    private static int end(byte[] bytes) {
        int end = bytes.length;
        while (bytes[end - 1] == 0) {
            end--;
        }
        return end;
    }

    @Test
    void damageInTheMiddleIsRefusedInOneLine() throws Exception {
        write();
        byte[] whole = Files.readAllBytes(file);
        int last;
        try (InstallJournal journal = InstallJournal.open(dir.resolve("shorter"), InstallDisk.real())) {
            entries.subList(0, 8).forEach(journal::append);
            last = Math.toIntExact(journal.bytes());
        }
        Cases.run(200, random -> {
            byte[] damaged = Cases.withFlippedBit(whole, random.nextInt(last * 8));
            try {
                Files.write(file, damaged);
            } catch (java.io.IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            OperationException refused = assertThrows(OperationException.class, this::read);
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("damaged at byte"),
                    String.valueOf(refused.getMessage()));
            assertTrue(!String.valueOf(refused.getMessage()).contains("\n"), String.valueOf(refused.getMessage()));
        });
    }

    @Test
    void whatWasReservedCanBeWrittenOnAFullDisk() throws Exception {
        FullDisk disk = new FullDisk(InstallDisk.real(), 2L * InstallJournal.GROWTH_BYTES + 100, true);
        try (InstallJournal journal = InstallJournal.open(file, disk)) {
            journal.reserve(100_000);
            assertThrows(java.io.IOException.class, () -> journal.reserve(1_000_000));
            List<Entry> written = new ArrayList<>();
            while (journal.bytes() < 99_000) {
                journal.append(entries.get(5));
                written.add(entries.get(5));
            }
            assertEquals(written, read());
        }
    }

    @Test
    void whatTheNextProcessReadsIsOnTheDiskAlsoWhereTheFlushBeforeItFailed() throws Exception {
        CrashDisk disk = new CrashDisk(InstallDisk.real(), dir);
        try (InstallJournal journal = InstallJournal.open(file, disk)) {
            journal.append(entries.getFirst());
        }
        FailingForceDisk counting = new FailingForceDisk(disk, Long.MAX_VALUE);
        InstallJournal.open(file, counting).close();
        try (InstallJournal journal = InstallJournal.open(file, new FailingForceDisk(disk, counting.count()))) {
            assertThrows(OperationException.class, () -> journal.append(entries.get(1)));
        }
        try (InstallJournal journal = InstallJournal.open(file, disk)) {
            assertEquals(entries.subList(0, 2), journal.found());
        }
        disk.crash();
        assertEquals(entries.subList(0, 2), read());
    }

    @Test
    void aDiskWithoutRoomForAShorterFileKeepsTheLongerOne() throws Exception {
        write();
        FullDisk disk = new FullDisk(InstallDisk.real(), 100, true);
        try (InstallJournal journal = InstallJournal.open(file, disk)) {
            assertEquals(entries, journal.found());
            assertFalse(journal.rewrite(entries.subList(7, 9)));
            journal.append(entries.getLast());
        }
        List<Entry> all = new ArrayList<>(entries);
        all.add(entries.getLast());
        assertEquals(all, read());
        assertFalse(Files.exists(InstallDisk.freshBeside(file)));
    }

    @Test
    void anEntryThatCannotBeFlushedIsAnErrorOfOneLine() {
        FailingForceDisk counting = new FailingForceDisk(InstallDisk.real(), Long.MAX_VALUE);
        try (InstallJournal journal = InstallJournal.open(file, counting)) {
            journal.append(entries.getFirst());
        }
        FailingForceDisk opening = new FailingForceDisk(InstallDisk.real(), Long.MAX_VALUE);
        InstallJournal.open(file, opening).close();
        FailingForceDisk failing = new FailingForceDisk(InstallDisk.real(), opening.count());
        try (InstallJournal journal = InstallJournal.open(file, failing)) {
            OperationException line = assertThrows(OperationException.class, () -> journal.append(entries.getFirst()));
            assertTrue(
                    String.valueOf(line.getMessage()).contains("cannot be written: Input/output error"),
                    String.valueOf(line.getMessage()));
        }
    }
}
