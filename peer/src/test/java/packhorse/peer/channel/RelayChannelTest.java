package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.state.Priority;
import packhorse.core.testing.Cases;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.PeerAddress;
import packhorse.core.unit.ByteRate;
import packhorse.peer.channel.ChannelRefusal.Reason;

/** Two channels with sockets in libtorrent's place: who gets in, what arrives, and what both ends count. */
@SuppressWarnings("try") // What is closed in the middle of a test is what the test is about.
final class RelayChannelTest {
    private static final InstantSource CLOCK = InstantSource.system();
    private static final Executor THREADS = task -> Thread.ofVirtual().start(task);

    @TempDir
    Path dir;

    private TestDeployment deployment;

    @BeforeEach
    void create() {
        deployment = TestDeployment.create(dir);
    }

    private End agent(String ip) {
        return new End(deployment.identity(DeploymentRole.AGENT, "berlin"), ip, CLOCK);
    }

    private static byte[] random(int seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Test
    void bytesGoBothWaysAndHalfClosedIsHalfClosed() throws Exception {
        try (End a = agent("127.30.60.1");
                End b = agent("127.30.60.2")) {
            b.allows("x", a.near());
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                byte[] question = random(1, 300_000);
                CompletableFuture<Void> asking = CompletableFuture.runAsync(
                        () -> {
                            try {
                                End.send(out, question);
                                out.shutdownOutput();
                            } catch (java.io.IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        },
                        THREADS);
                assertArrayEquals(question, in.getInputStream().readAllBytes());
                asking.join();
                byte[] answer = random(2, 500_000);
                CompletableFuture<byte[]> heard = CompletableFuture.supplyAsync(
                        () -> {
                            try {
                                return out.getInputStream().readAllBytes();
                            } catch (java.io.IOException e) {
                                throw new java.io.UncheckedIOException(e);
                            }
                        },
                        THREADS);
                End.send(in, answer);
                in.shutdownOutput();
                assertArrayEquals(answer, heard.join());
            }
            End.awaitBooks("x", a, b);
            assertEquals(new ChannelCount(0, 0, 500_000, 300_068, Optional.of(b.at())), a.with("x", b));
            a.awaitConnections(0);
            b.awaitConnections(0);
        }
    }

    @Test
    void libtorrentSeesEachPeerAtAnAddressOfItsOwnAlwaysTheSame() throws Exception {
        try (End a = agent("127.30.60.3");
                End b = agent("127.30.60.4");
                End c = agent("127.30.60.5")) {
            LocalPeers first = b.swarm("x", Priority.NORMAL, List.of(), List.of(a.near(), c.far()));
            assertEquals(2, Set.copyOf(first.allow()).size());
            PeerAddress aliasB = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(aliasB, "x");
                    Socket in = b.arrival("x")) {
                String seen = in.getInetAddress().getHostAddress();
                assertTrue(seen.startsWith("127.64."), seen);
                assertEquals(Optional.of(a.id()), b.channel.remote(packhorse.core.topology.IpAddress.parse(seen)));
                assertEquals(Optional.of(b.id()), a.channel.remote(aliasB.ip()));
                assertFalse(out.isClosed());
            }
            b.channel.leave(End.pack("x"));
            assertEquals(first, b.swarm("x", Priority.NORMAL, List.of(), List.of(a.near(), c.far())));
            assertTrue(c.connects("x", b.far())
                    .connect()
                    .getFirst()
                    .ip()
                    .toString()
                    .startsWith("127.96."));
        }
    }

