package packhorse.peer.agent;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import packhorse.core.content.CodeClass;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.InstallSection.Hook;
import packhorse.core.content.InstallSection.HookMoment;
import packhorse.core.content.Platform;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonReader;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.message.v1.LineStatus;
import packhorse.core.message.v1.Lines;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.hook.HookRunner;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.installer.ThreadInstaller;
import packhorse.peer.installer.engine.InstallerSettings;
import packhorse.peer.installer.engine.Tools;
import packhorse.peer.installer.engine.Transactions;
import packhorse.peer.words.InstallWords;

/** Whole agents with the real installer's engine beside them, a machine below a directory, and a tracker that gives leases. */
final class InstallingWorld {
    static final String[] ALL_THE_WAY = {
        "ACCEPTED",
        "FETCHING",
        "STAGED",
        "PRECHECK",
        "PREPARED",
        "WAITING",
        "APPLYING",
        "APPLIED",
        "ACTIVATING",
        "VERIFYING",
        "COMMITTABLE"
    };

    private final Path directory;

    /** Questions about leases so far. */
    final AtomicInteger asked = new AtomicInteger();

    /** Whether leases are given. */
    volatile boolean generous = true;

    /** Names the machine's present start, for installers that are started from now on. */
    volatile String boot = "the first start";

    /** What starts the machine again. */
    volatile List<String> reboot = List.of();

    InstallingWorld(Path directory) {
        this.directory = directory;
    }

    static byte[] archive(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            TarArchiveEntry entry = new TarArchiveEntry("version.txt");
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            entry.setSize(content.length);
            entry.setModTime(0L);
            tar.putArchiveEntry(entry);
            tar.write(content);
            tar.closeArchiveEntry();
        }
        return bytes.toByteArray();
    }

    static InstallSection section() {
        return new InstallSection(
                "archive",
                new JsonObject(new TreeMap<>(
                        Map.of("into", new JsonString("/opt/acme/app"), "format", new JsonString("tar")))),
                Map.of(),
                new TreeMap<>(),
                Map.of(),
                List.of(),
                0,
                Activating.WITH_INSTALL,
                Drift.REPORT,
                List.of());
    }

    /**
     * How a release is put in place.
     *
     * @param settings as JSON, with ' for "
     */
    static InstallSection section(String adapter, String settings, Map<HookMoment, Hook> hooks, Activating activating) {
        return new InstallSection(
                adapter,
                (JsonObject) JsonReader.parse(settings.replace('\'', '"').getBytes(StandardCharsets.UTF_8)),
                hooks,
                new TreeMap<>(Map.of(42, CodeClass.SUCCESS_REBOOT, 43, CodeClass.USER)),
                Map.of(),
                List.of(),
                0,
                activating,
                Drift.REPORT,
                List.of());
    }

    /** A line of a shell, with nothing to take back. */
    static Hook hook(String line, Duration timeout) {
        return new Hook(List.of("/bin/sh", "-c", line), Optional.empty(), false, timeout, new TreeMap<>(), false);
    }

    Path machine() {
        return directory.resolve("machine");
    }

    Agent.InstallerStarter installer(Deployment deployment) throws IOException {
        Path data = Files.createDirectories(directory.resolve("installer"));
        Path machine = Files.createDirectories(directory.resolve("machine"));
        InstallerSettings settings = new InstallerSettings(
                data,
                deployment.directory("3").resolve("store"),
                deployment.directory("3").resolve("trust"),
                machine,
                reboot,
                Duration.ofMillis(300));
        MachinePrograms programs = new MachinePrograms(RunLimits.DEFAULT);
        Tools tools = new Tools(
                Adapters.standard(),
                new HookRunner(),
                programs,
                InstallDisk.real(),
                List.of(Platform.ANY),
                InstantSource.system(),
                System::nanoTime,
                boot);
        return listener -> new ThreadInstaller(
                settings, deployment.rootJson(), InstantSource.system(), Transactions.with(tools), listener);
    }

    Deployment deployment(String network) throws IOException {
        Deployment deployment = Deployment.in(directory.resolve("deployment"), network);
        deployment.tracker().answering(this::answer);
        return deployment;
    }

    List<Envelope> answer(Envelope message) {
        if (!message.hasLeaseRequest()) {
            return FakeTracker.generous(message);
        }
        asked.incrementAndGet();
        LeaseAnswer.Builder answer =
                LeaseAnswer.newBuilder().setAction(message.getLeaseRequest().getAction());
        return List.of(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setLeaseAnswer(
                        generous
                                ? answer.setUntilMillis(
                                        Instant.now().plusSeconds(600).toEpochMilli())
                                : answer.setReason("a hold is on it"))
                .build());
    }

    static DesiredItem item(String action, Operation operation, VerifiedManifest manifest) {
        return item(action, operation, manifest, Optional.empty());
    }

    static DesiredItem item(
            String action, Operation operation, VerifiedManifest manifest, Optional<Instant> deferUntil) {
        return Orders.item(
                action,
                operation,
                Subject.release(manifest.manifest().id()),
                new InstallPolicy(deferUntil, false, false, false, false, false));
    }

    /** How far the only line in place is in use. */
    static String line(Deployment.Node node) {
        return InstallWords.activation(lines(node).getFirst());
    }

    static List<LineStatus> lines(Deployment.Node node) {
        return node.ask(LocalRequest.newBuilder()
                        .setLines(Lines.getDefaultInstance())
                        .build())
                .getFirst()
                .getLines()
                .getLinesList();
    }
}
