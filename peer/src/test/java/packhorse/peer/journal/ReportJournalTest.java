package packhorse.peer.journal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.StatusEntry;
import packhorse.core.state.Subject;
import packhorse.core.testing.Cases;

class ReportJournalTest {
    static final Subject SUBJECT =
            Subject.release(new ReleaseId(ReleaseName.parse("acme/tool"), Version.parse("1.0"), Platform.ANY));

    @TempDir
    Path directory;

    static Draft draft(String action, ActionState state) {
        return new Draft(Instant.EPOCH, action, SUBJECT, Operation.DISTRIBUTE, state, "", 1, 2, 3);
    }

    private ReportJournal open() {
        return ReportJournal.open(directory, new Random(1), 400, 1000);
    }

    private static List<Long> sequences(ReportJournal journal) {
        return journal.after(0, 0, Integer.MAX_VALUE).entries().stream()
                .map(StatusEntry::sequence)
                .toList();
    }

    @Test
    void numbersReportsFromOneWithoutGaps() {
        try (ReportJournal journal = open()) {
            journal.append(List.of(draft("a", ActionState.ACCEPTED), draft("a", ActionState.FETCHING)));
            journal.append(List.of(draft("a", ActionState.STAGED)));
            assertEquals(List.of(1L, 2L, 3L), sequences(journal));
        }
    }

    @Test
    void writesAStateOfAnActionOnceAlsoAfterARestart() {
        try (ReportJournal journal = open()) {
            assertEquals(
                    1, journal.append(List.of(draft("a", ActionState.ACCEPTED), draft("a", ActionState.ACCEPTED))));
        }
        try (ReportJournal journal = open()) {
            assertEquals(0, journal.append(List.of(draft("a", ActionState.ACCEPTED))));
            assertEquals(1, journal.append(List.of(draft("a", ActionState.STAGED))));
            assertEquals(0, journal.append(List.of(draft("a", ActionState.FETCHING))), "the end is final");
        }
    }

    @Test
    void goesOnUnderItsNumberAfterARestart() {
        long number;
        try (ReportJournal journal = open()) {
            number = journal.number();
            journal.append(List.of(draft("a", ActionState.ACCEPTED)));
        }
        try (ReportJournal journal = ReportJournal.open(directory, new Random(2))) {
            assertEquals(number, journal.number());
            journal.append(List.of(draft("b", ActionState.ACCEPTED)));
            assertEquals(List.of(1L, 2L), sequences(journal));
        }
    }

    @Test
    void remembersTheLastStateOfActionsWhoseReportsAreLongStored() throws IOException {
        try (ReportJournal journal = open()) {
            for (int i = 0; i < 50; i++) {
                journal.append(List.of(draft("a" + i, ActionState.ACCEPTED), draft("a" + i, ActionState.STAGED)));
                journal.stored(journal.number(), 2L * i + 2);
            }
            assertTrue(Segment.list(directory).size() <= 2, "stored segments are gone");
        }
        try (ReportJournal journal = open()) {
            assertEquals(0, journal.waiting());
            assertEquals(101, journal.oldest());
            assertEquals(
                    ActionState.STAGED,
                    Objects.requireNonNull(journal.last().get("a0")).state());
            assertEquals(0, journal.append(List.of(draft("a0", ActionState.STAGED))));
        }
    }

