package packhorse.peer.installer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Ack;
import packhorse.core.message.v1.InstallProgress;
import packhorse.core.message.v1.InstallTaskStatus;
import packhorse.core.message.v1.InstallTasks;
import packhorse.core.message.v1.InstallerCommand;
import packhorse.core.message.v1.InstallerEvent;
import packhorse.core.message.v1.InstallerStart;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.testing.Cases;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.installer.engine.InstallFields;
import packhorse.peer.installer.engine.InstallerReport;
import packhorse.peer.installer.engine.InstallerSettings;

/** What goes through the pipes arrives as it was, and what cannot have been meant is one line. */
final class InstallerCodecTest {
    private static final int CASES = 300;

    private static InstallerOrder there(InstallerOrder order) {
        InstallerCodec.Orders reader = new InstallerCodec.Orders();
        List<InstallerOrder> arrived = new ArrayList<>();
        InstallerCodec.write(order).forEach(message -> reader.read(message).ifPresent(arrived::add));
        assertEquals(1, arrived.size());
        return arrived.getFirst();
    }

    private static InstallerNews back(InstallerNews news) {
        InstallerCodec.News reader = new InstallerCodec.News();
        List<InstallerNews> arrived = new ArrayList<>();
        InstallerCodec.write(news).forEach(message -> reader.read(message).ifPresent(arrived::add));
        assertEquals(1, arrived.size());
        return arrived.getFirst();
    }

    private static String word(RandomGenerator random, int most) {
        StringBuilder word = new StringBuilder();
        for (int i = random.nextInt(1, most + 1); i > 0; i--) {
            word.append((char) ('a' + random.nextInt(26)));
        }
        return word.toString();
    }

    private static <T> T any(RandomGenerator random, T[] values) {
        return values[random.nextInt(values.length)];
    }

    private static <T> Optional<T> maybe(RandomGenerator random, T value) {
        return random.nextBoolean() ? Optional.of(value) : Optional.empty();
    }

    private static Version version(RandomGenerator random) {
        return Version.parse(random.nextInt(100) + "." + random.nextInt(100) + "~" + word(random, 3));
    }

    private static ReleaseId release(RandomGenerator random) {
        return new ReleaseId(
                new ReleaseName(word(random, 8), word(random, 12)),
                version(random),
                random.nextBoolean() ? Platform.ANY : new Platform("linux-" + word(random, 5)));
    }

    private static Instant time(RandomGenerator random) {
        return Instant.ofEpochMilli(random.nextLong(1, 1L << 45));
    }

