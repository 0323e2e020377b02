package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.testing.Cases;
import packhorse.core.topology.EndpointId;
import packhorse.peer.journal.Draft;
import packhorse.peer.journal.ReportJournal;
import packhorse.tracker.reports.ReportReader;
import packhorse.tracker.reports.ReportStore;
import packhorse.tracker.reports.ReportStoreConfig;

/** The agent's journal and the tracker's store, on disks of which the agent's is put back to snapshots of it. */
final class PutBackDiskTest {
    private static final EndpointId ENDPOINT = EndpointId.ofBytes(new byte[EndpointId.LENGTH_BYTES]);
    private static final Subject SUBJECT =
            Subject.release(new ReleaseId(ReleaseName.parse("acme/tool"), Version.parse("1.0"), Platform.ANY));

    /** Fewer than the store remembers the checks of. */
    private static final int FEW_REPORTS = 50;

    @TempDir
    private Path directory = Path.of("");

    /** A directory as it was, and what had been written in it. */
    private record Snapshot(Path copy, Set<String> written) {}

    /** One endpoint, one tracker, and what becomes of them. */
    private static final class World implements AutoCloseable {
        private final Path own;
        private final RandomGenerator random;
        private final Path data;
        private final List<Snapshot> snapshots = new ArrayList<>();
        /** What was written on the disk as it is now. */
        private Set<String> written = new LinkedHashSet<>();

        private ReportStore store;
        private ReportJournal journal;
        private int drafts;

        World(Path root, RandomGenerator random) throws IOException {
            this.random = random;
            this.own = root.resolve("agent");
            this.data = Files.createDirectories(root.resolve("tracker"));
            this.store = opened();
            this.journal = ReportJournal.open(own, random);
        }

        private ReportStore opened() {
            return ReportStore.open(
                    data, ReportStoreConfig.DEFAULT, InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z")));
        }

        void write(int count) {
            for (int i = 0; i < count; i++) {
                String action = "a" + drafts++;
                journal.append(List.of(new Draft(
                        Instant.ofEpochMilli(drafts),
                        action,
                        SUBJECT,
                        Operation.DISTRIBUTE,
                        ActionState.ACCEPTED,
                        "",
                        0,
                        0,
                        1)));
                written.add(action);
            }
        }

        /** As the agent does: asks, compares, sends in order; any word may be the last one. */
        void session(int words) {
            if (words < 1) {
                return;
            }
            ReportJournal.Batch question = journal.after(0, 0, 0);
            ReportStore.Answer known = store.answer(ENDPOINT, message(question)).join();
            if (words > 1) {
                ReportJournal.Hearing heard = journal.heard(question.journal(), known.upTo(), known.recollection());
                assertNotEquals(ReportJournal.Hearing.STUCK, heard);
            }
            for (int word = 2; word < words && journal.waiting() > 0; word++) {
                ReportJournal.Batch batch = journal.after(0, 0, 1 + random.nextInt(8));
                long upTo = store.store(ENDPOINT, message(batch)).join();
                if (word + 1 < words) {
                    assertFalse(journal.stored(batch.journal(), upTo));
                }
            }
        }

        private static StatusReports message(ReportJournal.Batch batch) {
            StatusReports.Builder message =
                    StatusReports.newBuilder().setJournal(batch.journal()).setOldest(batch.oldest());
            batch.entries().forEach(entry -> message.addReports(StateCodec.write(entry)));
            return message.build();
        }

        void restart() {
            journal.close();
            journal = ReportJournal.open(own, random);
            if (random.nextBoolean()) {
                store.close();
                store = opened();
            }
        }

        void snapshot() throws IOException {
            journal.close();
            Path copy = own.resolveSibling("snapshot" + snapshots.size());
            copy(own, copy);
            snapshots.add(new Snapshot(copy, new LinkedHashSet<>(written)));
            journal = ReportJournal.open(own, random);
        }

        void putBack() throws IOException {
            if (snapshots.isEmpty()) {
                return;
            }
            journal.close();
            Snapshot snapshot = snapshots.get(random.nextInt(snapshots.size()));
            try (Stream<Path> files = Files.list(own)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            copy(snapshot.copy(), own);
            written = new LinkedHashSet<>(snapshot.written());
            journal = ReportJournal.open(own, random);
        }

        private static void copy(Path from, Path to) throws IOException {
            Files.createDirectories(to);
            try (Stream<Path> files = Files.list(from)) {
                for (Path file : files.toList()) {
                    Files.copy(file, to.resolve(file.getFileName()));
                }
            }
        }

        /** How often each report is stored, once all was sent. */
        Map<String, Integer> end() {
            session(Integer.MAX_VALUE);
            assertEquals(0, journal.waiting());
            Map<String, Integer> stored = new HashMap<>();
            ReportReader.of(data).poll(report -> stored.merge(report.report().getAction(), 1, Integer::sum));
            written.forEach(action -> assertTrue(stored.containsKey(action), action + " is lost"));
            return stored;
        }

        @Override
        public void close() {
            journal.close();
            store.close();
        }
    }

    @Test
    void aDiskThatIsPutBackOnceLosesNothingAndHasNothingCountedTwice() {
        Cases.run(40, random -> {
            try (World world = new World(Files.createTempDirectory(directory, "once"), random)) {
                boolean putBack = false;
                for (int step = 0; step < 25; step++) {
                    switch (random.nextInt(6)) {
                        case 0, 1 -> world.write(Math.min(random.nextInt(6), FEW_REPORTS - world.drafts));
                        case 2, 3 -> world.session(random.nextInt(6));
                        case 4 -> world.restart();
                        default -> {
                            if (putBack || world.snapshots.isEmpty()) {
                                world.snapshot();
                            } else if (random.nextInt(3) == 0) {
                                world.putBack();
                                putBack = true;
                            }
                        }
                    }
                }
                world.end().forEach((action, times) -> assertEquals(1, times, action));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void aDiskThatIsPutBackAgainAndAgainLosesNothing() {
        Cases.run(20, random -> {
            try (World world = new World(Files.createTempDirectory(directory, "again"), random)) {
                for (int step = 0; step < 40; step++) {
                    switch (random.nextInt(6)) {
                        case 0, 1 -> world.write(random.nextInt(40));
                        case 2, 3 -> world.session(random.nextInt(20));
                        case 4 -> world.snapshot();
                        default -> world.putBack();
                    }
                }
                world.end();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
