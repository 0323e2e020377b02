package packhorse.peer.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.state.ActionState;
import packhorse.core.state.StatusEntry;

/** Disks that are slow, that stop in the middle, and that were put back to what they held before. */
class JournalCrashTest {
    @TempDir
    Path directory;

    /** The process ends here. */
    private static final class Crash extends Error {
        private static final long serialVersionUID = 1;
    }

    /** Takes so many steps and no more. */
    private static final class Failing implements Disk {
        private int left;

        Failing(int steps) {
            this.left = steps;
        }

        private void step() {
            if (left == 0) {
                throw new Crash();
            }
            left--;
        }

        @Override
        public void write(FileChannel channel, byte[] bytes) throws IOException {
            if (left == 0 && bytes.length > 1) {
                Disk.super.write(channel, java.util.Arrays.copyOf(bytes, bytes.length / 2));
            }
            step();
            Disk.super.write(channel, bytes);
        }

        @Override
        public void flush(FileChannel channel) throws IOException {
            step();
            Disk.super.flush(channel);
        }

        @Override
        public void move(Path from, Path to) throws IOException {
            step();
            Disk.super.move(from, to);
        }

        @Override
        public void delete(Path file) throws IOException {
            step();
            Disk.super.delete(file);
        }
    }

    private static ReportJournal open(Path path, long seed, Disk disk) {
        return ReportJournal.open(new ReportJournal.Ground(path, new Random(seed), 400, 1000, disk));
    }

    private static List<StatusEntry> waiting(ReportJournal journal) {
        return journal.after(0, 0, Integer.MAX_VALUE).entries();
    }

    private static List<String> actions(List<StatusEntry> entries) {
        return entries.stream().map(StatusEntry::action).toList();
    }

