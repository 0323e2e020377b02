package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Sha256;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;
import packhorse.core.trust.VerifiedManifest;
import packhorse.core.unit.ByteRate;
import packhorse.peer.swarm.SwarmCommand.RateLimits;

/**
 * Nobody but the own agent reaches a swarm process: what the kernel says of its sockets while content comes. Other machines are
 * on other loopback addresses here, and count as the network.
 */
@Timeout(300)
final class LoopbackOnlyTest {
    private static final int LENGTH = 6_000_000;
    private static final String LISTENING = "0A";

    /** This machine's own side, and the aliases that peers have here. */
    private static final List<Subnet> INSIDE =
            List.of(Subnet.parse("127.0.0.1/32"), Subnet.parse("127.64.0.0/11"), Subnet.parse("127.96.0.0/11"));

    @TempDir
    Path directory;

    /** A line of /proc/net/tcp or udp. */
    private record KernelSocket(String table, IpAddress local, IpAddress remote, String state) {
        boolean inside() {
            boolean connected = !remote.equals(IpAddress.parse("0.0.0.0")) && !remote.equals(IpAddress.parse("::"));
            return isInside(local) && (!connected || isInside(remote));
        }

        private static boolean isInside(IpAddress ip) {
            return INSIDE.stream().anyMatch(subnet -> subnet.contains(ip));
        }
    }

    /** The addresses are in the machine's byte order, 4 bytes at a time. */
    private static IpAddress address(String field) {
        byte[] raw = HexFormat.of().parseHex(field.substring(0, field.indexOf(':')));
        byte[] ip = new byte[raw.length];
        boolean little = java.nio.ByteOrder.nativeOrder() == java.nio.ByteOrder.LITTLE_ENDIAN;
        for (int i = 0; i < raw.length; i++) {
            ip[i] = raw[little ? i / 4 * 4 + 3 - i % 4 : i];
        }
        return IpAddress.ofBytes(ip);
    }

    private static Set<String> inodes(long pid) throws IOException {
        Set<String> inodes = new HashSet<>();
        try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            for (Path descriptor : descriptors.toList()) {
                try {
                    String target = Files.readSymbolicLink(descriptor).toString();
                    if (target.startsWith("socket:[")) {
                        inodes.add(target.substring("socket:[".length(), target.length() - 1));
                    }
                } catch (NoSuchFileException e) {
                    // Closed meanwhile.
                }
            }
        }
        return inodes;
    }

    private static List<KernelSocket> sockets(long pid) {
        try {
            Set<String> inodes = inodes(pid);
            List<KernelSocket> found = new ArrayList<>();
            for (String table : List.of("tcp", "tcp6", "udp", "udp6")) {
                Path file = Path.of("/proc/" + pid + "/net/" + table);
                if (!Files.exists(file)) {
                    continue;
                }
                Files.readAllLines(file).stream()
                        .skip(1)
                        .map(line -> line.strip().split(" +", -1))
                        .filter(fields -> inodes.contains(fields[9]))
                        .forEach(fields ->
                                found.add(new KernelSocket(table, address(fields[1]), address(fields[2]), fields[3])));
            }
            return found;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void theSwarmProcessListensAndConnectsInsideThisMachineOnly() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.33.17").withEnginesApart()) {
            byte[] content = Deployment.content(41, LENGTH);
            VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
            Deployment.Node origin = deployment.origin("2", Map.of(tool, content));
            Deployment.Node agent =
                    deployment.agent("3", RateLimits.wan(Optional.of(ByteRate.parse("2MB/s")), Optional.empty()));
            long taking = agent.engine.get().pid();
            long giving = origin.engine.get().pid();
            Thread pull = Thread.startVirtualThread(() -> agent.pull("acme/tool", "", ""));
            Set<KernelSocket> seen = new HashSet<>();

            await().atMost(Duration.ofSeconds(60))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> {
                        seen.addAll(sockets(taking));
                        seen.addAll(sockets(giving));
                        return agent.store.complete(Sha256.of(content)).isPresent();
                    });
            pull.join();

            assertEquals(
                    List.of(), seen.stream().filter(socket -> !socket.inside()).toList());
            List<KernelSocket> connected = seen.stream()
                    .filter(socket ->
                            socket.table().startsWith("tcp") && !socket.state().equals(LISTENING))
                    .toList();
            assertTrue(
                    seen.stream()
                            .anyMatch(socket -> socket.table().startsWith("tcp")
                                    && socket.state().equals(LISTENING)),
                    seen::toString);
            assertTrue(
                    connected.stream().anyMatch(socket -> !socket.remote().equals(IpAddress.parse("127.0.0.1"))),
                    () -> "content came over an alias: " + seen);
        }
    }
}
