package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.state.Priority;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.Subnet;
import packhorse.peer.channel.ChannelConfig;
import packhorse.peer.channel.ChannelCount;
import packhorse.peer.channel.ChannelRefusal;
import packhorse.peer.channel.LocalPeers;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.channel.RelayChannel;
import packhorse.peer.channel.RemotePeer;
import packhorse.peer.channel.SwarmAdmission;

/** Engines that know only aliases move packs through channels, and the channels' books balance. */
final class ChannelTransferTest {
    private static final List<Subnet> ALIASES_OF_NEIGHBOURS = List.of(Subnet.parse("127.64.0.0/11"));

    @TempDir
    Path dir;

    private TestDeployment deployment;

    @BeforeEach
    void create() {
        deployment = TestDeployment.create(dir.resolve("deployment"));
    }

    /** An engine on loopback behind a channel on an address of its own. */
    private static final class Machine implements AutoCloseable {
        final MachineIdentity identity;
        final PeerChannel channel;
        final Node node = new Node("127.0.0.1", ALIASES_OF_NEIGHBOURS, SwarmCommand.RateLimits.NONE);

        Machine(MachineIdentity identity, String ip) {
            this.identity = identity;
            this.channel = RelayChannel.open(
                    ChannelConfig.on(new InetSocketAddress(ip, 0)), identity, InstantSource.system(), System::nanoTime);
            channel.engineAt(node.address);
        }

        EndpointId id() {
            return identity.id();
        }

        RemotePeer near() {
            return new RemotePeer(id(), channel.listening(), false, false);
        }

        RemotePeer nearPlain() {
            return new RemotePeer(id(), channel.listening(), false, true);
        }

        RemotePeer far() {
            return new RemotePeer(id(), channel.listening(), true, false);
        }

        Machine swarm(Sample sample, List<RemotePeer> connect, RemotePeer... allow) {
            var pack = sample.torrent().pack();
            LocalPeers local = channel.swarm(new SwarmAdmission(
                    sample.id(),
                    pack.infoHash(),
                    Optional.of(pack.infoHashV2()),
                    Priority.NORMAL,
                    connect,
                    List.of(allow)));
            node.offer(new SwarmCommand.Peers(sample.id(), local.connect(), local.allow()));
            return this;
        }

        ChannelCount with(Sample sample, Machine other) {
            return channel.counts().getOrDefault(sample.id(), Map.of()).getOrDefault(other.id(), ChannelCount.ZERO);
        }

        Set<ChannelRefusal.Reason> refusals() {
            return channel.refusals().stream().map(ChannelRefusal::reason).collect(java.util.stream.Collectors.toSet());
        }

        @Override
        public void close() {
            node.close();
            channel.close();
        }
    }

    private Machine agent(String ip) {
        return new Machine(deployment.identity(DeploymentRole.AGENT, "berlin"), ip);
    }

    private Path folder(String name) throws Exception {
        return Files.createDirectories(dir.resolve(name));
    }

    private Path seedOf(Sample sample) throws Exception {
        sample.writeTo(dir.resolve("seed"));
        return dir.resolve("seed");
    }

    @Test
    void aPackArrivesThroughTwoChannelsAndBothCountTheSameBytes() throws Exception {
        Sample sample = Sample.of(1, 24_000_123);
        try (Machine seed = agent("127.30.50.1");
                Machine leecher = agent("127.30.50.2")) {
            seed.node.add(sample, seedOf(sample), true);
            leecher.node.add(sample, folder("leecher"), false);
            seed.swarm(sample, List.of(), leecher.near());
            leecher.swarm(sample, List.of(seed.near()));
            leecher.node.awaitComplete(sample);
            assertArrayEquals(
                    sample.bytes(),
                    Files.readAllBytes(
                            dir.resolve("leecher").resolve(sample.id().hex())));
            awaitBooks(sample, seed, leecher);
            ChannelCount count = leecher.with(sample, seed);
            assertTrue(count.lanIn() >= sample.bytes().length, count::toString);
            assertTrue(count.lanIn() <= sample.bytes().length * 1.01, count::toString);
            assertEquals(0, count.wanIn() + count.wanOut());
            assertEquals(Optional.of(seed.channel.listening().getFirst()), count.at());
            leecher.node.swarm.close();
            awaitBooks(sample, seed, leecher);
        }
    }

    private static void awaitBooks(Sample sample, Machine one, Machine other) {
        Awaitility.await("the books of " + one.id() + " and " + other.id())
                .atMost(Duration.ofSeconds(15))
                .untilAsserted(() -> {
                    ChannelCount here = one.with(sample, other);
                    ChannelCount there = other.with(sample, one);
                    assertEquals(here.wanIn(), there.wanOut());
                    assertEquals(here.wanOut(), there.wanIn());
                    assertEquals(here.lanIn(), there.lanOut());
                    assertEquals(here.lanOut(), there.lanIn());
                });
    }
}
