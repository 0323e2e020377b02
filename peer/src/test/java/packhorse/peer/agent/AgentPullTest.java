package packhorse.peer.agent;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.Pack;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.Available;
import packhorse.core.message.v1.LocalReply;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.message.v1.PackStatus;
import packhorse.core.message.v1.Pulled;
import packhorse.core.message.v1.ReleaseLine;
import packhorse.core.message.v1.Status;
import packhorse.core.state.Priority;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.trust.VerifiedManifest;
import packhorse.core.unit.ByteRate;
import packhorse.peer.channel.ChannelConfig;
import packhorse.peer.channel.LocalPeers;
import packhorse.peer.channel.RelayChannel;
import packhorse.peer.channel.RemotePeer;
import packhorse.peer.channel.SwarmAdmission;
import packhorse.peer.swarm.LibtorrentSwarm;
import packhorse.peer.swarm.SwarmCommand;
import packhorse.peer.swarm.SwarmCommand.RateLimits;
import packhorse.peer.swarm.SwarmConfig;
import packhorse.peer.swarm.SwarmEvent;

/** Real agents, real swarms, real sockets on loopback; only the tracker is a simple one. */
@Timeout(300)
final class AgentPullTest {
    private static final int LENGTH = 5_000_000;
    /** On a busy machine some blocks are asked for twice, which is far from a second copy: half a piece. */
    private static final int TWICE_MAX = 256 << 10;

    /** What whoever asks waits at most for a session and the answer in it. */
    private static final Duration ANSWER_MAX = Duration.ofSeconds(5);

    private static final RateLimits SLOW =
            new RateLimits(Optional.empty(), Optional.empty(), Optional.of(new ByteRate(1_000_000)), Optional.empty());

    @TempDir
    Path directory;

    @Test
    void aPullIsFetchedProvenDeliveredAndServedOn() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.11")) {
            byte[] content = Deployment.content(1, LENGTH);
            VerifiedManifest manifest = deployment.publish("acme/tool", "1.0", "any", content);
            deployment.publish("acme/tool", "0.9", "any", Deployment.content(2, 1000));
            Deployment.Node origin = deployment.origin("2", Map.of(manifest, content));
            deployment.tracker().local("127.31.11.3/32", 0);
            Deployment.Node agent = reaching(deployment.agent("3", RateLimits.NONE));
            Path out = directory.resolve("tool.bin");

            Pulled pulled = pulled(agent.pull("acme/tool", "", out.toString()));

