package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** An engine in a process of its own does what one in this process does, and comes to its end in the ways it should. */
final class ProcessSwarmTest {
    @TempDir
    Path dir;

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

    @Test
    void aPackArrivesWholeFromProcessToProcessAndIsServedOnFromItsNewPlace() throws Exception {
        Sample sample = Sample.of(71, 12_000_123);
        Path from = dir.resolve("a/packs/x");
        sample.writeTo(from);
        Path into = Files.createDirectories(dir.resolve("b/partial/x"));
        Path last = Files.createDirectories(dir.resolve("c"));
        long pid;
        try (Node seed = Node.apart("127.30.7.1", dir.resolve("a"));
                Node leecher = Node.apart("127.30.7.2", dir.resolve("b"));
                Node third = Node.on("127.30.7.3")) {
            pid = seed.pid();
            seed.add(sample, from, true).allow(sample, leecher);
            leecher.add(sample, into, false).connect(sample, List.of(seed), third);
            leecher.awaitComplete(sample);
            assertArrayEquals(
                    sample.bytes(), Files.readAllBytes(into.resolve(sample.id().hex())));
            SwarmTransferTest.awaitBooks(sample, seed, leecher);
            assertTrue(leecher.with(sample, seed).in() >= sample.bytes().length);

            Path pack = Files.createDirectories(dir.resolve("b/packs/x"));
            Files.createLink(
                    pack.resolve(sample.id().hex()), into.resolve(sample.id().hex()));
            leecher.offer(new SwarmCommand.Relocate(sample.id(), pack));
            assertEquals(
                    pack,
                    leecher.await(SwarmEvent.Relocated.class, event -> true).directory());
            Files.delete(into.resolve(sample.id().hex()));
            third.add(sample, last, false).connect(sample, List.of(leecher));
            third.awaitComplete(sample);
            leecher.offer(new SwarmCommand.Remove(sample.id()));
            leecher.await(SwarmEvent.Removed.class, event -> true);
            assertEquals(List.of(), leecher.all(SwarmEvent.Failed.class));
        }
        assertTrue(!isAlive(pid), "closed means ended");
    }

    @Test
    void itHasNothingOfItsParentsButThreePipes() throws Exception {
        try (ServerSocket open = new ServerSocket(0, 1, InetAddress.getByName("127.30.7.20"));
                Node node = Node.apart("127.30.7.21", dir)) {
            try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + node.pid() + "/fd"))) {
                List<String> targets = descriptors
                        .map(each -> {
                            try {
                                return each.getFileName() + " " + Files.readSymbolicLink(each);
                            } catch (IOException e) {
                                return "";
                            }
                        })
                        .toList();
                assertEquals(
                        3,
                        targets.stream().filter(each -> each.contains(" pipe:")).count(),
                        () -> open + ": " + targets);
                assertTrue(targets.stream().noneMatch(each -> each.contains("/surefire")), targets::toString);
            }
            String environment = Files.readString(Path.of("/proc/" + node.pid() + "/environ"));
            assertTrue(
                    Arrays.stream(environment.split("\0", -1))
                            .allMatch(each -> each.isEmpty() || each.matches("(LANG|LC_ALL|LC_CTYPE|TZ)=.*")),
                    environment);
        }
    }

    @Test
    void aPortInUseIsOneClearLine() {
        try (Node first = Node.on("127.30.7.31")) {
            SwarmConfig taken = SwarmConfig.listeningOn(new SwarmConfig.Listen(first.ip, first.address.port()));
            ProcessSwarm.Starter starter = new ProcessSwarm.Starter(SwarmProcessConfig.in(dir));
            String line = String.valueOf(assertThrows(OperationException.class, () -> starter.start(taken, event -> {}))
                    .getMessage());
            assertTrue(line.startsWith("cannot listen on 127.30.7.31"), line);
        }
    }

    @Test
    void whenItsAgentIsKilledItEndsByItselfAndItsPortIsFree() throws Exception {
        try (PeerProcess owner = PeerProcess.start(OwnerMain.class, PeerProcess.at(dir), "127.30.7.41", "5000")) {
            long pid = Long.parseLong(owner.await("ENGINE "));
            assertTrue(isAlive(pid));
            owner.kill();
            Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> !isAlive(pid));
            try (ServerSocket again = new ServerSocket()) {
                again.setReuseAddress(true);
                again.bind(new InetSocketAddress(owner.ip().toString(), owner.address.port()));
                assertTrue(again.isBound());
            }
        }
    }

    @Test
    void anAgentThatWasItselfStoppedDoesNotTakeItsHealthyEngineForHung() throws Exception {
        try (PeerProcess owner = PeerProcess.start(OwnerMain.class, PeerProcess.at(dir), "127.30.7.51", "5000")) {
            long pid = Long.parseLong(owner.await("ENGINE "));
            for (int i = 0; i < 3; i++) {
                signal(owner.pid(), "STOP");
                Awaitility.await().pollDelay(Duration.ofSeconds(6)).until(() -> true);
                signal(owner.pid(), "CONT");
                Awaitility.await().pollDelay(Duration.ofMillis(1500)).until(() -> true);
            }
            assertTrue(isAlive(pid));
            // The same watch finds an engine that really hangs.
            signal(pid, "STOP");
            assertTrue(owner.await("DIED ").contains("has not answered"));
            Awaitility.await().atMost(Duration.ofSeconds(90)).until(() -> !isAlive(pid));
        }
    }

    private void assertEnds(String ip, String why) throws InterruptedException {
        String reason = babbler(ip).reason();
        assertTrue(reason.contains(why), reason);
    }

    private SwarmEvent.Died babbler(String ip) throws InterruptedException {
        List<Path> everything = Stream.of(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(Path::of)
                .toList();
        SwarmProcessConfig config = new SwarmProcessConfig(
                dir,
                Optional.of("root"),
                everything,
                SwarmProcessConfig.HEAP_BYTES,
                Duration.ofMillis(500),
                Duration.ofMillis(2500));
        BlockingQueue<SwarmEvent> events = new LinkedBlockingQueue<>();
        try (ProcessSwarm swarm = new ProcessSwarm.Starter(
                        config, new ProcessLauncher(config, BabblerMain.class.getName()))
                .start(SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse(ip), 7100)), events::add)) {
            assertEquals(
                    new SwarmEvent.Listening(new PeerAddress(IpAddress.parse(ip), 7100)),
                    events.poll(60, TimeUnit.SECONDS));
            SwarmEvent next = events.poll(60, TimeUnit.SECONDS);
            if (next instanceof SwarmEvent.Died died) {
                Awaitility.await().until(() -> !isAlive(swarm.pid()));
                return died;
            }
            throw new AssertionError("it said " + next);
        }
    }

    @Test
    void whatSaysWhatCannotBeIsKilledAndWhatItSaysOfUnknownPacksIsNotHeard() throws Exception {
        assertEnds("127.30.7.1", "a frame says");
        assertEnds("127.30.7.2", "it listens on 127.30.9.9");
        // Ten claims about a pack that nobody added, and then silence.
        assertEnds("127.30.7.3", "has not answered");
    }
}
