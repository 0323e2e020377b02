package packhorse.peer.installer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.InstallerCommand;
import packhorse.core.testing.OnlyAs;
import packhorse.peer.installer.engine.InstallerSettings;
import packhorse.peer.process.ChildProgram;

/** The installer as a process: what ends it, what does not, what it goes on with, and what it cannot do. */
final class InstallerProcessTest {
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Of a hasty one; a busy machine keeps a process waiting for a second or two. */
    private static final Duration SILENCE_MAX = Duration.ofSeconds(5);

    @TempDir
    Path dir;

    private final Heard heard = new Heard();
    private AgentData agent;
    private InstallerSettings settings;

    @BeforeEach
    void found() throws IOException {
        agent = AgentData.found(dir.resolve("agent"), Instant.parse("2026-11-21T12:00:00Z"));
        settings = agent.settings(Files.createDirectories(dir.resolve("installer")), Path.of("/"));
    }

    @AfterEach
    void close() {
        agent.close();
    }

    private static List<Path> everything() {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .toList();
    }

    /** An installer with a {@link StepEngine} in its process. */
    static ProcessInstaller start(InstallerSettings settings, byte[] root, Installer.Listener listener) {
        return ProcessInstaller.start(
                InstallerProcessConfig.of(settings, root).withClassPath(everything()),
                StepInstallerMain.class.getName(),
                listener,
                System::nanoTime);
    }

    private ProcessInstaller start() {
        return start(settings, agent.root(), heard);
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
    }

    private static void signal(long pid, String name) throws IOException, InterruptedException {
        assertEquals(
                0,
                new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .inheritIO()
                        .start()
                        .waitFor());
    }

    private void awaitStep(String step) {
        Awaitility.await()
                .atMost(PATIENCE)
                .until(() -> StepEngine.steps(settings.data()).contains(step));
    }

    private void letGo() throws IOException {
        Files.write(settings.data().resolve("go"), new byte[0]);
    }

    @ParameterizedTest
    @CsvSource({"KILL,signal 9", "STOP,has not answered", "SEGV,SIGSEGV"})
    void oneThatDiesInAStepIsFollowedWithinTenSecondsByOneThatGoesOn(String signal, String reason) throws Exception {
        long start = System.nanoTime();
        try (ProcessInstaller installer = start()) {
            installer.tasks(1, List.of(StepEngine.task("a", 3, "hold", "2")));
            awaitStep("begun a 2");
            Duration firstStart = Duration.ofNanos(System.nanoTime() - start);
            // It has answered for a while, so that its silence is noticed as in a long life.
            long pid = installer.pid().orElseThrow();
            letGoLater();
            long before = System.nanoTime();
            signal(pid, signal);
            assertTrue(heard.awaitDeath(1).contains(reason), heard.deaths::toString);
            assertTrue(heard.awaitEnd(1, "a").ended());
            long millis = Duration.ofNanos(System.nanoTime() - before).toMillis();
            System.out.println("the installer went on " + millis + " ms after SIG" + signal);
            // On a busy machine a start takes longer, as the first one did.
            long most = Duration.ofSeconds(10).plus(firstStart.multipliedBy(2)).toMillis();
            assertTrue(millis < most, millis + " ms, more than " + most);
            assertNotEquals(Optional.of(pid), installer.pid());
            assertEquals(
                    List.of("begun a 1", "done a 1", "begun a 2", "begun a 2", "done a 2", "begun a 3", "done a 3"),
                    StepEngine.steps(settings.data()));
            Awaitility.await().atMost(PATIENCE).until(() -> !isAlive(pid));
        }
    }

