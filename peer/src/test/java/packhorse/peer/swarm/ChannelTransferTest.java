package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
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
import packhorse.core.unit.ByteRate;
import packhorse.peer.channel.ChannelConfig;
import packhorse.peer.channel.ChannelCount;
import packhorse.peer.channel.ChannelRates;
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

        LocalPeers admit(Sample sample, List<RemotePeer> connect, RemotePeer... allow) {
            var pack = sample.torrent().pack();
            return channel.swarm(new SwarmAdmission(
                    sample.id(),
                    pack.infoHash(),
                    Optional.of(pack.infoHashV2()),
                    Priority.NORMAL,
                    connect,
                    List.of(allow)));
        }

        Machine swarm(Sample sample, List<RemotePeer> connect, RemotePeer... allow) {
            LocalPeers local = admit(sample, connect, allow);
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
            assertTrue(count.lanIn() <= sample.bytes().length * 1.01 + SwarmTransferTest.TWICE_MAX, count::toString);
            assertEquals(0, count.wanIn() + count.wanOut());
            assertEquals(Optional.of(seed.channel.listening().getFirst()), count.at());
            leecher.node.swarm.close();
            awaitBooks(sample, seed, leecher);
        }
    }

    @Test
    void inPlainModeAPackArrivesAndTheBooksBalanceToo() throws Exception {
        Sample sample = Sample.of(2, 8_000_000);
        try (Machine seed = agent("127.30.50.3");
                Machine leecher = agent("127.30.50.4")) {
            seed.node.add(sample, seedOf(sample), true);
            leecher.node.add(sample, folder("leecher"), false);
            seed.swarm(sample, List.of(), leecher.nearPlain());
            leecher.swarm(sample, List.of(seed.nearPlain()));
            leecher.node.awaitComplete(sample);
            awaitBooks(sample, seed, leecher);
        }
    }

    @Test
    void unlistedForeignAndExpiredMachinesGetNothingBesideOneThatIsNamed() throws Exception {
        Sample sample = Sample.of(3, 6_000_000);
        try (Machine seed = agent("127.30.50.5");
                Machine named = agent("127.30.50.6");
                Machine unlisted = agent("127.30.50.7");
                Machine foreign = new Machine(deployment.intruder(DeploymentRole.AGENT, "berlin"), "127.30.50.8");
                Machine expired = new Machine(deployment.expired(DeploymentRole.AGENT, "berlin"), "127.30.50.9")) {
            seed.node.add(sample, seedOf(sample), true);
            seed.swarm(sample, List.of(), named.near(), foreign.near(), expired.near());
            for (Machine bad : List.of(unlisted, foreign, expired)) {
                bad.node.add(sample, folder("bad-" + bad.id()), false);
                bad.swarm(sample, List.of(seed.near()));
            }
            named.node.add(sample, folder("named"), false);
            named.swarm(sample, List.of(seed.near()));
            named.node.awaitComplete(sample);
            Awaitility.await()
                    .atMost(Duration.ofSeconds(90))
                    .until(() -> seed.refusals()
                                    .containsAll(Set.of(ChannelRefusal.Reason.NOT_NAMED, ChannelRefusal.Reason.FOREIGN))
                            && seed.channel.refusals().stream()
                                            .mapToLong(ChannelRefusal::times)
                                            .sum()
                                    >= 3);
            for (Machine bad : List.of(unlisted, foreign, expired)) {
                assertEquals(ChannelCount.ZERO, seed.with(sample, bad));
                assertEquals(List.of(), bad.node.all(SwarmEvent.PiecesVerified.class));
            }
        }
    }

    @Test
    void aPeerThatIsRevokedInTheMiddleGetsNoFurtherByteAndOthersGoOn() throws Exception {
        Sample sample = Sample.of(4, 12_000_000);
        try (Machine seed = agent("127.30.50.10");
                Machine good = agent("127.30.50.11");
                Machine revoked = agent("127.30.50.12")) {
            seed.channel.rates(new ChannelRates(Optional.empty(), Optional.of(ByteRate.parse("3MB/s"))));
            seed.node.add(sample, seedOf(sample), true);
            seed.swarm(sample, List.of(), good.far(), revoked.far());
            for (Machine leecher : List.of(good, revoked)) {
                leecher.node.add(sample, folder("leecher-" + leecher.id()), false);
                leecher.swarm(sample, List.of(seed.far()));
            }
            revoked.node.await(SwarmEvent.PiecesVerified.class, event -> true);
            seed.channel.denied(Set.of(revoked.id()));
            long told = System.nanoTime();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> seed.node
                                    .all(SwarmEvent.Progress.class)
                                    .getLast()
                                    .connected()
                                    .size()
                            < 2);
            assertTrue(System.nanoTime() - told < 30_000_000_000L);
            long had = seed.with(sample, revoked).out();
            assertTrue(had < sample.bytes().length, had + " bytes");
            seed.channel.rates(ChannelRates.UNLIMITED);
            good.node.awaitComplete(sample);
            assertEquals(had, seed.with(sample, revoked).out());
            assertTrue(revoked.node.all(SwarmEvent.Complete.class).isEmpty());
        }
    }

    @Test
    void theWanIsSlowedTheNeighbourIsNotAndLibtorrentTellsThemApart() throws Exception {
        Sample sample = Sample.of(5, 12_000_000);
        try (Machine seed = agent("127.30.50.13");
                Machine near = agent("127.30.50.14");
                Machine far = agent("127.30.50.15")) {
            seed.channel.rates(new ChannelRates(Optional.empty(), Optional.of(ByteRate.parse("1MB/s"))));
            seed.node.add(sample, seedOf(sample), true);
            seed.swarm(sample, List.of(), near.near(), far.far());
            far.node.add(sample, folder("far"), false);
            far.swarm(sample, List.of(seed.far()));
            far.node.await(SwarmEvent.Progress.class, progress -> progress.payloadIn() > 0);
            near.node.add(sample, folder("near"), false);
            near.swarm(sample, List.of(seed.near()));
            near.node.awaitComplete(sample);
            long soFar = seed.with(sample, far).wanOut();
            assertTrue(soFar < sample.bytes().length, soFar + " bytes");
            assertEquals(0, seed.with(sample, near).wanOut());
            seed.channel.rates(ChannelRates.UNLIMITED);
            far.node.awaitComplete(sample);
            awaitBooks(sample, seed, far);
            awaitBooks(sample, seed, near);
        }
    }

    @Test
    void anEngineThatIsStartedAgainIsFoundAtItsNewPort() throws Exception {
        Sample sample = Sample.of(6, 12_000_000);
        try (Machine seed = agent("127.30.50.16");
                Machine leecher = agent("127.30.50.17")) {
            seed.channel.rates(new ChannelRates(Optional.empty(), Optional.of(ByteRate.parse("2MB/s"))));
            seed.node.add(sample, seedOf(sample), true);
            leecher.node.add(sample, folder("leecher"), false);
            seed.swarm(sample, List.of(), leecher.far());
            leecher.swarm(sample, List.of(seed.far()));
            leecher.node.await(SwarmEvent.PiecesVerified.class, event -> true);
            seed.node.close();
            seed.channel.rates(ChannelRates.UNLIMITED);
            try (Node again = new Node("127.0.0.1", ALIASES_OF_NEIGHBOURS, SwarmCommand.RateLimits.NONE)) {
                seed.channel.engineAt(again.address);
                again.add(sample, seedOf(sample), true);
                again.offer(new SwarmCommand.Peers(
                        sample.id(),
                        List.of(),
                        seed.admit(sample, List.of(), leecher.far()).allow()));
                leecher.node.awaitComplete(sample);
                awaitBooks(sample, seed, leecher);
            }
        }
    }

    @Test
    void twoThatConnectToEachOtherAtTheSameMomentMeetOnce() throws Exception {
        List<Sample> samples = new ArrayList<>();
        try (Machine one = agent("127.30.50.18");
                Machine other = agent("127.30.50.19")) {
            for (int i = 0; i < 8; i++) {
                Sample sample = Sample.of(100 + i, 4 << 20);
                samples.add(sample);
                // Each has the half that the other lacks.
                byte[] first = sample.bytes().clone();
                Arrays.fill(first, first.length / 2, first.length, (byte) 0);
                byte[] second = sample.bytes().clone();
                Arrays.fill(second, 0, second.length / 2, (byte) 0);
                Files.write(folder("one").resolve(sample.id().hex()), first);
                Files.write(folder("other").resolve(sample.id().hex()), second);
                one.node.add(sample, folder("one"), false);
                other.node.add(sample, folder("other"), false);
            }
            for (Sample sample : samples) {
                one.node.await(SwarmEvent.Added.class, event -> event.pack().equals(sample.id()));
                other.node.await(SwarmEvent.Added.class, event -> event.pack().equals(sample.id()));
            }
            for (Sample sample : samples) {
                one.admit(sample, List.of(), other.near());
                LocalPeers there = other.admit(sample, List.of(one.near()));
                LocalPeers here = one.admit(sample, List.of(other.near()));
                one.node.offer(new SwarmCommand.Peers(sample.id(), here.connect(), here.allow()));
                other.node.offer(new SwarmCommand.Peers(sample.id(), there.connect(), there.allow()));
            }
            for (Sample sample : samples) {
                one.node.awaitComplete(sample);
                other.node.awaitComplete(sample);
            }
        }
    }

    private static void awaitBooks(Sample sample, Machine one, Machine other) {
        Awaitility.await("the books of " + one.id() + " and " + other.id())
                .atMost(Duration.ofSeconds(90))
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