    @Test
    void cutsOffWhatACrashTore() throws IOException {
        long number;
        try (ReportJournal journal = open()) {
            number = journal.number();
            journal.append(List.of(draft("a", ActionState.ACCEPTED), draft("a", ActionState.FETCHING)));
        }
        Path file = Segment.list(directory).getLast();
        byte[] bytes = Files.readAllBytes(file);
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length - 5));
        try (ReportJournal journal = open()) {
            assertEquals(number, journal.number());
            assertEquals(List.of(1L), sequences(journal));
            journal.append(List.of(draft("a", ActionState.FETCHING)));
            assertEquals(List.of(1L, 2L), sequences(journal));
        }
    }

    @Test
    void beginsAnotherJournalWhenTheDiskDamagedOneAndKeepsWhatCanBeRead() throws IOException {
        long number;
        try (ReportJournal journal = open()) {
            number = journal.number();
            journal.append(List.of(
                    draft("a", ActionState.ACCEPTED),
                    draft("b", ActionState.ACCEPTED),
                    draft("c", ActionState.ACCEPTED)));
        }
        Path file = Segment.list(directory).getLast();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        try (ReportJournal journal = ReportJournal.open(directory, new Random(2))) {
            assertNotEquals(number, journal.number());
            assertEquals("a", journal.after(0, 0, 9).entries().getFirst().action());
            assertEquals(1, journal.append(List.of(draft("c", ActionState.ACCEPTED))));
        }
    }

    @Test
    void leavesAnAcknowledgementOfAnotherJournalAlone() {
        try (ReportJournal journal = open()) {
            journal.append(List.of(draft("a", ActionState.ACCEPTED)));
            assertFalse(journal.stored(journal.number() + 1, 1));
            assertEquals(1, journal.waiting());
        }
    }

    @Test
    void whenFullWritesEndsOnlyAndKeepsSequencesWithoutGaps() {
        try (ReportJournal journal = ReportJournal.open(directory, new Random(1), 1000, 3)) {
            for (String action : List.of("a", "b", "c", "d")) {
                journal.append(List.of(draft(action, ActionState.ACCEPTED)));
            }
            assertEquals(3, journal.waiting());
            assertEquals(
                    ActionState.ACCEPTED,
                    Objects.requireNonNull(journal.last().get("d")).state(),
                    "remembered, though not written");
            journal.append(List.of(draft("d", ActionState.STAGED)));
            assertEquals(List.of(1L, 2L, 3L, 4L), sequences(journal));
            assertEquals(
                    "d",
                    journal.after(journal.number(), 3, 1).entries().getFirst().action());
        }
    }

    @Test
    void survivesAnyHistoryOfRestartsAcknowledgementsAndTornEnds() {
        Cases.run(60, random -> {
            try {
                history(Files.createDirectory(directory.resolve("case" + random.nextLong())), random);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
    }

    /** A receiver that stores by name, as a tracker does, must end with every state once. */
    private static void history(Path own, RandomGenerator random) throws IOException {
        Map<Long, StatusEntry> stored = new HashMap<>();
        List<String> expected = new ArrayList<>();
        ReportJournal journal = ReportJournal.open(own, new Random(7), 300, 1000);
        for (int step = 0; step < 80; step++) {
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    String action = "a" + random.nextInt(20);
                    ActionState state = random.nextBoolean() ? ActionState.FETCHING : ActionState.STAGED;
                    if (journal.append(List.of(draft(action, state))) == 1) {
                        expected.add(action + state);
                    }
                }
                case 2 -> {
                    for (StatusEntry entry :
                            journal.after(0, 0, 1 + random.nextInt(10)).entries()) {
                        StatusEntry before = stored.putIfAbsent(entry.sequence(), entry);
                        assertTrue(before == null || before.equals(entry), "one name, two reports");
                    }
                }
                case 3 -> {
                    long upTo = 0;
                    while (stored.containsKey(upTo + 1)) {
                        upTo++;
                    }
                    if (upTo > 0) {
                        journal.stored(journal.number(), random.nextLong(1, upTo + 1));
                    }
                }
                default -> {
                    journal.close();
                    if (random.nextBoolean()) {
                        Files.write(
                                Segment.list(own).getLast(),
                                Cases.bytes(random, random.nextInt(1, 30)),
                                StandardOpenOption.APPEND);
                    }
                    journal = ReportJournal.open(own, new Random(8), 300, 1000);
                }
            }
        }
        journal.after(0, 0, Integer.MAX_VALUE).entries().forEach(entry -> stored.putIfAbsent(entry.sequence(), entry));
        journal.close();
        assertEquals(
                expected,
                stored.keySet().stream()
                        .sorted()
                        .map(sequence -> Optional.ofNullable(stored.get(sequence))
                                .map(entry -> entry.action() + entry.state())
                                .orElseThrow())
                        .toList());
    }
}