    private static void append(ReportJournal journal, int from, int to) {
        for (int i = from; i < to; i++) {
            journal.append(List.of(ReportJournalTest.draft("a" + i, ActionState.ACCEPTED)));
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> all = Files.list(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(path.getFileName()));
            }
        }
    }

    @Test
    void nobodyWhoAsksWaitsForTheDisk() throws Exception {
        CountDownLatch flushing = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        boolean[] slow = new boolean[1];
        Disk disk = new Disk() {
            @Override
            public void flush(FileChannel channel) throws IOException {
                if (slow[0]) {
                    flushing.countDown();
                    try {
                        go.await();
                    } catch (InterruptedException e) {
                        throw new IOException(e);
                    }
                }
                channel.force(true);
            }
        };
        try (ReportJournal journal = open(directory, 1, disk)) {
            append(journal, 0, 1);
            slow[0] = true;
            Thread writer = Thread.ofVirtual().start(() -> append(journal, 1, 2));
            flushing.await();
            Thread receiver = Thread.ofVirtual().start(() -> journal.stored(journal.number(), 1));

            assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
                assertEquals(Set.of("a0"), journal.last().keySet(), "not written yet, so nobody hears of it");
                assertTrue(journal.last("a0").isPresent());
                assertEquals(1, journal.oldest());
                assertTrue(journal.wrote(journal.number(), 1) && !journal.wrote(journal.number(), 2));
                assertEquals(1, journal.waiting());
                assertEquals(List.of("a0"), actions(waiting(journal)));
                journal.current(Set.of("a0"));
            });

            go.countDown();
            writer.join();
            receiver.join();
            assertEquals(List.of("a1"), actions(waiting(journal)));
        }
    }

    @Test
    void aDiskThatWasPutBackBeginsAnotherJournalAndLosesNothing() throws IOException {
        Map<String, String> tracker = new HashMap<>();
        Path snapshot = directory.resolve("snapshot");
        Path own = directory.resolve("own");
        long number;
        try (ReportJournal journal = open(own, 1, Disk.REAL)) {
            append(journal, 0, 5);
            number = journal.number();
            copy(own, snapshot);
            append(journal, 5, 20);
            waiting(journal).forEach(entry -> tracker.putIfAbsent(number + " " + entry.sequence(), entry.action()));
        }
        try (ReportJournal journal = open(snapshot, 2, Disk.REAL)) {
            append(journal, 100, 103);
            List<StatusEntry> sent = waiting(journal);
            sent.forEach(entry -> tracker.putIfAbsent(number + " " + entry.sequence(), entry.action()));
            assertFalse(tracker.containsValue("a100"), "they pass for what was stored before");

            assertTrue(journal.stored(number, 20));

            assertNotEquals(number, journal.number());
            assertEquals(actions(sent), actions(waiting(journal)));
            assertEquals(1, journal.oldest());
            append(journal, 103, 104);
            waiting(journal)
                    .forEach(entry -> tracker.putIfAbsent(journal.number() + " " + entry.sequence(), entry.action()));
            assertFalse(journal.stored(journal.number(), 9));
            assertFalse(journal.stored(number, 21), "the former journal's");
            assertEquals(0, journal.waiting());
        }
        for (int i = 100; i < 104; i++) {
            assertTrue(tracker.containsValue("a" + i), "a" + i);
        }
        long second;
        try (ReportJournal journal = open(snapshot, 3, Disk.REAL)) {
            second = journal.number();
            assertEquals(0, journal.append(List.of(ReportJournalTest.draft("a102", ActionState.ACCEPTED))));
            assertEquals(0, journal.waiting());
            append(journal, 104, 140);
            assertEquals(10, waiting(journal).getFirst().sequence());
        }
        try (ReportJournal journal = open(snapshot, 4, Disk.REAL)) {
            assertEquals(second, journal.number());
            assertEquals(36, journal.waiting(), "later segments come after the first in the row");
        }
    }

    @Test
    void aTrackerThatAcknowledgesNonsenseIsNotBelievedForEver() {
        try (ReportJournal journal = open(directory, 1, Disk.REAL)) {
            append(journal, 0, 3);
            for (int i = 0; i < ReportJournal.BEGINNINGS_MAX; i++) {
                assertTrue(journal.stored(journal.number(), Long.MAX_VALUE));
            }
            assertFalse(journal.stored(journal.number(), Long.MAX_VALUE));
            assertEquals(List.of("a0", "a1", "a2"), actions(waiting(journal)));
        }
    }

    @Test
    void ofReplacedJournalsOnlyTheNewestFilesAreKept() throws IOException {
        for (int place = 1; place <= 100; place++) {
            Files.createFile(directory.resolve(String.format("%016x.reports.former", place)));
        }
        try (ReportJournal journal = open(directory, 1, Disk.REAL)) {
            append(journal, 0, 3);
            assertTrue(journal.stored(journal.number(), Long.MAX_VALUE));
            assertEquals(List.of("a0", "a1", "a2"), actions(waiting(journal)));
        }

        List<String> kept;
        try (Stream<Path> all = Files.list(directory)) {
            kept = all.map(path -> String.valueOf(path.getFileName()))
                    .filter(name -> name.endsWith(".former"))
                    .sorted()
                    .toList();
        }
        assertEquals(SegmentRow.FORMER_FILES_MAX, kept.size());
        assertEquals(String.format("%016x.reports.former", 100), kept.getLast());
    }

    /** What begins another journal, on a directory that holds one. */
    private interface Beginning {
        void with(Path path, Disk disk) throws IOException;
    }

    /** Crashes before each step of it, once more on the way back, and asks what is left. */
    private void crashAnywhere(Path before, Beginning beginning, List<String> kept) throws IOException {
        boolean through = false;
        int steps = 0;
        while (!through) {
            Path path = directory.resolve("crash" + steps);
            copy(before, path);
            through = passes(path, new Failing(steps), beginning);
            Path again = directory.resolve("again" + steps);
            copy(path, again);
            if (!through) {
                // The next start may crash as well.
                assertTrue(steps < 100);
                passes(
                        again,
                        new Failing(1 + steps % 4),
                        (own, disk) -> open(own, 8, disk).close());
            }
            for (Path own : List.of(path, again)) {
                List<String> found;
                long number;
                try (ReportJournal journal = open(own, 9, Disk.REAL)) {
                    number = journal.number();
                    found = actions(waiting(journal));
                    for (String action : found) {
                        assertTrue(journal.last(action).isPresent(), action);
                    }
                    append(journal, 900, 901);
                }
                try (ReportJournal journal = open(own, 10, Disk.REAL)) {
                    assertEquals(number, journal.number());
                    List<String> now = new ArrayList<>(found);
                    now.add("a900");
                    assertEquals(now, actions(waiting(journal)));
                }
                assertEquals(kept, found, "after " + steps + " steps");
            }
            steps++;
        }
        assertTrue(steps > 4, "it took " + steps + " steps");
    }

    private static boolean passes(Path path, Disk disk, Beginning beginning) throws IOException {
        try {
            beginning.with(path, disk);
            return true;
        } catch (Crash e) {
            return false;
        }
    }

    @Test
    void aCrashWhileADamagedJournalIsBegunAnewLosesNothingThatCouldBeRead() throws IOException {
        Path before = directory.resolve("before");
        try (ReportJournal journal = open(before, 1, Disk.REAL)) {
            append(journal, 0, 30);
            assertTrue(Segment.list(before).size() > 2);
        }
        Path file = Segment.list(before).get(1);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 3] ^= 1;
        Files.write(file, bytes);
        List<String> readable;
        Path looked = directory.resolve("looked");
        copy(before, looked);
        try (ReportJournal journal = open(looked, 2, Disk.REAL)) {
            readable = actions(waiting(journal));
        }
        assertTrue(readable.size() >= 28, readable.toString());

        crashAnywhere(before, (path, disk) -> open(path, 3, disk).close(), readable);
    }

    @Test
    void aCrashWhileAJournalThatWasPutBackIsBegunAnewLosesNothing() throws IOException {
        Path before = directory.resolve("before");
        List<String> waiting;
        try (ReportJournal journal = open(before, 1, Disk.REAL)) {
            append(journal, 0, 12);
            journal.stored(journal.number(), 5);
            waiting = actions(waiting(journal));
        }
        assertEquals(7, waiting.size());

        crashAnywhere(
                before,
                (path, disk) -> {
                    try (ReportJournal journal = open(path, 3, disk)) {
                        journal.stored(journal.number(), 1000);
                    }
                },
                waiting);
    }

    @Test
    void aDiskThatRefusesANewJournalKeepsTheOldOne() {
        boolean[] full = new boolean[1];
        Disk disk = new Disk() {
            @Override
            public void flush(FileChannel channel) throws IOException {
                if (full[0]) {
                    throw new IOException("no space left");
                }
                channel.force(true);
            }
        };
        try (ReportJournal journal = open(directory, 1, disk)) {
            append(journal, 0, 3);
            long number = journal.number();
            full[0] = true;
            assertFalse(journal.stored(number, 50));
            assertEquals(number, journal.number());
            assertEquals(3, journal.waiting());
            full[0] = false;
            assertTrue(journal.stored(number, 50));
            assertEquals(3, journal.waiting());
        }
    }
}