            assertEquals("acme/tool@1.0 (any)", pulled.getRelease());
            assertEquals(Sha256.of(content).hex(), pulled.getSha256());
            assertEquals(out.toString(), pulled.getPath());
            assertTrue(pulled.getDependencies(0).startsWith("acme/base:"), pulled.getDependencies(0));
            assertFalse(pulled.getAlreadyThere());
            assertArrayEquals(content, Files.readAllBytes(out));
            PackStatus pack = status(agent).getFirst();
            assertTrue(pack.getComplete());
            assertEquals(LENGTH, pack.getBytesHave());
            await().untilAsserted(() -> {
                long in = status(agent).getFirst().getTrafficList().stream()
                        .filter(traffic -> traffic.getWan())
                        .mapToLong(traffic -> traffic.getBytesIn())
                        .sum();
                long sent = status(origin).getFirst().getTrafficList().stream()
                        .mapToLong(traffic -> traffic.getBytesOut())
                        .sum();
                assertOnce(LENGTH, in);
                assertEquals(in, sent);
            });
            origin.close();
            Deployment.Node late = reaching(deployment.agent("4", RateLimits.NONE));
            assertFalse(pulled(late.pull("acme/tool", "1.0", "")).getAlreadyThere());
            assertTrue(pulled(late.pull("acme/tool", "1.0", "")).getAlreadyThere());
        }
    }

    @Test
    void aPullAskedForBeforeTheFirstSessionWaitsForIt() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.30")) {
            byte[] content = Deployment.content(10, 100_000);
            VerifiedManifest manifest = deployment.publish("acme/tool", "1.0", "any", content);
            deployment.origin("2", Map.of(manifest, content));
            Deployment.Node agent = deployment.agent("3", RateLimits.NONE);

            assertEquals(
                    Sha256.of(content).hex(),
                    pulled(pulledOrWaited(agent, "acme/tool")).getSha256());
        }
    }

    /** A pull; on a busy machine one that gave up after it had waited as long as it may is made again. */
    private static List<LocalReply> pulledOrWaited(Deployment.Node agent, String name) {
        for (int again = 0; again < 10; again++) {
            long asked = System.nanoTime();
            try {
                return agent.pull(name, "", "");
            } catch (OperationException e) {
                Duration waited = Duration.ofNanos(System.nanoTime() - asked);
                assertTrue(String.valueOf(e.getMessage()).endsWith("try again when it is reached"), e.getMessage());
                assertTrue(waited.compareTo(ANSWER_MAX) >= 0, () -> "it waited for only " + waited);
            }
        }
        return agent.pull(name, "", "");
    }

    @Test
    void theSamePullTwiceIsOneFetch() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.12")) {
            byte[] content = Deployment.content(3, LENGTH);
            VerifiedManifest manifest = deployment.publish("acme/tool", "1.0", "any", content);
            deployment.origin("2", Map.of(manifest, content));
            Deployment.Node agent = reaching(deployment.agent("3", RateLimits.NONE));

            List<CompletableFuture<List<LocalReply>>> both = List.of(
                    inBackground(() -> agent.pull("acme/tool", "", "")),
                    inBackground(() -> agent.pull("acme/tool", "1.0", "")));

            for (CompletableFuture<List<LocalReply>> each : both) {
                assertEquals(Sha256.of(content).hex(), pulled(each.get()).getSha256());
            }
            await().untilAsserted(() -> assertOnce(
                    LENGTH,
                    status(agent).getFirst().getTrafficList().stream()
                            .mapToLong(traffic -> traffic.getBytesIn())
                            .sum()));
        }
    }

    @Test
    void anAgentThatStartsAgainGoesOnWhereItWas() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.13")) {
            byte[] content = Deployment.content(4, LENGTH);
            VerifiedManifest manifest = deployment.publish("acme/tool", "1.0", "any", content);
            deployment.origin("2", Map.of(manifest, content));
            Deployment.Node first = reaching(deployment.agent("3", SLOW));
            CompletableFuture<List<LocalReply>> broken = inBackground(() -> first.pull("acme/tool", "", ""));
            await().atMost(Duration.ofSeconds(90))
                    .until(() ->
                            !status(first).isEmpty() && status(first).getFirst().getBytesHave() > LENGTH / 4);
            long had = status(first).getFirst().getBytesHave();
            first.close();
            assertTrue(broken.handle((replies, failure) -> failure != null).get());

            Deployment.Node second = reaching(deployment.agent("3", RateLimits.NONE));

            await().atMost(Duration.ofSeconds(90))
                    .until(() -> !status(second).isEmpty()
                            && status(second).getFirst().getComplete());
            long fetched = status(second).getFirst().getTrafficList().stream()
                    .mapToLong(traffic -> traffic.getBytesIn())
                    .sum();
            assertTrue(
                    fetched <= (LENGTH - had) * 1.01 + TWICE_MAX,
                    "fetched " + fetched + " though " + had + " were there");
            second.close();
            Deployment.Node third = reaching(deployment.agent("3", RateLimits.NONE));
            await().until(() ->
                    !status(third).isEmpty() && status(third).getFirst().getComplete());
        }
    }

    @Test
    void aTrackersDeathCostsNoTransferInFlight() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.14")) {
            byte[] content = Deployment.content(5, LENGTH);
            VerifiedManifest manifest = deployment.publish("acme/tool", "1.0", "any", content);
            deployment.origin("2", Map.of(manifest, content));
            Deployment.Node agent = reaching(deployment.agent("3", SLOW));
            CompletableFuture<List<LocalReply>> pull = inBackground(() -> agent.pull("acme/tool", "", ""));
            await().atMost(Duration.ofSeconds(90))
                    .until(() ->
                            !status(agent).isEmpty() && status(agent).getFirst().getBytesHave() > 0);

            deployment.tracker().close();

            assertEquals(Sha256.of(content).hex(), pulled(pull.get()).getSha256());
        }
    }

    @Test
    void aBundleBringsItsMembersInOrder() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.15")) {
            byte[] one = Deployment.content(6, 700_000);
            byte[] two = Deployment.content(7, 900_000);
            VerifiedManifest first = deployment.publish("acme/one", "1", "any", one);
            VerifiedManifest second = deployment.publish("acme/two", "1", "any", two);
            deployment.publishBundle("acme/both", "1", second, first);
            deployment.origin("2", Map.of(first, one, second, two));
            Deployment.Node agent = reaching(deployment.agent("3", RateLimits.NONE));

            List<String> releases = agent.pull("acme/both", "", "").stream()
                    .filter(LocalReply::hasPulled)
                    .map(reply -> reply.getPulled().getRelease())
                    .toList();

            assertEquals(List.of("acme/two@1 (any)", "acme/one@1 (any)"), releases);
            List<ReleaseLine> available = agent.ask(LocalRequest.newBuilder()
                            .setAvailable(Available.getDefaultInstance())
                            .build())
                    .getFirst()
                    .getReleases()
                    .getReleasesList();
            assertEquals(
                    List.of("acme/one true", "acme/two true", "acme/both false"),
                    available.stream()
                            .map(line -> line.getName() + " " + line.getHere())
                            .toList());
        }
    }

    @Test
    void contentWhoseWholeIsNotWhatWasSignedIsNeverPromoted() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.16")) {
            byte[] content = Deployment.content(8, 1_200_000);
            Sha256 claimed = Sha256.of(Deployment.text("something else"));
            VerifiedManifest manifest = deployment.publish("acme/tool", "1.0", "any", content, claimed);
            Path seed = Files.createDirectories(directory.resolve("seed"));
            Files.write(seed.resolve(claimed.hex()), content);
            MachineIdentity identity = deployment.identity("9", DeploymentRole.AGENT);
            try (RelayChannel channel = RelayChannel.open(
                            ChannelConfig.on(new InetSocketAddress("127.31.16.9", 0)),
                            identity,
                            InstantSource.system(),
                            System::nanoTime);
                    LibtorrentSwarm liar = LibtorrentSwarm.start(
                            SwarmConfig.listeningOn(new SwarmConfig.Listen(IpAddress.parse("127.0.0.1"), 0)), event -> {
                                if (event instanceof SwarmEvent.Listening(PeerAddress address)) {
                                    channel.engineAt(address);
                                }
                            })) {
                assertTrue(liar.offer(new SwarmCommand.Add(deployment.torrent(manifest), seed, true)));
                Pack pack = manifest.manifest().pack();
                LocalPeers honest = channel.swarm(new SwarmAdmission(
                        claimed,
                        pack.infoHash(),
                        Optional.of(pack.infoHashV2()),
                        Priority.NORMAL,
                        List.of(),
                        List.of(new RemotePeer(
                                deployment.identity("3", DeploymentRole.AGENT).id(), List.of(), true, false))));
                assertTrue(liar.offer(new SwarmCommand.Peers(claimed, honest.connect(), honest.allow())));
                deployment.tracker().alwaysThere(claimed, channel.listening().getFirst(), identity.id());
                Deployment.Node agent = reaching(deployment.agent("3", RateLimits.NONE));

                OperationException failure =
                        assertThrows(OperationException.class, () -> agent.pull("acme/tool", "", ""));

                assertTrue(String.valueOf(failure.getMessage()).contains("SHA-256"), failure.getMessage());
                assertEquals(List.of(), agent.store.packs());
                assertEquals(List.of(), agent.store.partials());
            }
        }
    }

    @Test
    void whatCannotBePulledIsSaidInOneLine() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.17")) {
            byte[] content = Deployment.content(9, 1000);
            VerifiedManifest manifest = deployment.publish("acme/tool", "1.0", "any", content);
            deployment.publish("acme/other", "2.0", "windows-amd64", content);
            deployment.origin("2", Map.of(manifest, content));
            Deployment.Node agent = reaching(deployment.agent("3", RateLimits.NONE));
            Path taken = Files.write(directory.resolve("taken"), Deployment.text("mine"));

            refused(agent, "acme/nothing", "", "", "packhorse available");
            refused(agent, "acme/tool", "7", "", "it has 1.0 (any)");
            refused(agent, "acme/other", "", "", "2.0 (windows-amd64)");
            refused(agent, "no name", "", "", "publisher/product");
            refused(agent, "acme/tool", "", "relative", "absolute");
            refused(agent, "acme/tool", "", taken.toString(), "there already");
            refused(agent, "acme/tool", "", directory.resolve("no/where").toString(), "is no directory");
            assertEquals("mine", Files.readString(taken));
            assertEquals(
                    content.length,
                    Files.size(Path.of(pulled(agent.pull("acme/tool", "", directory.toString()))
                            .getPath())));
            assertEquals(
                    directory.resolve("content.bin").toString(),
                    pulled(agent.pull("acme/tool", "", directory.toString())).getPath());
        }
    }

    @Test
    void pullsIntoOneDirectoryAtOnceDoNotWriteIntoEachOthersFiles() throws Exception {
        try (Deployment deployment = Deployment.in(directory, "127.31.21")) {
            byte[] content = Deployment.content(31, LENGTH);
            VerifiedManifest tool = deployment.publishAlone("acme/tool", "1.0", content);
            deployment.origin("2", Map.of(tool, content));
            Deployment.Node agent = reaching(deployment.agent("3", RateLimits.NONE));
            agent.pull("acme/tool", "", "");
            Path out = Files.createDirectory(directory.resolve("out"));
            List<java.util.concurrent.CompletableFuture<Pulled>> pulls = new java.util.ArrayList<>();
            try (var people = java.util.concurrent.Executors.newVirtualThreadPerTaskExecutor()) {
                for (int i = 0; i < 12; i++) {
                    String file = out.resolve("file" + i / 2).toString();
                    pulls.add(java.util.concurrent.CompletableFuture.supplyAsync(
                            () -> pulled(agent.pull("acme/tool", "", file)), people));
                }
                for (var pull : pulls) {
                    Path file = Path.of(pull.get().getPath());
                    assertArrayEquals(content, Files.readAllBytes(file));
                }
            }
            try (var files = Files.list(out)) {
                assertEquals(6, files.count(), "nothing else is left there");
            }
        }
    }

    private static void refused(Deployment.Node agent, String name, String version, String out, String says) {
        UsageException failure = assertThrows(UsageException.class, () -> agent.pull(name, version, out));
        assertTrue(String.valueOf(failure.getMessage()).contains(says), failure.getMessage());
        assertFalse(String.valueOf(failure.getMessage()).contains("\n"), failure.getMessage());
    }

    /** Not on the common pool: the JDK's HTTP client completes its answers there. */
    private static CompletableFuture<List<LocalReply>> inBackground(Supplier<List<LocalReply>> pull) {
        return CompletableFuture.supplyAsync(pull, Thread::startVirtualThread);
    }

    /** The channel counts the whole stream: content, and BitTorrent's own words. */
    private static void assertOnce(long content, long counted) {
        assertTrue(counted >= content && counted <= content * 1.01 + TWICE_MAX, counted + " bytes for " + content);
    }

    private static Pulled pulled(List<LocalReply> replies) {
        return replies.stream()
                .filter(LocalReply::hasPulled)
                .map(LocalReply::getPulled)
                .findFirst()
                .orElseThrow();
    }

    /** Once it has its session: before that nobody can say what it may have. */
    private static Deployment.Node reaching(Deployment.Node node) {
        await().until(() -> node.ask(LocalRequest.newBuilder()
                        .setStatus(Status.getDefaultInstance())
                        .build())
                .getFirst()
                .getStatus()
                .getTrackerReachable());
        return node;
    }

    private static List<PackStatus> status(Deployment.Node node) {
        return node.ask(LocalRequest.newBuilder()
                        .setStatus(Status.getDefaultInstance())
                        .build())
                .getFirst()
                .getStatus()
                .getPacksList();
    }
}