    /** The step waits for the file, which is there as soon as a second process began it. */
    private void letGoLater() {
        Thread.ofPlatform().daemon().start(() -> {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .until(() -> StepEngine.steps(settings.data()).stream()
                                    .filter("begun a 2"::equals)
                                    .count()
                            == 2);
            try {
                letGo();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
    }

    @Test
    void oneWhoseEngineEndsWithAnErrorSaysSoAndIsFollowedByOneThatGoesOn() throws Exception {
        try (ProcessInstaller installer = start()) {
            installer.tasks(1, List.of(StepEngine.task("a", 2, "error", "1")));
            String reason = heard.awaitDeath(1);
            assertTrue(reason.contains("the installer cannot go on: java.lang.OutOfMemoryError"), reason);
            assertTrue(heard.awaitEnd(1, "a").ended());
        }
    }

    @Test
    void aLongStepIsNoHang() throws Exception {
        InstallerProcessConfig usual =
                InstallerProcessConfig.of(settings, agent.root()).withClassPath(everything());
        InstallerProcessConfig hasty = new InstallerProcessConfig(
                usual.settings(),
                usual.trustedRoot(),
                usual.classPath(),
                usual.heapBytes(),
                Duration.ofMillis(200),
                SILENCE_MAX);
        try (ProcessInstaller installer =
                ProcessInstaller.start(hasty, StepInstallerMain.class.getName(), heard, System::nanoTime)) {
            installer.tasks(1, List.of(StepEngine.task("a", 1, "hold", "1")));
            awaitStep("begun a 1");
            Awaitility.await().pollDelay(SILENCE_MAX.plusSeconds(2)).until(() -> true);
            assertEquals(List.of(), heard.deaths);
            letGo();
            assertTrue(heard.awaitEnd(1, "a").ended());
        }
    }

    @Test
    void whenItsAgentIsKilledItFinishesItsStepAndEnds() throws Exception {
        Path root = Files.write(dir.resolve("root.json"), agent.root());
        Process owner = new ProcessBuilder(
                        ChildProgram.java().toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        InstallerOwnerMain.class.getName(),
                        settings.data().toString(),
                        root.toString())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (BufferedReader out = owner.inputReader(StandardCharsets.UTF_8)) {
            String line = out.lines()
                    .filter(each -> each.startsWith("INSTALLER "))
                    .findFirst()
                    .orElseThrow();
            long pid = Long.parseLong(line.split(" ", -1)[1]);
            assertEquals(owner, owner.destroyForcibly());
            assertTrue(owner.waitFor(60, TimeUnit.SECONDS));
            // It knows by now, and still stands in its step; one that follows it waits for it.
            try (ProcessInstaller next = start()) {
                next.tasks(2, List.of(StepEngine.task("a", 3)));
                Awaitility.await().pollDelay(Duration.ofSeconds(2)).until(() -> true);
                assertTrue(isAlive(pid));
                assertEquals(List.of(), heard.reports);
                letGo();
                assertTrue(heard.awaitEnd(2, "a").ended());
            }
            Awaitility.await().atMost(PATIENCE).until(() -> !isAlive(pid));
            assertEquals(
                    List.of("begun a 1", "done a 1", "begun a 2", "done a 2", "begun a 3", "done a 3"),
                    StepEngine.steps(settings.data()));
        }
    }

    @Test
    void aTerminationSignalLetsItFinishItsStep() throws Exception {
        try (ProcessInstaller installer = start()) {
            installer.tasks(1, List.of(StepEngine.task("a", 2, "hold", "1")));
            awaitStep("begun a 1");
            long pid = installer.pid().orElseThrow();
            signal(pid, "TERM");
            Awaitility.await().pollDelay(Duration.ofSeconds(1)).until(() -> true);
            assertTrue(isAlive(pid));
            letGo();
            assertTrue(heard.awaitEnd(1, "a").ended());
            assertNotEquals(Optional.of(pid), installer.pid());
            assertEquals(List.of("begun a 1", "done a 1", "begun a 2", "done a 2"), StepEngine.steps(settings.data()));
        }
    }

    @Test
    void startedByRootItHasNoNetworkFewRightsAndNothingOfItsParent() throws Exception {
        OnlyAs.root();
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                ProcessInstaller installer = start()) {
            installer.tasks(1, List.of(StepEngine.task("a", 1, "connect", Integer.toString(server.getLocalPort()))));
            String detail = heard.awaitEnd(1, "a").detail();
            assertTrue(detail.startsWith("not reached: "), detail);
            assertEquals(Optional.empty(), heard.reports.getLast().exposed());
            Path process = Path.of("/proc/" + installer.pid().orElseThrow());
            assertEquals(
                    List.of("lo"),
                    Files.readAllLines(process.resolve("net/dev")).stream()
                            .filter(line -> line.contains(":"))
                            .map(line -> line.substring(0, line.indexOf(':')).strip())
                            .toList());
            assertNotEquals(
                    Files.readSymbolicLink(Path.of("/proc/self/ns/net")),
                    Files.readSymbolicLink(process.resolve("ns/net")));
            List<String> status = Files.readAllLines(process.resolve("status"));
            assertTrue(status.contains("Umask:\t0077"), status::toString);
            long bounding = Long.parseLong(
                    status.stream()
                            .filter(line -> line.startsWith("CapBnd:"))
                            .findFirst()
                            .orElseThrow()
                            .split("\t", -1)[1],
                    16);
            // Raw sockets, loading modules, raw devices, the clock: by their numbers in capability.h.
            for (int forbidden : List.of(13, 16, 17, 25)) {
                assertEquals(0, bounding >> forbidden & 1, "capability " + forbidden);
            }
            assertEquals(1, bounding & 1, "it may give files to their owners");
            List<String> targets = descriptors(process);
            assertEquals(
                    3, targets.stream().filter(each -> each.startsWith("pipe:")).count(), targets::toString);
            List<String> ours = descriptors(Path.of("/proc/self"));
            assertEquals(
                    List.of(),
                    targets.stream()
                            .filter(each -> each.startsWith("socket:"))
                            .filter(ours::contains)
                            .toList());
            String environment = Files.readString(process.resolve("environ"));
            assertTrue(
                    Arrays.stream(environment.split("\0", -1))
                            .allMatch(each -> each.isEmpty() || each.matches("(LANG|LC_ALL|LC_CTYPE|TZ|PWD)=.*")),
                    environment);
        }
    }

    private static List<String> descriptors(Path process) throws IOException {
        List<String> targets = new ArrayList<>();
        try (Stream<Path> descriptors = Files.list(process.resolve("fd"))) {
            for (Path each : descriptors.toList()) {
                if (Files.isSymbolicLink(each)) {
                    targets.add(Files.readSymbolicLink(each).toString());
                }
            }
        }
        return targets;
    }

    /** Starts the program by hand and talks with it as somebody who is no agent. */
    private Process byHand() throws IOException {
        return new ProcessBuilder(
                        ChildProgram.java().toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        StepInstallerMain.class.getName(),
                        Long.toString(ProcessHandle.current().pid()))
                .start();
    }

    private static byte[] frame(InstallerCommand.Builder command) {
        return FrameCodec.encode(Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setInstallerCommand(command)
                .build());
    }

    private InstallerCommand.Builder startCommand() {
        return InstallerCodec.write(new InstallerOrder.Start(settings, ByteString.copyFrom(agent.root())))
                .getFirst()
                .toBuilder();
    }

    private static String lastWord(Process process) throws IOException {
        String died = "";
        for (Optional<Envelope> next = FrameCodec.read(process.getInputStream());
                next.isPresent();
                next = FrameCodec.read(process.getInputStream())) {
            if (next.get().getInstallerEvent().hasDied()) {
                died = next.get().getInstallerEvent().getDied();
            }
        }
        return died;
    }

    @Test
    void nonsenseEndsItWithOneLine() throws Exception {
        byte[] noFrame = "I am no frame at all, and long enough to be one".getBytes(StandardCharsets.UTF_8);
        for (byte[] nonsense : List.of(
                noFrame,
                frame(InstallerCommand.newBuilder()),
                frame(InstallerCommand.newBuilder().setLook(packhorse.core.message.v1.Ack.getDefaultInstance())))) {
            Process process = byHand();
            try (OutputStream in = process.getOutputStream()) {
                in.write(nonsense);
                in.flush();
                String died = lastWord(process);
                assertTrue(died.startsWith("the agent says what it cannot mean: "), died);
            }
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
            assertEquals(3, process.exitValue());
        }
        // The same once it works.
        Process process = byHand();
        try (OutputStream in = process.getOutputStream()) {
            in.write(frame(startCommand()));
            in.write(frame(startCommand()));
            in.flush();
            assertTrue(lastWord(process).contains("a second start"));
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(3, process.exitValue());
    }

    @Test
    void aDirectoryThatIsNobodysOrSomebodyElsesIsRefusedInOneLine() throws Exception {
        OnlyAs.root();
        Files.setAttribute(settings.data(), "unix:uid", 65534);
        Process process = byHand();
        try (OutputStream in = process.getOutputStream()) {
            in.write(frame(startCommand()));
            in.flush();
            assertTrue(lastWord(process).contains("belongs to user 65534"));
        }
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(3, process.exitValue());
    }
}
