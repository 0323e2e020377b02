package packhorse.peer.installer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.IntFunction;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonReader;
import packhorse.core.state.ActionState;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.InstallTask.Member;
import packhorse.peer.install.TaskStatus;
import packhorse.peer.installer.engine.InMemory;
import packhorse.peer.installer.engine.InstallerSettings;

/** The installer's process as it is delivered, heap and all, under archives of as many entries as any may have. */
@Timeout(600)
final class InstallerHeapTest {
    /** What a release may ask for ({@code settings.limits.entries}); one more is refused when it is published. */
    private static final int ENTRIES = 100_000;

    private static final Duration PATIENCE = Duration.ofMinutes(8);

    @TempDir(factory = InMemory.class)
    Path dir;

    private final Heard heard = new Heard();
    private AgentData agent;
    private Path root;

    @BeforeEach
    void found() throws IOException {
        agent = AgentData.found(dir.resolve("agent"), InstantSource.system().instant());
        root = Files.createDirectories(dir.resolve("root"));
    }

    @AfterEach
    void close() {
        agent.close();
    }

    private static InstallSection section(String format, int entries) {
        String settings = "{\"format\":\"" + format + "\",\"into\":\"/opt/app\",\"limits\":{\"entries\":" + entries
                + ",\"ratio\":100000}}";
        return new InstallSection(
                "archive",
                (JsonObject) JsonReader.parse(settings.getBytes(StandardCharsets.UTF_8)),
                Map.of(),
                new TreeMap<>(),
                Map.of(),
                List.of(),
                0,
                Activating.WITH_INSTALL,
                Drift.REPORT,
                List.of());
    }

    private TaskStatus install(String format, byte[] content, int entries) {
        Member app = agent.publish("acme/app", "1.0", content, Optional.of(section(format, entries)));
        InstallerSettings settings = agent.settings(dir.resolve("agent/installer"), root);
        try (ProcessInstaller installer =
                ProcessInstaller.start(InstallerProcessConfig.of(settings, agent.root()), heard, System::nanoTime)) {
            InstallTask task = new InstallTask(
                    "i",
                    Subject.release(app.release()),
                    Operation.INSTALL,
                    List.of(app),
                    InstallTask.Stage.GO,
                    Optional.of(InstantSource.system().instant().plusSeconds(600)),
                    InstallPolicy.DEFAULT,
                    new TreeMap<>());
            installer.tasks(1, List.of(task));
            Awaitility.await().atMost(PATIENCE).until(() -> !heard.deaths.isEmpty() || ended().isPresent());
            assertEquals(List.of(), heard.deaths);
            return ended().orElseThrow();
        }
    }

    private Optional<TaskStatus> ended() {
        return heard.reports.stream()
                .flatMap(report -> report.tasks().stream())
                .filter(TaskStatus::ended)
                .findFirst();
    }

    private static byte[] tar(int entries, IntFunction<String> name) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8")) {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
            for (int i = 0; i < entries; i++) {
                TarArchiveEntry entry = new TarArchiveEntry(name.apply(i));
                entry.setSize(1);
                tar.putArchiveEntry(entry);
                tar.write('x');
                tar.closeArchiveEntry();
            }
        }
        return bytes.toByteArray();
    }

    /** All in one directory, which costs the most. */
    @Test
    void asManyEntriesAsMayBeFit() throws Exception {
        byte[] content = tar(ENTRIES, i -> String.format("share/some/usual/directory/file-%07d.txt", i));
        TaskStatus status = install("tar.zst", Zstd.compress(content), ENTRIES);
        assertEquals(ActionState.COMMITTABLE, status.state(), status::detail);
        try (var files = Files.list(root.resolve("opt/app/current/share/some/usual/directory"))) {
            assertEquals(ENTRIES, files.count());
        }
    }

    /** Few entries, each of which implies thirty directories of its own: refused by a line, and the process lives. */
    @Test
    void pathsThatTakeMoreMemoryThanThereIsAreRefused() throws Exception {
        byte[] content = tar(1_000, i -> {
            StringBuilder path = new StringBuilder();
            for (int level = 0; level < 30; level++) {
                path.append("level-")
                        .append(i)
                        .append('-')
                        .append("x".repeat(60))
                        .append('/');
            }
            return path + "file";
        });
        TaskStatus status = install("tar", content, 1_000);
        assertEquals(ActionState.FAILED, status.state(), status::detail);
        assertTrue(status.detail().contains("take more memory than the installer has for them"), status::detail);
        try (var work = Files.list(dir.resolve("agent/installer/work"))) {
            assertEquals(0, work.count());
        }
    }
}
