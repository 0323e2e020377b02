package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.ReportCheck;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.ReportsStored;
import packhorse.core.message.v1.Status;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.DesiredState;
import packhorse.core.state.Operation;
import packhorse.core.state.Priority;
import packhorse.core.state.Subject;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.journal.Draft;
import packhorse.peer.journal.ReportJournal;
import packhorse.peer.swarm.SwarmCommand.RateLimits;

/** Whole agents whose directory is put back to a snapshot, over real sessions, and a tracker that keeps each name once. */
@Timeout(300)
final class PutBackAgentTest {
    private static final int LENGTH = 300_000;

    @TempDir
    Path directory;

    /** Keeps reports as a tracker does: by journal and sequence, the first that comes under a name. */
    private static final class Keeper {
        private final Map<Long, TreeMap<Long, StatusReport>> kept = new ConcurrentHashMap<>();
        private final boolean recalls;

        Keeper(boolean recalls) {
            this.recalls = recalls;
        }

        List<Envelope> answer(Envelope message) {
            if (!message.hasStatusReports()) {
                return FakeTracker.generous(message);
            }
            StatusReports said = message.getStatusReports();
            TreeMap<Long, StatusReport> own = kept.computeIfAbsent(said.getJournal(), journal -> new TreeMap<>());
            ReportsStored.Builder stored = ReportsStored.newBuilder().setJournal(said.getJournal());
            synchronized (own) {
                said.getReportsList().forEach(report -> own.putIfAbsent(report.getSequence(), report));
                long upTo = said.getOldest() - 1;
                while (own.containsKey(upTo + 1)) {
                    upTo++;
                }
                stored.setSequence(upTo);
                if (recalls && said.getReportsCount() == 0 && !own.isEmpty()) {
                    stored.setHad(own.lastKey());
                    own.values().forEach(report -> stored.addHadChecks(ReportCheck.of(report)));
                }
            }
            return List.of(Envelope.newBuilder()
                    .setVersion(FrameCodec.VERSION)
                    .setReportsStored(stored)
                    .build());
        }

        List<String> actions() {
            List<String> all = new ArrayList<>();
            for (TreeMap<Long, StatusReport> own : kept.values()) {
                synchronized (own) {
                    own.values()
                            .forEach(report -> all.add(report.getAction() + " "
                                    + ActionState.of(report.getState()).name()));
                }
            }
            Collections.sort(all);
            return all;
        }

        long last() {
            return kept.values().stream()
                    .mapToLong(own -> {
                        synchronized (own) {
                            return own.isEmpty() ? 0 : own.lastKey();
                        }
                    })
                    .max()
                    .orElse(0);
        }
    }

    private static DesiredItem item(String action, VerifiedManifest manifest) {
        return new DesiredItem(
                action,
                new Subject(manifest.manifest().id(), false, Optional.of(manifest.digest())),
                Operation.DISTRIBUTE,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Priority.NORMAL,
                Optional.empty());
    }

    private static void order(Deployment deployment, long revision, DesiredItem... items) {
        deployment
                .tracker()
                .order(deployment.identity("3", DeploymentRole.AGENT).id(), new DesiredState(revision, List.of(items)));
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes unused) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(folder)));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes unused) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file)));
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private static long waiting(Deployment.Node node) {
        return node.ask(LocalRequest.newBuilder()
                        .setStatus(Status.getDefaultInstance())
                        .build())
                .getFirst()
                .getStatus()
                .getReportsWaiting();
    }

    /** What the agent would report where no tracker is heard, and what a snapshot that is taken then holds. */
    private static void write(Path node, VerifiedManifest manifest, int from, int to) {
        try (ReportJournal journal = ReportJournal.open(node.resolve("reports"), new Random(1))) {
            for (int i = from; i < to; i++) {
                journal.append(List.of(new Draft(
                        Instant.ofEpochMilli(1_790_000_000_000L + i),
                        "alone" + i,
                        Subject.release(manifest.manifest().id()),
                        Operation.DISTRIBUTE,
                        ActionState.STAGED,
                        "",
                        0,
                        0,
                        1)));
            }
        }
    }

    /**
     * Puts the directory back behind three reports that are stored, of which the first had been in the snapshot too; there it
     * writes so many others before it hears a tracker.
     */
    private void putBack(String network, boolean recalls, int reportsAlone) throws Exception {
        Keeper keeper = new Keeper(recalls);
        try (Deployment deployment = Deployment.in(directory, network)) {
            deployment.tracker().answering(keeper::answer);
            byte[] content = Deployment.content(31, LENGTH);
            VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
            deployment.origin("2", Map.of(tool, content));
            Path node = deployment.directory("3");
            Path snapshot = directory.resolve("snapshot");
            Deployment.Node first = deployment.agent("3", RateLimits.NONE);
            order(deployment, 1, item("first", tool));
            await().atMost(Duration.ofSeconds(90)).until(() -> keeper.last() == 3 && waiting(first) == 0);
            first.close();
            write(node, tool, 0, 1);
            copy(node, snapshot);
            write(node, tool, 1, 3);
            Deployment.Node second = deployment.agent("3", RateLimits.NONE);
            await().atMost(Duration.ofSeconds(90)).until(() -> keeper.last() == 6);
            second.close();
            List<String> before = keeper.actions();
            assertTrue(before.contains("alone2 STAGED"), before::toString);
            Path lost = directory.resolve("lost");
            Files.move(node, lost);
            copy(snapshot, node);
            write(node, tool, 10, 10 + reportsAlone);
            deployment.agent("3", RateLimits.NONE);

            List<String> all = new ArrayList<>(before);
            for (int i = 10; i < 10 + reportsAlone; i++) {
                all.add("alone" + i + " STAGED");
            }
            if (!recalls) {
                // What that tracker has of the report that waited in the snapshot cannot be told: rather twice than
                // lost.
                all.add("alone0 STAGED");
            }
            Collections.sort(all);
            await().atMost(Duration.ofSeconds(90)).untilAsserted(() -> assertEquals(all, keeper.actions()));
        }
    }

    @Test
    void newReportsThatOvertookTheStoredOnesAreStoredOnceAndNothingElseTwice() throws Exception {
        putBack("127.33.41", true, 5);
    }

    @Test
    void asManyNewReportsAsAreStoredAreStoredOnceAndNothingElseTwice() throws Exception {
        putBack("127.33.42", true, 2);
    }

    @Test
    void newReportsThatDidNotOvertakeAreStoredOnceAndNothingElseTwice() throws Exception {
        putBack("127.33.43", true, 1);
    }

    @Test
    void aTrackerThatDoesNotRecallLosesNothingWhereNothingOvertook() throws Exception {
        putBack("127.33.44", false, 1);
    }
}
