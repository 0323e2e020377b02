package packhorse.peer.installer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonReader;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.testing.OnlyAs;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.InstallTask.Member;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.installer.engine.InstallerSettings;

/** The installer as it is delivered: its own part of the class path, its rights and nothing more, the real engine and adapters. */
final class InstallingProcessTest {
    @TempDir
    Path dir;

    private final Heard heard = new Heard();
    private AgentData agent;
    private Path root;

    @BeforeEach
    void found() throws IOException {
        OnlyAs.root();
        agent = AgentData.found(dir.resolve("agent"), InstantSource.system().instant());
        root = Files.createDirectories(dir.resolve("root"));
    }

    @AfterEach
    void close() {
        if (agent != null) {
            agent.close();
        }
    }

    private ProcessInstaller start() {
        InstallerSettings settings = agent.settings(dir.resolve("agent/installer"), root);
        return ProcessInstaller.start(InstallerProcessConfig.of(settings, agent.root()), heard, System::nanoTime);
    }

    private static byte[] archive(String version) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry folder = new TarArchiveEntry("bin/");
            folder.setMode(0755);
            tar.putArchiveEntry(folder);
            tar.closeArchiveEntry();
            byte[] text = version.getBytes(StandardCharsets.UTF_8);
            TarArchiveEntry file = new TarArchiveEntry("bin/version");
            file.setSize(text.length);
            file.setMode(0644);
            tar.putArchiveEntry(file);
            tar.write(text);
            tar.closeArchiveEntry();
        }
        return Zstd.compress(bytes.toByteArray());
    }

    /** The hook leaves a file with the mode that programs of this installer's give. */
    private InstallSection section() {
        return new InstallSection(
                "archive",
                (JsonObject) JsonReader.parse(
                        "{\"format\":\"tar.zst\",\"into\":\"/opt/acme/app\"}".getBytes(StandardCharsets.UTF_8)),
                Map.of(
                        HookMoment.POST,
                        new Hook(
                                List.of("/bin/sh", "-c", "echo here >" + root.resolve("posted")),
                                Optional.of(List.of(
                                        "/bin/rm", "-f", root.resolve("posted").toString())),
                                true,
                                Duration.ofSeconds(30),
                                new TreeMap<>(),
                                true)),
                new TreeMap<>(),
                Map.of(),
                List.of(),
                0,
                Activating.WITH_INSTALL,
                Drift.REPORT,
                List.of());
    }

    private Member publish(String version) throws IOException {
        return agent.publish("acme/app", version, archive(version), Optional.of(section()));
    }

    private static InstallTask task(String action, Operation operation, Member member) {
        return new InstallTask(
                action,
                Subject.release(member.release()),
                operation,
                List.of(member),
                InstallTask.Stage.GO,
                Optional.of(InstantSource.system().instant().plusSeconds(600)),
                InstallPolicy.DEFAULT,
                new TreeMap<>());
    }

    private String installed() throws IOException {
        return Files.readString(root.resolve("opt/acme/app/current/bin/version"));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    private TaskStatus run(ProcessInstaller installer, long revision, InstallTask task) {
        installer.tasks(revision, List.of(task));
        return heard.awaitEnd(revision, task.action());
    }

    @Test
    void aReleaseIsPutInPlaceForEverybodyAndTakenBackWithoutACatalogue() throws Exception {
        Member first = publish("1.0");
        try (ProcessInstaller installer = start()) {
            TaskStatus status = run(installer, 1, task("a1", Operation.INSTALL, first));
            assertEquals(ActionState.COMMITTABLE, status.state(), status::detail);
            assertEquals("1.0", installed());
            // Its own files are nobody else's business, those that it puts in place are everybody's.
            assertEquals("rwxr-xr-x", mode(root.resolve("opt/acme")));
            assertEquals("rw-r--r--", mode(root.resolve("opt/acme/app/current/bin/version")));
            assertEquals("rw-r--r--", mode(root.resolve("posted")));
            assertEquals("rwx------", mode(dir.resolve("agent/installer")));
            assertEquals(Optional.empty(), heard.reports.getLast().exposed());
            status = run(installer, 2, task("a2", Operation.COMMIT, first));
            assertEquals(ActionState.COMMITTED, status.state(), status::detail);

            Member second = publish("2.0");
            status = run(installer, 3, task("a3", Operation.UPDATE, second));
            assertEquals(ActionState.COMMITTABLE, status.state(), status::detail);
            assertEquals("2.0", installed());

            // The agent has nothing left to prove anything with.
            for (String name : List.of("timestamp.json", "snapshot.json", "targets.json")) {
                Files.delete(agent.metadata().resolve(name));
            }
            status = run(installer, 4, task("a4", Operation.ROLLBACK, second));
            assertEquals(ActionState.UNDONE, status.state(), status::detail);
            assertEquals("1.0", installed());
            LineState line = heard.reports.getLast().lines().getFirst();
            assertEquals(LineState.Presence.INSTALLED, line.presence());
            assertEquals("1.0", line.version().orElseThrow().toString());
            assertEquals(List.of(), heard.deaths);
        }
    }

    @Test
    void metadataOfAnotherDeploymentInstallsNothing() throws Exception {
        assertTrue(Files.notExists(root.resolve("opt")));
        try (AgentData foreign = AgentData.found(dir.resolve("foreign"), Instant.now())) {
            Member theirs = foreign.publish("acme/app", "6.6", archive("6.6"), Optional.of(section()));
            InstallerSettings ours = agent.settings(dir.resolve("agent/installer"), root);
            InstallerSettings mixed = new InstallerSettings(
                    ours.data(), foreign.store(), foreign.metadata(), root, List.of(), Duration.ZERO);
            try (ProcessInstaller installer =
                    ProcessInstaller.start(InstallerProcessConfig.of(mixed, agent.root()), heard, System::nanoTime)) {
                TaskStatus status = run(installer, 1, task("evil", Operation.INSTALL, theirs));
                assertTrue(
                        status.state() == ActionState.FAILED || status.state() == ActionState.REFUSED, status::detail);
                assertTrue(status.detail().contains("does not believe"), status::detail);
                assertFalse(Files.exists(root.resolve("opt")));
            }
        }
    }
}