    private static InstallTask task(RandomGenerator random, String action) {
        SortedMap<String, String> variables = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            variables.put(word(random, 20), "wert ä\n\t" + word(random, 30));
        }
        List<InstallTask.Member> members = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            members.add(new InstallTask.Member(
                    release(random),
                    Sha256.ofDigest(Cases.bytes(random, 32)),
                    maybe(random, Sha256.ofDigest(Cases.bytes(random, 32)))));
        }
        return new InstallTask(
                action,
                new Subject(release(random), false, maybe(random, Sha256.ofDigest(Cases.bytes(random, 32)))),
                any(random, Operation.values()),
                members,
                any(random, InstallTask.Stage.values()),
                maybe(random, time(random)),
                new InstallPolicy(
                        maybe(random, time(random)),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean(),
                        random.nextBoolean()),
                variables,
                maybe(random, time(random)));
    }

    private static List<InstallTask> tasks(RandomGenerator random, int most) {
        int count = random.nextInt(most + 1);
        return IntStream.range(0, count)
                .mapToObj(i -> task(random, word(random, 20) + "-" + i))
                .toList();
    }

    private static TaskStatus status(RandomGenerator random, String action) {
        List<ActionState> passed = new ArrayList<>(List.of(any(random, ActionState.values())));
        for (int i = random.nextInt(20); i > 0; i--) {
            passed.add(any(random, ActionState.values()));
        }
        return new TaskStatus(
                action,
                passed,
                random.nextBoolean() ? "" : "it waits, für etwas: " + word(random, 500),
                random.nextInt(),
                maybe(random, any(random, CodeClass.values())),
                maybe(random, any(random, TaskStatus.Gate.values())),
                random.nextBoolean(),
                maybe(random, time(random)));
    }

    private static LineState line(RandomGenerator random) {
        LineState.Presence presence = any(random, LineState.Presence.values());
        return new LineState(
                new ReleaseName(word(random, 8), word(random, 12)),
                random.nextBoolean() ? Platform.ANY : new Platform("linux-" + word(random, 5)),
                presence == LineState.Presence.INSTALLED ? Optional.of(version(random)) : Optional.empty(),
                maybe(random, version(random)),
                presence,
                any(random, LineState.TransactionState.values()),
                any(random, LineState.Activation.values()),
                any(random, LineState.Health.values()),
                random.nextBoolean(),
                random.nextBoolean() ? "" : word(random, 300));
    }

    private static InstallerReport report(RandomGenerator random, int most) {
        return new InstallerReport(
                random.nextLong(0, 1L << 40),
                IntStream.range(0, random.nextInt(most + 1))
                        .mapToObj(i -> status(random, word(random, 20) + "-" + i))
                        .toList(),
                IntStream.range(0, random.nextInt(most + 1))
                        .mapToObj(i -> line(random))
                        .toList(),
                maybe(random, word(random, 100)),
                maybe(random, word(random, 100)));
    }

    private static InstallerSettings settings(RandomGenerator random) {
        return new InstallerSettings(
                Path.of("/var/lib", word(random, 50)),
                Path.of("/store", word(random, 50)),
                Path.of("/trust"),
                Path.of("/"),
                random.nextBoolean() ? List.of() : List.of("systemctl", "reboot", word(random, 10)),
                Duration.ofMillis(random.nextLong(0, 1L << 40)));
    }

    @Test
    void everyOrderArrivesAsItWas() {
        Cases.run(CASES, random -> {
            List.of(
                            new InstallerOrder.Start(
                                    settings(random), ByteString.copyFrom(Cases.bytes(random, random.nextInt(5000)))),
                            new InstallerOrder.Tasks(random.nextLong(1, 1L << 60), tasks(random, 6)),
                            new InstallerOrder.Alive(random.nextLong()),
                            new InstallerOrder.Look(),
                            new InstallerOrder.Stop())
                    .forEach(order -> assertEquals(order, there(order)));
        });
    }

    @Test
    void allNewsArrivesAsItWas() {
        Cases.run(CASES, random -> {
            List.of(
                            new InstallerNews.Report(report(random, 6)),
                            new InstallerNews.Progress(new packhorse.peer.installer.engine.InstallProgress(
                                    word(random, 100),
                                    word(random, 100),
                                    word(random, 100),
                                    random.nextLong(0, Long.MAX_VALUE),
                                    random.nextLong(0, Long.MAX_VALUE))),
                            new InstallerNews.Alive(random.nextLong()),
                            new InstallerNews.Died("because of " + word(random, 100)))
                    .forEach(news -> assertEquals(news, back(news)));
        });
    }

    @Test
    void listsLongerThanAFrameArriveWholeAndSignsOfLifePassThem() {
        Cases.run(3, random -> {
            SortedMap<String, String> many = new TreeMap<>();
            for (int i = 0; i < 900; i++) {
                many.put("name" + i, word(random, 100));
            }
            List<InstallTask> tasks = IntStream.range(0, 100)
                    .mapToObj(i -> task(random, "a" + i))
                    .map(task -> new InstallTask(
                            task.action(),
                            task.subject(),
                            task.operation(),
                            task.members(),
                            task.stage(),
                            task.leaseUntil(),
                            task.policy(),
                            many))
                    .toList();
            InstallerOrder.Tasks order = new InstallerOrder.Tasks(5, tasks);
            List<InstallerCommand> messages = InstallerCodec.write(order);
            assertTrue(messages.size() > 10);
            InstallerCodec.Orders reader = new InstallerCodec.Orders();
            for (InstallerCommand message : messages.subList(0, messages.size() - 1)) {
                assertTrue(message.getSerializedSize() < FrameCodec.FRAME_BYTES_MAX / 2);
                assertEquals(Optional.empty(), reader.read(message));
                assertEquals(
                        Optional.of(new InstallerOrder.Alive(3)),
                        reader.read(InstallerCommand.newBuilder().setAlive(3).build()));
            }
            assertEquals(Optional.of(order), reader.read(messages.getLast()));

            InstallerNews.Report news = new InstallerNews.Report(report(random, 4000));
            assertEquals(news, back(news));
        });
    }

    private static String refused(Runnable reading) {
        String line = String.valueOf(
                assertThrows(IllegalArgumentException.class, reading::run).getMessage());
        assertFalse(line.contains("\n"), line);
        return line;
    }

    private static void assertRefused(InstallerCommand.Builder message) {
        String line = refused(() -> new InstallerCodec.Orders().read(message.build()));
        assertFalse(line.isEmpty());
    }

    private static void assertRefused(InstallerEvent.Builder message) {
        String line = refused(() -> new InstallerCodec.News().read(message.build()));
        assertFalse(line.isEmpty());
    }

    @Test
    void ordersThatCannotBeMeantAreRefused() {
        assertRefused(InstallerCommand.newBuilder());
        InstallerStart start = InstallerCodec.write(new InstallerOrder.Start(
                        new InstallerSettings(
                                Path.of("/a"), Path.of("/b"), Path.of("/c"), Path.of("/"), List.of(), Duration.ZERO),
                        ByteString.copyFrom(new byte[3])))
                .getFirst()
                .getStart();
        List.of(
                        start.toBuilder().setData(""),
                        start.toBuilder().setData("relative"),
                        start.toBuilder().setStore("/a/../b"),
                        start.toBuilder().setMetadata("/a\0b"),
                        start.toBuilder().setRoot("/" + "x".repeat(5000)),
                        start.toBuilder().addReboot(""),
                        start.toBuilder().addReboot("a\0b"),
                        start.toBuilder().addAllReboot(java.util.Collections.nCopies(65, "x")),
                        start.toBuilder().setDriftMillis(-1),
                        start.toBuilder().setTrustedRoot(ByteString.copyFrom(new byte[(1 << 20) + 1])))
                .forEach(bad -> assertRefused(InstallerCommand.newBuilder().setStart(bad)));

        Cases.run(20, random -> {
            packhorse.core.message.v1.InstallTask task = InstallFields.write(task(random, "a"));
            List.of(
                            task.toBuilder().setAction(""),
                            task.toBuilder().setAction("x".repeat(129)),
                            task.toBuilder().setAction("a\nb"),
                            task.toBuilder().clearSubject(),
                            task.toBuilder().clearOperation(),
                            task.toBuilder().setStage(0),
                            task.toBuilder().setStage(4),
                            task.toBuilder().setLeaseUntilMillis(-5),
                            task.toBuilder().putVariables("", "x"),
                            task.toBuilder().putVariables("x".repeat(129), "x"),
                            task.toBuilder().putVariables("x", "x".repeat(4097)),
                            task.toBuilder().addMembersBuilder().setManifest(ByteString.copyFrom(new byte[32])),
                            task.toBuilder()
                                    .addMembersBuilder()
                                    .setRelease(task.getSubject())
                                    .setManifest(ByteString.copyFrom(new byte[31])))
                    .forEach(bad -> {
                        packhorse.core.message.v1.InstallTask built = bad
                                        instanceof packhorse.core.message.v1.InstallTask.Builder whole
                                ? whole.build()
                                : task.toBuilder()
                                        .addMembers(((packhorse.core.message.v1.InstallMember.Builder) bad).build())
                                        .build();
                        assertRefused(InstallerCommand.newBuilder()
                                .setTasks(
                                        InstallTasks.newBuilder().setRevision(1).addTasks(built)));
                    });
            assertRefused(InstallerCommand.newBuilder()
                    .setTasks(InstallTasks.newBuilder().setRevision(0).addTasks(task)));
            assertRefused(InstallerCommand.newBuilder()
                    .setTasks(InstallTasks.newBuilder()
                            .setRevision(1)
                            .addTasks(task)
                            .addTasks(task)));
        });
    }

    @Test
    void listsWithoutEndAndMixedListsAreRefused() {
        Cases.run(1, random -> {
            InstallTasks part = InstallTasks.newBuilder()
                    .setRevision(1)
                    .setMore(true)
                    .addTasks(InstallFields.write(task(random, "a")))
                    .build();
            InstallerCommand more = InstallerCommand.newBuilder().setTasks(part).build();
            InstallerCodec.Orders endless = new InstallerCodec.Orders();
            assertTrue(refused(() -> {
                        for (int i = 0; i <= InstallerCodec.LIST_MAX; i++) {
                            assertEquals(Optional.empty(), endless.read(more));
                        }
                    })
                    .contains("the most are"));
            InstallerCodec.Orders mixed = new InstallerCodec.Orders();
            assertEquals(Optional.empty(), mixed.read(more));
            assertTrue(refused(() -> mixed.read(InstallerCommand.newBuilder()
                            .setTasks(part.toBuilder().setRevision(2))
                            .build()))
                    .contains("amid"));
            InstallerCodec.Orders broken = new InstallerCodec.Orders();
            assertEquals(Optional.empty(), broken.read(more));
            assertTrue(refused(() -> broken.read(InstallerCommand.newBuilder()
                            .setStop(Ack.getDefaultInstance())
                            .build()))
                    .contains("was not ended"));
        });
    }

    @Test
    void newsThatCannotBeMeantIsRefused() {
        assertRefused(InstallerEvent.newBuilder());
        assertRefused(InstallerEvent.newBuilder().setDied("two\nlines"));
        assertRefused(InstallerEvent.newBuilder().setDied("x".repeat(2001)));
        assertRefused(InstallerEvent.newBuilder()
                .setProgress(InstallProgress.newBuilder().setAction("a").setDoneBytes(-1)));
        assertRefused(InstallerEvent.newBuilder().setProgress(InstallProgress.newBuilder()));
        Cases.run(20, random -> {
            InstallTaskStatus status = InstallFields.write(status(random, "a"));
            List.of(
                            status.toBuilder().clearPassed(),
                            status.toBuilder().addPassed(99),
                            status.toBuilder().addAllPassed(java.util.Collections.nCopies(101, 9)),
                            status.toBuilder().setDetail("a\u001b[31m"),
                            status.toBuilder().setCodeClass(77),
                            status.toBuilder().setWaiting(9),
                            status.toBuilder().setAction(""))
                    .forEach(bad -> assertRefused(InstallerEvent.newBuilder()
                            .setReport(packhorse.core.message.v1.InstallerReport.newBuilder()
                                    .addTasks(bad))));
            LineStatus line = InstallFields.write(line(random));
            List.of(
                            line.toBuilder().setName("no-slash"),
                            line.toBuilder().setPlatform(""),
                            line.toBuilder().setPresence(0),
                            line.toBuilder().setTransaction(5),
                            line.toBuilder().setActivation(0),
                            line.toBuilder().setHealth(9),
                            line.toBuilder().setPresence(3).setVersion(""),
                            line.toBuilder().setDetail("x".repeat(2001)))
                    .forEach(bad -> assertRefused(InstallerEvent.newBuilder()
                            .setReport(packhorse.core.message.v1.InstallerReport.newBuilder()
                                    .addLines(bad))));
        });
    }

    @Test
    void whatAnEngineSaysInManyLinesArrivesAsOne() {
        InstallerNews.Died arrived =
                (InstallerNews.Died) back(new InstallerNews.Died("a\nb\u0007\u0085c" + "x".repeat(5000)));
        assertTrue(arrived.reason().startsWith("a b cxxx"), arrived.reason());
        assertEquals(InstallFields.TEXT_MAX, arrived.reason().length());
    }

    @Test
    void whoWaitedTooOftenIsStillReported() {
        TaskStatus status = new TaskStatus(
                "a",
                java.util.Collections.nCopies(500, ActionState.WAITING),
                "",
                0,
                Optional.empty(),
                Optional.empty(),
                false);
        InstallerNews.Report arrived = (InstallerNews.Report) back(new InstallerNews.Report(
                new InstallerReport(1, List.of(status), List.of(), Optional.empty(), Optional.empty())));
        assertEquals(
                InstallFields.PASSED_MAX,
                arrived.report().tasks().getFirst().passed().size());
    }

    @Test
    void bentBytesAreReadOrRefusedButNeverAnythingElse() {
        Cases.run(2_000, random -> {
            boolean order = random.nextBoolean();
            byte[] bytes = order
                    ? InstallerCodec.write(new InstallerOrder.Tasks(1, tasks(random, 3)))
                            .getFirst()
                            .toByteArray()
                    : InstallerCodec.write(new InstallerNews.Report(report(random, 3)))
                            .getFirst()
                            .toByteArray();
            byte[] bent = bytes.clone();
            for (int i = random.nextInt(1, 4); i > 0; i--) {
                bent = Cases.withFlippedBit(bent, random.nextInt(bent.length * 8));
            }
            try {
                Object read = order
                        ? new InstallerCodec.Orders().read(InstallerCommand.parseFrom(bent))
                        : new InstallerCodec.News().read(InstallerEvent.parseFrom(bent));
                assertFalse(read.toString().isEmpty());
            } catch (InvalidProtocolBufferException | IllegalArgumentException e) {
                assertFalse(String.valueOf(e.getMessage()).isEmpty());
            }
        });
    }
}
