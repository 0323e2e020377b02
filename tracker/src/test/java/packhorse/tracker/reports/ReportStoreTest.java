package packhorse.tracker.reports;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.message.ReportCheck;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.Recollection;
import packhorse.core.state.ReportId;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;

/** Stored once, acknowledged only when stored, whatever happens to messages, processes and files. */
final class ReportStoreTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));
    private static final EndpointId ONE = Reports.endpoint(1);
    private static final EndpointId TWO = Reports.endpoint(2);

    @TempDir
    Path data;

    private ReportStore open() {
        return ReportStore.open(data, ReportStoreConfig.DEFAULT, CLOCK);
    }

    private List<StoredReport> stored() {
        List<StoredReport> all = new ArrayList<>();
        ReportReader.of(data).poll(all::add);
        return all;
    }

    private void requireOnce(int expected) {
        List<StoredReport> all = stored();
        Set<ReportId> ids = new HashSet<>();
        all.forEach(report -> assertTrue(ids.add(report.id()), "twice: " + report.id()));
        assertEquals(expected, all.size());
    }

    @Test
    void whatIsAcknowledgedIsThereAfterARestartAndIsNotStoredAgain() {
        try (ReportStore store = open()) {
            assertEquals(3, store.store(ONE, Reports.of(5, 1, 3)).join());
            assertEquals(2, store.store(TWO, Reports.of(9, 1, 2)).join());
        }
        try (ReportStore store = open()) {
            assertEquals(4, store.store(ONE, Reports.of(5, 1, 4)).join());
            assertEquals(1, store.counts().stored());
            assertEquals(3, store.counts().known());
        }
        requireOnce(6);
        StoredReport first = stored().getFirst();
        assertEquals(new ReportId(ONE, 5, 1), first.id());
        assertEquals(CLOCK.instant(), first.received());
        assertEquals(Reports.report(1), first.report());
    }

    @Test
    void anotherJournalOfTheSameEndpointIsAnother() {
        try (ReportStore store = open()) {
            store.store(ONE, Reports.of(5, 1, 3)).join();
            assertEquals(1, store.store(ONE, Reports.of(6, 1, 1)).join());
        }
        requireOnce(4);
    }

    @Test
    void aReportThatOvertookOthersIsNotAcknowledgedBeforeThey() {
        try (ReportStore store = open()) {
            StatusReports late = Reports.of(5, 4, 5).toBuilder().setOldest(1).build();
            assertEquals(0, store.store(ONE, late).join());
            assertEquals(5, store.store(ONE, Reports.of(5, 1, 3)).join());
        }
        requireOnce(5);
    }

    @Test
    void aJournalWhoseHeadAnotherTrackerAcknowledgedIsTakenAndTheGapCounted() {
        try (ReportStore store = open()) {
            assertEquals(60, store.store(ONE, Reports.of(5, 51, 60)).join());
            assertEquals(50, store.counts().missing());
            // Another tracker acknowledged 61 to 70 meanwhile.
            assertEquals(71, store.store(ONE, Reports.of(5, 71, 71)).join());
            assertEquals(60, store.counts().missing());
        }
    }

    @Test
    void anOlderAgentSaysNothingOfItsOldestAndItsFirstIsTakenForThat() {
        try (ReportStore store = open()) {
            StatusReports old = Reports.of(5, 8, 9).toBuilder().setOldest(0).build();
            assertEquals(9, store.store(ONE, old).join());
        }
    }

    private static StatusReports question(long journal, long oldest) {
        return StatusReports.newBuilder().setJournal(journal).setOldest(oldest).build();
    }

    @Test
    void whoAsksIsToldWhatOfItsJournalWasStoredLast() {
        try (ReportStore store = open()) {
            assertEquals(
                    new ReportStore.Answer(6, Recollection.NONE),
                    store.answer(ONE, question(5, 7)).join());
            assertEquals(0, store.counts().flushes());
            assertEquals(
                    new ReportStore.Answer(3, Recollection.NONE),
                    store.answer(ONE, Reports.of(5, 1, 3)).join(),
                    "who sends has asked before");
            StatusReports late = Reports.of(5, 6, 70).toBuilder().setOldest(4).build();
            assertEquals(3, store.store(ONE, late).join());
        }
        try (ReportStore store = open()) {
            ReportStore.Answer answer = store.answer(ONE, question(5, 4)).join();
            assertEquals(3, answer.upTo());
            assertEquals(70, answer.recollection().last());
            assertEquals(7, answer.recollection().first());
            for (long sequence = 7; sequence <= 70; sequence++) {
                assertEquals(
                        ReportCheck.of(Reports.report(sequence)),
                        answer.recollection().check(sequence));
            }
            StatusReports known = Reports.of(5, 60, 70).toBuilder().setOldest(4).build();
            store.store(ONE, known).join();
            assertEquals(answer, store.answer(ONE, question(5, 4)).join());
            assertEquals(
                    Recollection.NONE, store.answer(ONE, question(6, 1)).join().recollection());
            assertEquals(
                    Recollection.NONE, store.answer(TWO, question(5, 1)).join().recollection());
        }
    }

    @Test
    void oneFlushServesManyAgents() {
        try (ReportStore store = open()) {
            List<CompletableFuture<Long>> answers = new ArrayList<>();
            for (int agent = 0; agent < 2_000; agent++) {
                answers.add(store.store(Reports.endpoint(agent), Reports.of(5, 1, 1)));
            }
            answers.forEach(answer -> assertEquals(1, answer.join()));
            assertTrue(store.counts().flushes() < 1_000, () -> store.counts().toString());
        }
    }

    @Test
    void aTornTailIsCutOffAndKeptBesideAndTheRestIsThere() throws IOException {
        Cases.run(60, random -> {
            try {
                Path own = Files.createTempDirectory(data, "torn");
                try (ReportStore store = ReportStore.open(own, ReportStoreConfig.DEFAULT, CLOCK)) {
                    store.store(ONE, Reports.of(5, 1, 10)).join();
                }
                Path file = own.resolve("reports/0000000001.reports");
                long whole = Files.size(file);
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    if (random.nextBoolean()) {
                        channel.truncate(random.nextLong(whole));
                    } else {
                        channel.write(java.nio.ByteBuffer.wrap(Cases.bytes(random, 1 + random.nextInt(500))), whole);
                    }
                }
                try (ReportStore store = ReportStore.open(own, ReportStoreConfig.DEFAULT, CLOCK)) {
                    assertEquals(12, store.store(ONE, Reports.of(5, 1, 12)).join());
                }
                Set<ReportId> ids = new HashSet<>();
                ReportReader.of(own).poll(report -> assertTrue(ids.add(report.id())));
                assertEquals(12, ids.size());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @Test
    void aDamagedClosedFileIsNotTouchedAndTheOthersAreRead() throws IOException {
        try (ReportStore store = ReportStore.open(data, new ReportStoreConfig(100, 1 << 20, 1 << 20), CLOCK)) {
            for (int i = 1; i <= 3; i++) {
                store.store(ONE, Reports.of(5, i, i)).join();
            }
        }
        Path first = data.resolve("reports/0000000001.reports");
        byte[] damaged = Cases.withFlippedBit(Files.readAllBytes(first), 8 * 40);
        Files.write(first, damaged);
        try (ReportStore store = open()) {
            assertEquals(3, store.store(ONE, Reports.of(5, 2, 3)).join());
            assertEquals(0, store.counts().stored());
        }
        assertEquals(2, stored().size());
        org.junit.jupiter.api.Assertions.assertArrayEquals(damaged, Files.readAllBytes(first));
    }

    @Test
    void whoFollowsSeesNothingThatIsNotFlushed() throws IOException {
        Path file = data.resolve("reports/0000000001.reports");
        try (ReportStore store = open()) {
            store.store(ONE, Reports.of(5, 1, 2)).join();
        }
        List<Long> followed = new ArrayList<>();
        ReportReader reader = ReportReader.of(data);
        reader.poll(report -> followed.add(report.id().sequence()));
        // As it is between a write and its flush.
        Files.write(
                file,
                ReportRecord.encode(new StoredReport(new ReportId(ONE, 5, 3), CLOCK.instant(), Reports.report(3))),
                StandardOpenOption.APPEND);
        reader.poll(report -> followed.add(report.id().sequence()));
        requireOnce(2);
        assertEquals(List.of(1L, 2L), followed);
        try (ReportStore store = open()) {
            assertEquals(3, store.store(ONE, Reports.of(5, 1, 3)).join(), "what was whole is flushed at the start");
            reader.poll(report -> followed.add(report.id().sequence()));
        }
        assertEquals(List.of(1L, 2L, 3L), followed);
    }

    @Test
    void whoFollowsSeesWhatIsAcknowledgedInEverySegment() throws IOException {
        List<Long> followed = new ArrayList<>();
        try (ReportStore store = ReportStore.open(data, new ReportStoreConfig(100, 1 << 20, 1 << 20), CLOCK)) {
            ReportReader reader = ReportReader.of(data);
            for (long i = 1; i <= 20; i++) {
                assertEquals(i, store.store(ONE, Reports.of(5, i, i)).join());
                reader.poll(report -> followed.add(report.id().sequence()));
                assertEquals(i, followed.size(), "acknowledged is seen");
            }
        }
        requireOnce(20);
        // A store of an older tracker has no mark: all that is whole is shown.
        Files.delete(data.resolve("reports/flushed"));
        requireOnce(20);
    }

    @Test
    void aSecondTrackerOnTheSameDirectoryIsRefusedInOneLine() {
        try (ReportStore store = open()) {
            OperationException refused = assertThrows(OperationException.class, this::open);
            assertTrue(refused.toString().contains("written by another tracker"), refused.toString());
            assertEquals(1, store.store(ONE, Reports.of(5, 1, 1)).join());
        }
    }

    @Test
    void whoComesWhileTheDiskIsBehindIsToldToComeAgain() {
        try (ReportStore store = ReportStore.open(data, new ReportStoreConfig(1 << 20, 1_000, 1 << 20), CLOCK)) {
            CompletableFuture<Long> tooMuch = store.store(ONE, Reports.of(5, 1, 100));
            assertTrue(tooMuch.isCompletedExceptionally());
            assertEquals(1, store.store(ONE, Reports.of(5, 1, 1)).join());
        }
        requireOnce(1);
    }

    @Test
    void lossRepetitionAndReorderingChangeNothing() {
        Cases.run(40, random -> {
            try {
                Path own = Files.createTempDirectory(data, "chaos");
                long acknowledged = 0;
                long written = 0;
                List<StatusReports> underWay = new ArrayList<>();
                while (acknowledged < 60) {
                    try (ReportStore store =
                            ReportStore.open(own, new ReportStoreConfig(700, 1 << 20, 1 << 20), CLOCK)) {
                        for (int step = 0; step < 12; step++) {
                            written = Math.min(60, Math.max(written, acknowledged) + random.nextInt(8));
                            if (written > acknowledged) {
                                underWay.add(Reports.of(3, acknowledged + 1, written));
                            }
                            if (underWay.isEmpty()) {
                                continue;
                            }
                            StatusReports message = underWay.get(random.nextInt(underWay.size()));
                            if (random.nextInt(3) > 0) {
                                underWay.remove(message);
                            }
                            if (random.nextInt(4) > 0) {
                                long answer = store.store(ONE, message).join();
                                // An answer may be lost too.
                                if (random.nextInt(3) > 0) {
                                    acknowledged = Math.max(acknowledged, answer);
                                }
                            }
                        }
                    }
                }
                TreeSet<Long> sequences = new TreeSet<>();
                ReportReader.of(own)
                        .poll(report -> assertTrue(sequences.add(report.id().sequence()), "twice"));
                assertEquals(60, sequences.size());
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @Test
    void aKilledStoreLosesNothingAcknowledgedAndHasNothingTwice() throws IOException, InterruptedException {
        long seed = Long.getLong("packhorse.seed", System.nanoTime());
        System.out.println("kill rounds with seed " + seed);
        RandomGenerator random =
                java.util.random.RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed);
        Map<Integer, Long> acknowledged = new HashMap<>();
        int rounds = Integer.getInteger("packhorse.kill.rounds", 5);
        for (int round = 0; round < rounds; round++) {
            Process child = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-cp",
                            System.getProperty("java.class.path"),
                            ReportWriterMain.class.getName(),
                            data.toString(),
                            Long.toString(random.nextLong()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            int lines = 1 + random.nextInt(400);
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
                String line = out.readLine();
                for (int i = 0; line != null; i++) {
                    if (i == lines) {
                        // By its handle: destroying the process object would close the stream that is read here.
                        child.toHandle().destroyForcibly();
                    }
                    if (line.matches("[0-9]+ [0-9]+")) {
                        String[] words = line.split(" ", -1);
                        acknowledged.merge(Integer.parseInt(words[0]), Long.parseLong(words[1]), Math::max);
                    }
                    line = out.readLine();
                }
            } finally {
                child.destroyForcibly();
            }
            child.waitFor();
            Map<Integer, TreeSet<Long>> there = new HashMap<>();
            try (ReportStore store = open()) {
                assertTrue(store.counts().endpoints() > 0);
            }
            for (StoredReport report : stored()) {
                int agent = report.id().endpoint().bytes()[15];
                assertTrue(
                        there.computeIfAbsent(agent, a -> new TreeSet<>())
                                .add(report.id().sequence()),
                        () -> "seed " + seed + ": twice: " + report.id());
            }
            acknowledged.forEach((agent, last) -> {
                for (long sequence = 1; sequence <= last; sequence++) {
                    long missing = sequence;
                    assertTrue(
                            there.getOrDefault(agent, new TreeSet<>()).contains(sequence),
                            () -> "seed " + seed + ": agent " + agent + " lost " + missing + ", acknowledged " + last);
                }
            });
        }
        assertEquals(ReportWriterMain.AGENTS, acknowledged.size(), "every agent was acknowledged something");
    }
}