    @Test
    void whoIsNotNamedGetsNothingAndBothEndsSayWhy() throws Exception {
        try (End a = agent("127.30.60.6");
                End b = agent("127.30.60.7");
                End c = agent("127.30.60.8")) {
            b.allows("x", c.near());
            b.allows("y", a.near());
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x")) {
                assertTrue(End.ended(out));
            }
            b.awaitRefusal(Reason.NOT_NAMED);
            a.awaitRefusal(Reason.NOT_NAMED_THERE);
            // A swarm in which only the other end names us is none of ours.
            try (Socket out = End.call(alias, "y")) {
                assertTrue(End.ended(out));
            }
            a.awaitRefusal(Reason.NOT_NAMED);
            assertTrue(b.nobodyArrived());
            assertEquals(ChannelCount.ZERO, b.with("x", a));
        }
    }

    @Test
    void whoIsNamedAMomentLaterIsLetInWithoutComingAgain() throws Exception {
        ChannelConfig patient = ChannelConfig.on(new InetSocketAddress("127.30.60.9", 0));
        try (End a = agent("127.30.60.10");
                End b = new End(deployment.identity(DeploymentRole.AGENT, "berlin"), patient, CLOCK)) {
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x")) {
                Awaitility.await().until(() -> b.channel.strangers() == 1);
                b.allows("x", a.near());
                try (Socket in = b.arrival("x")) {
                    End.send(in, new byte[] {7});
                    assertEquals(7, out.getInputStream().read());
                }
            }
            assertEquals(List.of(), b.channel.refusals());
        }
    }

    @Test
    void certificatesThatDoNotCountOpenNothing() throws Exception {
        DeploymentRole agent = DeploymentRole.AGENT;
        record Bad(String what, MachineIdentity identity, Set<Reason> atVictim) {}
        List<Bad> bads = List.of(
                new Bad("foreign", deployment.intruder(agent, "berlin"), Set.of(Reason.FOREIGN)),
                new Bad("expired", deployment.expired(agent, "berlin"), Set.of(Reason.FOREIGN)),
                new Bad("not yet valid", deployment.notYetValid(agent, "berlin"), Set.of(Reason.FOREIGN)),
                new Bad(
                        "a tracker",
                        deployment.identity(DeploymentRole.TRACKER, "berlin"),
                        Set.of(Reason.WRONG_IDENTITY)));
        try (End b = agent("127.30.60.11")) {
            for (Bad bad : bads) {
                try (End a = new End(bad.identity(), "127.30.60.12", CLOCK)) {
                    b.allows("x", a.near());
                    PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
                    try (Socket out = End.call(alias, "x")) {
                        assertTrue(End.ended(out), bad.what());
                    }
                    bad.atVictim().forEach(b::awaitRefusal);
                    // The other way round it gets nothing either.
                    a.allows("x", b.near());
                    PeerAddress back = b.connects("x", a.near()).connect().getFirst();
                    try (Socket out = End.call(back, "x")) {
                        assertTrue(End.ended(out), bad.what());
                    }
                    assertTrue(a.nobodyArrived(), bad.what());
                    assertEquals(ChannelCount.ZERO, b.with("x", a), bad.what());
                }
            }
            assertTrue(b.nobodyArrived());
        }
    }

    @Test
    void somebodyElseAtAPeersAddressIsNotThePeer() throws Exception {
        try (End a = agent("127.30.60.13");
                End b = agent("127.30.60.14");
                End c = agent("127.30.60.15")) {
            c.allows("x", a.near());
            PeerAddress alias = a.connects("x", new RemotePeer(b.id(), List.of(c.at()), false, false))
                    .connect()
                    .getFirst();
            try (Socket out = End.call(alias, "x")) {
                assertTrue(End.ended(out));
            }
            a.awaitRefusal(Reason.WRONG_IDENTITY);
            assertTrue(c.nobodyArrived());
            // With the right address beside the wrong one it is found.
            b.allows("x", a.near());
            PeerAddress again = a.connects("x", new RemotePeer(b.id(), List.of(c.at(), b.at()), false, false))
                    .connect()
                    .getFirst();
            try (Socket out = End.call(again, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, new byte[] {1});
                assertEquals(1, in.getInputStream().read());
            }
        }
    }

    @Test
    void aDeniedPeerLosesItsConnectionsAtOnceAndGetsNoNewOnes() throws Exception {
        try (End a = agent("127.30.60.16");
                End b = agent("127.30.60.17")) {
            b.allows("x", a.near());
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                CompletableFuture<Void> pumping = CompletableFuture.runAsync(
                        () -> {
                            try {
                                while (true) {
                                    End.send(in, new byte[100_000]);
                                }
                            } catch (java.io.IOException e) {
                                // That is what the test waits for.
                            }
                        },
                        THREADS);
                End.receive(out, 3_000_000);
                long start = System.nanoTime();
                b.channel.denied(Set.of(a.id()));
                assertThrows(Exception.class, () -> {
                    while (out.getInputStream().read(new byte[100_000]) >= 0) {
                        // What was under way.
                    }
                    throw new java.io.EOFException();
                });
                pumping.join();
                // Undenied it would go on for ever.
                assertTrue(System.nanoTime() - start < 30_000_000_000L);
            }
            b.awaitConnections(0);
            try (Socket out = End.call(alias, "x")) {
                assertTrue(End.ended(out));
            }
            b.awaitRefusal(Reason.DENIED);
            a.awaitRefusal(Reason.DENIED);
            b.channel.denied(Set.of());
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, new byte[] {1});
                assertEquals(1, in.getInputStream().read());
            }
        }
    }

    @Test
    void whoIsNamedNoLongerIsLetGoAndTheBooksStillBalance() throws Exception {
        try (End a = agent("127.30.60.18");
                End b = agent("127.30.60.19")) {
            b.allows("x", a.near());
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                CompletableFuture<Void> pumping = CompletableFuture.runAsync(
                        () -> {
                            try {
                                while (true) {
                                    End.send(in, new byte[50_000]);
                                }
                            } catch (java.io.IOException e) {
                                // That is what the test waits for.
                            }
                        },
                        THREADS);
                End.receive(out, 2_000_000);
                a.connects("x");
                // As libtorrent does when the other end hangs up.
                assertTrue(End.ended(in));
                in.close();
                pumping.join();
            }
            a.awaitConnections(0);
            b.awaitConnections(0);
            End.awaitBooks("x", a, b);
            assertTrue(a.with("x", b).lanIn() >= 2_000_000);
            assertThrows(java.io.IOException.class, () -> End.call(alias, "x").close());
        }
    }

    @Test
    void aPeerThatMovesToAnotherSiteIsCountedOnTheOtherLink() throws Exception {
        try (End a = agent("127.30.60.20");
                End b = agent("127.30.60.21")) {
            b.allows("x", a.near());
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, new byte[1_000]);
                End.receive(in, 1_000);
                b.allows("x", a.far());
                PeerAddress other = a.connects("x", b.far()).connect().getFirst();
                assertTrue(End.ended(out));
                try (Socket again = End.call(other, "x");
                        Socket arrived = b.arrival("x")) {
                    End.send(again, new byte[500]);
                    End.receive(arrived, 500);
                    assertTrue(arrived.getInetAddress().getHostAddress().startsWith("127.96."));
                }
            }
            End.awaitBooks("x", a, b);
            ChannelCount count = b.with("x", a);
            assertEquals(1_068, count.lanIn());
            assertEquals(568, count.wanIn());
        }
    }

    @Test
    void whatevertraffichoweverItEndsBothEndsCountTheSame() throws Exception {
        try (End a = agent("127.30.60.22");
                End b = agent("127.30.60.23")) {
            b.allows("x", a.near());
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            Cases.run(20, random -> {
                try (Socket out = End.call(alias, "x");
                        Socket in = b.arrival("x")) {
                    for (int i = random.nextInt(1, 6); i > 0; i--) {
                        boolean outward = random.nextBoolean();
                        Socket from = outward ? out : in;
                        Socket to = outward ? in : out;
                        byte[] bytes = Cases.bytes(random, random.nextInt(1, random.nextBoolean() ? 100 : 100_000));
                        End.send(from, bytes);
                        assertArrayEquals(bytes, End.receive(to, bytes.length));
                    }
                    // Something is under way when one side hangs up, more or less rudely.
                    End.send(random.nextBoolean() ? out : in, new byte[random.nextInt(1, 30_000)]);
                    Socket rude = random.nextBoolean() ? out : in;
                    rude.setSoLinger(random.nextBoolean(), 0);
                    rude.close();
                } catch (Exception e) {
                    throw new IllegalStateException(e);
                }
                a.awaitConnections(0);
                b.awaitConnections(0);
                End.awaitBooks("x", a, b);
            });
        }
    }

    @Test
    void whatIsSaidToALibtorrentThatIsNotThereIsInNeitherAccount() throws Exception {
        for (boolean plain : new boolean[] {false, true}) {
            try (End a = agent("127.30.60.44");
                    End b = agent("127.30.60.45")) {
                b.engine.close();
                b.allows("x", plain ? a.plain() : a.near());
                PeerAddress alias =
                        a.connects("x", plain ? b.plain() : b.near()).connect().getFirst();
                try (Socket out = End.call(alias, "x")) {
                    assertTrue(End.ended(out));
                }
                b.awaitRefusal(ChannelRefusal.Reason.ENGINE_AWAY);
                a.awaitConnections(0);
                assertEquals(0, a.with("x", b).lanOut(), "plain: " + plain);
                assertEquals(0, b.with("x", a).lanIn());
            }
        }
    }

    @Test
    void whatIsSaidToALibtorrentThatHangsUpWithoutAnAnswerIsInBothAccounts() throws Exception {
        try (End a = agent("127.30.60.46");
                End b = agent("127.30.60.47")) {
            b.allows("x", a.near());
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x")) {
                b.arrival("x").close();
                assertTrue(End.ended(out));
            }
            a.awaitConnections(0);
            b.awaitConnections(0);
            assertEquals(68, a.with("x", b).lanOut());
            assertEquals(68, b.with("x", a).lanIn());
        }
    }

    @Test
    void garbageSilenceAndFloodsAreBoundedAndHurtNobodyElse() throws Exception {
        ChannelConfig tight = ChannelConfig.on(new InetSocketAddress("127.30.60.24", 0))
                .withPatience(Duration.ofSeconds(1), Duration.ofMillis(100))
                .withBounds(100, 20, 10);
        List<Socket> open = new ArrayList<>();
        try (End a = agent("127.30.60.25");
                End b = new End(deployment.identity(DeploymentRole.AGENT, "berlin"), tight, CLOCK)) {
            b.allows("x", a.near());
            String host = b.at().ip().toString();
            try (Socket garbage = new Socket(host, b.at().port())) {
                garbage.setSoTimeout(60_000);
                End.send(garbage, random(3, 5_000));
                while (!End.ended(garbage)) {
                    // An alert, perhaps.
                }
            }
            b.awaitRefusal(Reason.FOREIGN);
            InetAddress flooder = InetAddress.getByName("127.30.60.99");
            for (int i = 0; i < 60; i++) {
                open.add(new Socket(InetAddress.getByName(host), b.at().port(), flooder, 0));
            }
            b.awaitRefusal(Reason.TOO_MANY);
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, new byte[] {5});
                assertEquals(5, in.getInputStream().read());
            }
            b.awaitRefusal(Reason.TIMEOUT);
            for (Socket silent : open) {
                silent.setSoTimeout(60_000);
                assertTrue(End.ended(silent));
            }
            Awaitility.await().until(() -> b.channel.strangers() == 0);
            for (ChannelRefusal refusal : b.channel.refusals()) {
                assertFalse(refusal.line().contains("\n"), refusal::line);
            }
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void aPeerThatTakesNothingHoldsUpItsOwnConnectionOnly() throws Exception {
        try (End a = agent("127.30.60.26");
                End b = agent("127.30.60.27");
                End c = agent("127.30.60.28")) {
            a.swarm("x", Priority.NORMAL, List.of(), List.of(b.near(), c.near()));
            PeerAddress fromB = b.connects("x", a.near()).connect().getFirst();
            PeerAddress fromC = c.connects("x", a.near()).connect().getFirst();
            try (Socket hung = End.call(fromB, "x");
                    Socket toHung = a.arrival("x")) {
                CompletableFuture<Void> stuck = CompletableFuture.runAsync(
                        () -> {
                            try {
                                End.send(toHung, new byte[200_000_000]);
                            } catch (java.io.IOException e) {
                                // The test is over.
                            }
                        },
                        THREADS);
                try (Socket out = End.call(fromC, "x");
                        Socket in = a.arrival("x")) {
                    byte[] bytes = random(4, 200_000);
                    CompletableFuture<byte[]> got = CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return End.receive(out, bytes.length);
                                } catch (java.io.IOException e) {
                                    throw new java.io.UncheckedIOException(e);
                                }
                            },
                            THREADS);
                    End.send(in, bytes);
                    assertArrayEquals(bytes, got.join());
                }
                assertFalse(stuck.isDone());
                hung.close();
                stuck.join();
            }
        }
    }

    @Test
    void twoSwarmsAreNotMixedUpByWhoeverAsksForOneAndSpeaksForAnother() throws Exception {
        try (End a = agent("127.30.60.29");
                End b = agent("127.30.60.30")) {
            b.allows("x", a.near());
            b.allows("y", a.near());
            try (java.nio.channels.SocketChannel socket = java.nio.channels.SocketChannel.open(
                    new InetSocketAddress(b.at().ip().toString(), b.at().port()))) {
                var engine = a.identity.context().createSSLEngine();
                engine.setUseClientMode(true);
                engine.setSSLParameters(packhorse.core.identity.TlsProfile.client());
                TlsLine line = new TlsLine(socket, engine, new Buffers(), Runnable::run);
                assertEquals("TLSv1.3", line.handshake().getProtocol());
                line.send(new Greeting.Ask(9, false, End.hash("x")).encode());
                Greeting.Answer answer = Greeting.readAnswer(line);
                assertEquals(new Greeting.Answer(1, false, Greeting.Verdict.WELCOME), answer);
                line.send(java.nio.ByteBuffer.wrap(End.handshake("y")));
                b.awaitRefusal(Reason.PROTOCOL);
            }
            assertTrue(b.nobodyArrived());
        }
    }

    @Test
    void aRenewedCertificateIsShownToNewConnectionsAndAnOldOneEndsWithItsConnection() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        InstantSource clock = now::get;
        TestDeployment turned = TestDeployment.create(dir, clock);
        MachineIdentity one = turned.identity(DeploymentRole.AGENT, "berlin");
        MachineIdentity other = turned.identity(DeploymentRole.ORIGIN, "berlin");
        try (End a = new End(one, "127.30.60.31", clock);
                End b = new End(other, "127.30.60.32", clock)) {
            b.allows("x", a.near());
            PeerAddress alias = a.connects("x", b.near()).connect().getFirst();
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, new byte[] {1});
                assertEquals(1, in.getInputStream().read());
                now.updateAndGet(before -> before.plus(Duration.ofHours(23)));
                one.renewed(
                        turned.credential(DeploymentRole.AGENT, "berlin", one.id(), now.get(), Duration.ofHours(24)));
                End.send(out, new byte[] {2});
                assertEquals(2, in.getInputStream().read());
                now.updateAndGet(before -> before.plus(Duration.ofHours(2)));
                assertTrue(End.ended(in));
                assertTrue(End.ended(out));
            }
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, new byte[] {3});
                assertEquals(3, in.getInputStream().read());
            }
        }
    }

    @Test
    void theWanIsHeldToItsRateAndTheOwnSiteIsNot() throws Exception {
        try (End a = agent("127.30.60.33");
                End b = agent("127.30.60.34")) {
            ByteRate rate = new ByteRate(800_000);
            b.swarm("far", Priority.NORMAL, List.of(), List.of(a.far()));
            b.swarm("near", Priority.NORMAL, List.of(), List.of(a.near()));
            b.channel.rates(new ChannelRates(Optional.empty(), Optional.of(rate)));
            PeerAddress far = a.connects("far", b.far()).connect().getFirst();
            PeerAddress near = a.connects("near", b.near()).connect().getFirst();
            assertTrue(secondsFor(6_000_000, far, "far", b) > 7);
            assertTrue(secondsFor(6_000_000, near, "near", b) < 7);
            // The receiver's limit holds as well, and its end is felt at once.
            b.channel.rates(ChannelRates.UNLIMITED);
            a.channel.rates(new ChannelRates(Optional.of(rate), Optional.empty()));
            assertTrue(secondsFor(6_000_000, far, "far", b) > 2.5);
            a.channel.rates(ChannelRates.UNLIMITED);
            assertTrue(secondsFor(6_000_000, far, "far", b) < 5);
        }
    }

    private static double secondsFor(int bytes, PeerAddress alias, String swarm, End seed) throws Exception {
        try (Socket out = End.call(alias, swarm);
                Socket in = seed.arrival(swarm)) {
            long start = System.nanoTime();
            CompletableFuture<Void> sending = CompletableFuture.runAsync(
                    () -> {
                        try {
                            End.send(in, new byte[bytes]);
                        } catch (java.io.IOException e) {
                            throw new java.io.UncheckedIOException(e);
                        }
                    },
                    THREADS);
            End.receive(out, bytes);
            sending.join();
            return (System.nanoTime() - start) / 1e9;
        }
    }

    @Test
    void aPersonsTransferComesBeforeAStagedOne() throws Exception {
        try (End a = agent("127.30.60.35");
                End b = agent("127.30.60.36")) {
            b.swarm("staged", Priority.BACKGROUND, List.of(), List.of(a.far()));
            b.swarm("wanted", Priority.USER, List.of(), List.of(a.far()));
            b.channel.rates(new ChannelRates(Optional.empty(), Optional.of(new ByteRate(250_000))));
            PeerAddress alias = a.connects("staged", b.far()).connect().getFirst();
            a.connects("wanted", b.far());
            try (Socket staged = End.call(alias, "staged");
                    Socket from = b.arrival("staged")) {
                CompletableFuture<Void> pumping = CompletableFuture.runAsync(
                        () -> {
                            try {
                                while (true) {
                                    End.send(from, new byte[50_000]);
                                }
                            } catch (java.io.IOException e) {
                                // Until the test closes it.
                            }
                        },
                        THREADS);
                End.receive(staged, 300_000);
                long before = b.with("staged", a).wanOut();
                double seconds = secondsFor(1_500_000, alias, "wanted", b);
                long meanwhile = b.with("staged", a).wanOut() - before;
                // Alone it would take 6 s; with an even share 12 s.
                assertTrue(seconds < 10.5, () -> seconds + " s");
                assertTrue(meanwhile < 1_000_000, () -> meanwhile + " bytes of the staged one meanwhile");
                assertTrue(meanwhile > 0, "the staged one starved");
                staged.close();
                from.close();
                pumping.join();
            }
        }
    }

    @Test
    void twoHundredConnectionsHoldLessThanAHundredMebibytes() throws Exception {
        List<Socket> open = new ArrayList<>();
        try (End a = agent("127.30.60.37");
                End b = agent("127.30.60.38")) {
            List<PeerAddress> aliases = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                b.allows("x" + i, a.near());
                aliases.add(a.connects("x" + i, b.near()).connect().getFirst());
            }
            for (int i = 0; i < 200; i++) {
                Socket out = End.call(aliases.get(i), "x" + i);
                Socket in = b.arrival("x" + i);
                open.add(out);
                open.add(in);
                End.send(in, new byte[100_000]);
                End.send(out, new byte[10]);
                assertEquals(100_000, End.receive(out, 100_000).length);
                assertEquals(10, End.receive(in, 10).length);
            }
            assertEquals(200, b.channel.connections());
            long held = b.channel.buffersMade() * (long) (Buffers.BATCH + Buffers.RECORD_ROOM);
            assertTrue(held < 60L << 20, held + " bytes");
            long most = Buffers.DIRECT_MAX * (long) (Buffers.BATCH + Buffers.RECORD_ROOM);
            assertTrue(most < 60L << 20, most + " bytes");
        } finally {
            for (Socket socket : open) {
                socket.close();
            }
        }
    }

    @Test
    void anAddressThatIsTakenIsOneClearLine() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.30.60.39"))) {
            ChannelConfig config = ChannelConfig.on(new InetSocketAddress("127.30.60.39", taken.getLocalPort()));
            MachineIdentity identity = deployment.identity(DeploymentRole.AGENT, "berlin");
            String line = String.valueOf(assertThrows(
                            OperationException.class,
                            () -> RelayChannel.open(config, identity, CLOCK, System::nanoTime)
                                    .close())
                    .getMessage());
            assertTrue(line.contains("127.30.60.39:" + taken.getLocalPort()), line);
            assertFalse(line.contains("\n"), line);
        }
    }
}
