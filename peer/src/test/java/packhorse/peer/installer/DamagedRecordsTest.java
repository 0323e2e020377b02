package packhorse.peer.installer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.Platform;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonReader;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Health;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.hook.HookRunner;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.InstallTask.Member;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.installer.engine.ContentDesk;
import packhorse.peer.installer.engine.InMemory;
import packhorse.peer.installer.engine.InstallEngine;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;
import packhorse.peer.installer.engine.InstallerSettings;
import packhorse.peer.installer.engine.Tools;
import packhorse.peer.installer.engine.Transactions;

/** A disk that damaged one of the installer's files stops what needs that file, and nothing else. */
final class DamagedRecordsTest {
    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final InstallPolicy AT_ONCE = new InstallPolicy(Optional.empty(), false, false, false, false, true);

    private static final long BEGAN = System.nanoTime();

    @TempDir(factory = InMemory.class)
    Path dir;

    private AgentData agent;
    private Path data;
    private Path root;
    private Member one;
    private Member two;
    private Member other;
    private Member third;

    /** What a disk does to a file. */
    private enum Damage {
        TRUNCATED {
            @Override
            void to(Path file) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, Arrays.copyOf(bytes, bytes.length / 2));
            }
        },
        FLIPPED {
            @Override
            void to(Path file) throws IOException {
                byte[] bytes = Files.readAllBytes(file);
                if (bytes.length > 0) {
                    bytes[bytes.length / 2] ^= 0x41;
                }
                Files.write(file, bytes);
            }
        },
        EMPTY {
            @Override
            void to(Path file) throws IOException {
                Files.write(file, new byte[0]);
            }
        },
        ABSENT {
            @Override
            void to(Path file) throws IOException {
                Files.delete(file);
            }
        };

        abstract void to(Path file) throws IOException;
    }

    /** In place: the app 1, committed, the app 2 over it, to be committed or rolled back, and another, committed. */
    @BeforeEach
    void found() throws IOException {
        agent = AgentData.found(dir.resolve("agent"), NOW);
        data = Files.createDirectories(dir.resolve("installer"));
        root = Files.createDirectories(dir.resolve("root"));
        one = publish("acme/app", "1");
        two = publish("acme/app", "2");
        other = publish("acme/other", "1");
        third = publish("acme/third", "1");
        Heard heard = new Heard();
        try (ThreadInstaller installer = start(heard)) {
            assertState(ActionState.COMMITTED, run(installer, heard, 1, task("i1", Operation.INSTALL, AT_ONCE, one)));
            assertState(ActionState.COMMITTED, run(installer, heard, 2, task("i2", Operation.INSTALL, AT_ONCE, other)));
            assertState(
                    ActionState.COMMITTABLE,
                    run(installer, heard, 3, task("i3", Operation.UPDATE, InstallPolicy.DEFAULT, two)));
        }
    }

    @AfterEach
    void close() {
        agent.close();
    }

    private ThreadInstaller start(Heard heard) {
        return new ThreadInstaller(
                agent.settings(data, root), agent.root(), () -> agent.now(), Transactions.with(tools()), heard);
    }

    private static Tools tools() {
        return new Tools(
                Adapters.standard(),
                new HookRunner(),
                new MachinePrograms(RunLimits.DEFAULT),
                InstallDisk.real(),
                List.of(Platform.ANY),
                () -> NOW.plusNanos(System.nanoTime() - BEGAN),
                System::nanoTime,
                "boot");
    }

    private Member publish(String name, String version) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            byte[] text = (name + " " + version).getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry file = new TarArchiveEntry("version");
            file.setSize(text.length);
            tar.putArchiveEntry(file);
            tar.write(text);
            tar.closeArchiveEntry();
        }
        String settings = "{\"format\":\"tar\",\"into\":\"/opt/" + name + "\"}";
        return agent.publish(
                // A place below another's is called by its last part.
                name.replaceFirst("/.*/", "/"),
                version,
                bytes.toByteArray(),
                Optional.of(new InstallSection(
                        "archive",
                        (JsonObject) JsonReader.parse(settings.getBytes(StandardCharsets.UTF_8)),
                        Map.of(),
                        new TreeMap<>(),
                        Map.of(),
                        List.of(),
                        0,
                        Activating.WITH_INSTALL,
                        Drift.REPORT,
                        List.of())));
    }

    private static InstallTask task(String action, Operation operation, InstallPolicy policy, Member member) {
        return new InstallTask(
                action,
                Subject.release(member.release()),
                operation,
                List.of(member),
                InstallTask.Stage.GO,
                Optional.of(NOW.plus(Duration.ofHours(1))),
                policy,
                new TreeMap<>());
    }

    private static TaskStatus run(ThreadInstaller installer, Heard heard, long revision, InstallTask task) {
        installer.tasks(revision, List.of(task));
        return heard.awaitEnd(revision, task.action());
    }

    private static void assertState(ActionState state, TaskStatus status) {
        assertEquals(state, status.state(), status::detail);
    }

    private static LineState line(InstallerReport report, Member member) {
        return report.lines().stream()
                .filter(line -> line.name().equals(member.release().name()))
                .findFirst()
                .orElseThrow();
    }

    private String text(String name) throws IOException {
        return Files.readString(root.resolve("opt").resolve(name).resolve("current/version"));
    }

    private Path record(Member member) {
        return data.resolve("manifests").resolve(member.manifest() + ".json");
    }

    private Path agents(Member member) {
        return agent.pack(member.pack().orElseThrow()).resolve("manifests").resolve(member.manifest() + ".json");
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static void copy(Path from, Path to) throws Exception {
        deleted(to);
        assertEquals(
                0,
                new ProcessBuilder("cp", "-a", from.toString(), to.toString())
                        .inheritIO()
                        .start()
                        .waitFor());
    }

    @Test
    void aRecordThatTheDiskDamagedIsReadAgainFromTheAgentsCopy() throws Exception {
        for (Member member : List.of(one, two, other)) {
            byte[] right = Files.readAllBytes(record(member));
            for (Damage damage : Damage.values()) {
                damage.to(record(member));
                Heard heard = new Heard();
                try (ThreadInstaller installer = start(heard)) {
                    installer.tasks(9, List.of());
                    InstallerReport report = heard.await(one -> one.revision() == 9);
                    assertTrue(
                            report.lines().stream().noneMatch(line -> line.health() == Health.ERROR),
                            () -> damage + ": " + report.lines());
                }
                assertEquals(List.of(), heard.deaths);
                assertArrayEquals(right, Files.readAllBytes(record(member)));
            }
        }
    }

    @Test
    void aLineThatCannotBeReadStandsStillAndSaysSoAndTheOthersGoOn() throws Exception {
        byte[] right = Files.readAllBytes(agents(two));
        for (Damage damage : Damage.values()) {
            Files.write(record(two), right);
            damage.to(record(two));
            Files.write(agents(two), new byte[] {'{'});
            Heard heard = new Heard();
            try (ThreadInstaller installer = start(heard)) {
                installer.tasks(9, List.of());
                LineState lost = line(heard.await(report -> report.revision() == 9), two);
                assertEquals(Health.ERROR, lost.health(), lost::toString);
                assertFalse(lost.undoable(), lost::toString);
                assertTrue(lost.detail().contains("acme/app@2") && lost.detail().contains("install it"), lost::detail);
                assertFalse(lost.detail().contains("\n"), lost::detail);

                long revision = 10;
                for (Operation operation : List.of(Operation.COMMIT, Operation.ROLLBACK)) {
                    TaskStatus refused = run(
                            installer,
                            heard,
                            revision++,
                            task(damage + "-" + operation, operation, InstallPolicy.DEFAULT, two));
                    assertState(ActionState.REFUSED, refused);
                    assertTrue(
                            refused.codeClass().isPresent() && refused.detail().contains("acme/app@2"),
                            refused::detail);
                }

                // Others go on.
                assertState(
                        ActionState.COMMITTED,
                        run(installer, heard, 30, task(damage + "-i", Operation.INSTALL, AT_ONCE, third)));
                assertState(
                        ActionState.COMMITTED,
                        run(installer, heard, 31, task(damage + "-r", Operation.REMOVE, AT_ONCE, third)));
                assertEquals("acme/app 2", text("acme/app"));
                assertEquals("acme/other 1", text("acme/other"));
            }
            assertEquals(List.of(), heard.deaths);
        }

        // The agent brings it again, and the way back is there again.
        Files.write(agents(two), right);
        Heard heard = new Heard();
        try (ThreadInstaller installer = start(heard)) {
            assertState(
                    ActionState.UNDONE,
                    run(installer, heard, 40, task("back", Operation.ROLLBACK, InstallPolicy.DEFAULT, two)));
            assertEquals("acme/app 1", text("acme/app"));
        }
    }

    /** What it has is written down beside its files too; a release that comes upon that is refused, any other is not. */
    @Test
    void aLineThatCannotBeReadKeepsItsPlace() throws Exception {
        Files.delete(record(other));
        Files.delete(agents(other));
        Heard heard = new Heard();
        try (ThreadInstaller installer = start(heard)) {
            TaskStatus refused =
                    run(installer, heard, 10, task("in", Operation.INSTALL, AT_ONCE, publish("acme/other/sub", "1")));
            assertState(ActionState.REFUSED, refused);
            assertTrue(
                    refused.detail().contains("acme/sub@1 (any) goes to /opt/acme/other/sub, where acme/other@1 (any)"),
                    refused::detail);
            assertState(
                    ActionState.COMMITTED,
                    run(installer, heard, 11, task("beside", Operation.INSTALL, AT_ONCE, third)));
            assertState(
                    ActionState.COMMITTED, run(installer, heard, 12, task("out", Operation.REMOVE, AT_ONCE, third)));
        }
        assertEquals(List.of(), heard.deaths);
    }

    /** Where nothing of it can be read, nobody knows upon what a release would come, or what needs one that goes. */
    @Test
    void besideALineOfWhichNothingCanBeReadNothingNewComes() throws Exception {
        byte[] right = Files.readAllBytes(agents(other));
        Files.delete(record(other));
        Files.delete(agents(other));
        for (Path file : files(data.resolve("homes"))) {
            if (file.endsWith(".footprint")) {
                Damage.FLIPPED.to(file);
            }
        }
        Heard heard = new Heard();
        try (ThreadInstaller installer = start(heard)) {
            TaskStatus refused = run(installer, heard, 10, task("in", Operation.INSTALL, AT_ONCE, third));
            assertState(ActionState.REFUSED, refused);
            assertEquals(Optional.of(CodeClass.ENVIRONMENT), refused.codeClass());
            assertTrue(
                    refused.detail()
                            .startsWith("whether acme/third@1 (any) comes into the way of acme/other@1 (any) cannot be"
                                    + " told: what was known of acme/other@1 (any) cannot be read: "),
                    refused::detail);
            assertTrue(refused.detail().contains("install it"), refused::detail);
            assertFalse(refused.detail().contains("\n"), refused::detail);
            assertEquals("acme/other 1", text("acme/other"));
            // Its own line can be put right by what everybody is told to do.
            Files.write(agents(other), right);
            assertState(
                    ActionState.COMMITTED, run(installer, heard, 11, task("again", Operation.INSTALL, AT_ONCE, third)));
        }
        assertEquals(List.of(), heard.deaths);
    }

    @Test
    void whatABrokenRecordLeftInTheMiddleWaitsBetweenForItAndGoesBackThen() throws Exception {
        // As a crash leaves it: the update turned back by an order, its first step back not begun.
        byte[] right = Files.readAllBytes(agents(two));
        Heard heard = new Heard();
        try (ThreadInstaller installer = start(heard)) {
            Path link = root.resolve("opt/acme/app/current");
            Files.delete(link);
            Files.createDirectories(link.resolve("in the way"));
            assertState(
                    ActionState.UNDO_FAILED,
                    run(installer, heard, 40, task("back", Operation.ROLLBACK, InstallPolicy.DEFAULT, two)));
            deleted(link);
        }
        Files.delete(record(two));
        Files.delete(agents(two));
        try (ThreadInstaller installer = start(heard)) {
            TaskStatus refused =
                    run(installer, heard, 41, task("again", Operation.ROLLBACK, InstallPolicy.DEFAULT, two));
            assertState(ActionState.REFUSED, refused);
            assertEquals(Optional.of(CodeClass.PERMANENT), refused.codeClass());
            Files.write(agents(two), right);
            assertState(
                    ActionState.UNDONE,
                    run(installer, heard, 42, task("at last", Operation.ROLLBACK, InstallPolicy.DEFAULT, two)));
        }
        assertEquals("acme/app 1", text("acme/app"));
        assertEquals(List.of(), heard.deaths);
    }

    private static void deleted(Path directory) throws IOException {
        InstallDisk.real().delete(directory);
    }

    @Test
    void whateverFileIsDamagedTheOthersLinesAreKnownAndAnOrderHasAnEnd() throws Exception {
        Path before = dir.resolve("before");
        Path rootBefore = dir.resolve("root-before");
        copy(data, before);
        copy(root, rootBefore);
        List<Path> all = new ArrayList<>(files(data));
        all.removeIf(file -> file.startsWith(data.resolve("manifests")) || file.endsWith("journal"));
        assertTrue(all.size() > 5, all::toString);
        for (Path file : all) {
            for (Damage damage : Damage.values()) {
                String what = data.relativize(file) + " " + damage;
                copy(before, data);
                copy(rootBefore, root);
                damage.to(file);
                Heard heard = new Heard();
                try (ThreadInstaller installer = start(heard)) {
                    installer.tasks(
                            1,
                            List.of(
                                    task("new", Operation.INSTALL, AT_ONCE, third),
                                    task("back", Operation.ROLLBACK, InstallPolicy.DEFAULT, two)));
                    for (TaskStatus status : List.of(heard.awaitEnd(1, "new"), heard.awaitEnd(1, "back"))) {
                        assertTrue(
                                status.state() == ActionState.COMMITTED
                                        || status.state() == ActionState.UNDONE
                                        || (status.codeClass().isPresent()
                                                && !status.detail().isEmpty()),
                                () -> what + ": " + status);
                    }
                    InstallerReport report = heard.reports.getLast();
                    assertEquals(Optional.of("1"), line(report, other).version().map(Object::toString), what);
                }
                assertEquals(List.of(), heard.deaths, what);
            }
        }
    }

    @Test
    void aJournalThatIsGoneIsNoEmptyMachine() throws Exception {
        List<Path> homes = files(data.resolve("homes"));
        for (Damage damage : List.of(Damage.EMPTY, Damage.ABSENT)) {
            damage.to(data.resolve("journal"));
            InstallerSettings settings = agent.settings(data, root);
            ContentDesk desk = ProvingDesk.open(settings, agent.root(), InstallDisk.real(), () -> NOW);
            InstallEngine.Reporter nobody = new InstallEngine.Reporter() {
                @Override
                public void report(InstallerReport report) {}

                @Override
                public void progress(InstallProgress progress) {}
            };
            OperationException refused = assertThrows(
                    OperationException.class, () -> Transactions.with(tools()).open(settings, desk, nobody));
            assertTrue(String.valueOf(refused.getMessage()).contains("is gone"), refused::getMessage);
            assertEquals(homes, files(data.resolve("homes")));
        }
    }
}
