package packhorse.core.wire;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Ping;
import packhorse.core.wire.Wires.Ear;
import packhorse.core.wire.Wires.Hub;

/** What others may do to a server, and that it harms nobody but them. */
@Timeout(300)
final class HarmTest {
    private static final WireConfig STRICT = WireConfig.DEFAULT
            .timed(Duration.ofSeconds(3), Duration.ofSeconds(30), Duration.ofSeconds(1))
            .bounding(64 << 10, 200, 500);

    @TempDir
    Path directory;

    private Wires wires;
    private final Hub hub = new Hub();
    private final Ear ear = new Ear();

    @BeforeEach
    void open() {
        wires = new Wires(directory);
    }

    @AfterEach
    void close() throws Exception {
        wires.close();
    }

    private RawClient raw(WireServer server) throws IOException {
        return wires.closing(RawClient.connect(wires.agent().context(), server));
    }

    private Socket tcp(WireServer server) throws Exception {
        Socket socket = wires.closing(new Socket(
                server.addresses().getFirst().getAddress(),
                server.addresses().getFirst().getPort()));
        socket.setSoTimeout(60_000);
        return socket;
    }

    @Test
    void handshakesThatStopHalfwayAreCut() throws Exception {
        WireServer server = wires.server("127.10.42.1", STRICT, hub);
        Socket silent = tcp(server);
        RawClient noHello = raw(server);

        assertEquals(-1, silent.getInputStream().read());
        assertEquals("", noHello.farewell());
        await().until(() -> server.counts().greeting() == 0);
        assertEquals(2, server.counts().refused());
    }

    @Test
    void nothingButHelloIsReadFirst() throws Exception {
        WireServer server = wires.server("127.10.42.2", STRICT, hub);
        RawClient early = raw(server);
        early.send(Wires.message(1, 10));
        assertTrue(early.farewell().contains("begins with hello"));
        RawClient large = raw(server);
        large.send(
                ByteBuffer.allocate(8).putInt(WireConfig.GREETING_BYTES_MAX + 1).array());
        assertEquals("", large.farewell());
        assertTrue(hub.open.isEmpty() && hub.received.isEmpty());
    }

    @Test
    void aFrameThatIsTooLongIsRefusedByItsLength() throws Exception {
        WireServer server = wires.server("127.10.42.3", STRICT, hub);
        RawClient client = raw(server).greeted();
        client.send(
                ByteBuffer.allocate(4).putInt(FrameCodec.FRAME_BYTES_MAX + 1).array());
        assertTrue(client.farewell().contains("the most is " + FrameCodec.FRAME_BYTES_MAX));
        RawClient damaged = raw(server).greeted();
        byte[] frame = FrameCodec.encode(Wires.message(1, 100));
        frame[50] ^= 1;
        damaged.send(frame);
        assertTrue(damaged.farewell().contains("damaged"));
        assertTrue(hub.received.isEmpty());
    }

    @Test
    void tooOldAndTooNewAreToldWhatToUpdate() throws Exception {
        WireServer server = wires.server("127.10.42.4", STRICT, hub);
        RawClient tooNew = raw(server);
        tooNew.send(RawClient.hello(9, 7));
        assertTrue(tooNew.farewell().contains("update Packhorse on the tracker"));
        RawClient nothing = raw(server);
        nothing.send(Envelope.newBuilder()
                .setVersion(1)
                .setHello(packhorse.core.message.v1.Hello.getDefaultInstance())
                .build());
        assertTrue(nothing.farewell().contains("update Packhorse on this machine"));
        RawClient newer = raw(server);
        newer.send(RawClient.hello(3, 1));
        Envelope welcome = newer.read().orElseThrow();
        assertEquals(2, welcome.getWelcome().getVersion());
        assertEquals(List.of("late-feature"), welcome.getWelcome().getFeaturesList());
        RawClient older = raw(server);
        older.send(RawClient.hello(1, 1));
        assertEquals(1, older.read().orElseThrow().getWelcome().getVersion());
    }

    @Test
    void messagesThatANewerEndSendsAreSkipped() throws Exception {
        WireServer server = wires.server("127.10.42.5", STRICT, hub);
        RawClient newer = raw(server).greeted();
        // Field 900, length-delimited, of an envelope of version 3.
        byte[] body = {8, 3, (byte) 0xa2, 0x38, 2, 1, 2};
        java.util.zip.CRC32C sum = new java.util.zip.CRC32C();
        sum.update(ByteBuffer.allocate(4).putInt(body.length).flip());
        sum.update(body);
        newer.send(ByteBuffer.allocate(8 + body.length)
                .putInt(body.length)
                .putInt((int) sum.getValue())
                .put(body)
                .array());
        newer.send(Wires.message(7, 10));
        await().until(() -> hub.received.size() == 1);
        assertEquals(7, hub.received.getFirst().getAgentReport().getSequence());
    }

    @Test
    void aResumedSessionIsAskedOfTheDenyListToo() throws Exception {
        WireServer server = wires.server("127.10.42.6", STRICT, hub);
        SSLContext context = wires.agent().context();
        long created;
        try (RawClient first = RawClient.connect(context, server).greeted()) {
            created = first.session().getCreationTime();
        }
        await().pollDelay(Duration.ofMillis(20)).until(() -> true);
        hub.refusal = remote -> Optional.of("revoked");

        RawClient second = wires.closing(RawClient.connect(context, server));
        second.send(RawClient.hello(2, 1));

        assertEquals("revoked", second.farewell());
        assertEquals(created, second.session().getCreationTime(), "the session was resumed");
        assertEquals(2, hub.asked.size());
        assertEquals(hub.asked.get(0), hub.asked.get(1));
    }

    @Test
    void aSessionEndsWithItsCertificate() throws Exception {
        AtomicReference<Instant> now = new AtomicReference<>(Instant.now());
        WireServer server = wires.closing(WireServer.open(
                List.of(new java.net.InetSocketAddress("127.10.42.7", 0)),
                wires.deployment.identity(DeploymentRole.TRACKER, "centre"),
                STRICT,
                Set.of(),
                hub,
                now::get));
        RawClient client = raw(server).greeted();

        now.set(Instant.now().plus(Duration.ofHours(25)));

        assertTrue(client.farewell().contains("your certificate expired"));
        await().until(() -> hub.closed.size() == 1);
        // A session resumed under the old certificate is no way around it.
        RawClient late = raw(server);
        late.send(RawClient.hello(2, 1));
        assertTrue(late.farewell().contains("renew it, or set the clock"));
    }

    @Test
    void whoAnswersNoHeartbeatIsCutAndWhoDoesIsNot() throws Exception {
        WireConfig config =
                WireConfig.DEFAULT.timed(Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofSeconds(5));
        WireServer server = wires.server("127.10.42.8", config, hub);
        wires.client(Wires.to(Wires.at(server)), wires.agent(), ear);
        await().until(() -> ear.sessions.size() == 1);
        WireSession good = hub.only();
        RawClient dead = raw(server).greeted();
        await().until(() -> hub.open.size() == 2);

        int pings = 0;
        for (Optional<Envelope> next = dead.read(); next.isPresent(); next = dead.read()) {
            pings += next.get().hasPing() ? 1 : 0;
        }

        assertTrue(pings >= 2, pings + " pings");
        await().until(() -> hub.closed.size() == 1);
        assertTrue(hub.open.contains(good));
        assertEquals(1, ear.sessions.size());
        assertTrue(good.silence().compareTo(Duration.ofSeconds(6)) < 0);
    }

    @Test
    void aFullMailboxSlowsItsSessionAndLosesNothing() {
        WireServer server = wires.server("127.10.42.9", WireConfig.DEFAULT, hub);
        hub.full = true;
        WireClient client = wires.client(Wires.to(Wires.at(server)), wires.agent(), ear);
        await().until(() -> ear.sessions.size() == 1);
        int sent = 0;
        while (client.send(Wires.message(sent + 1, 50_000))) {
            sent++;
            assertTrue(sent < 10_000, "nothing is slowed");
        }
        assertTrue(hub.received.isEmpty());

        hub.full = false;

        int all = sent;
        await().until(() -> hub.received.size() == all);
        for (int i = 0; i < all; i++) {
            assertEquals(i + 1, hub.received.get(i).getAgentReport().getSequence());
        }
    }

    @Test
    void connectionsAreBoundedByAddressAndInAll() throws Exception {
        WireServer server = wires.server("127.10.42.10", STRICT.admitting(4, 3, 4, 3), hub);
        List<RawClient> in = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            in.add(raw(server).greeted());
        }
        assertEquals(-1, tcp(server).getInputStream().read());
        RawClient other = wires.closing(
                RawClient.connect(wires.agent().context(), server, InetAddress.getByName("127.10.42.110")));
        other.greeted();
        in.getFirst().close();
        await().until(() -> hub.open.size() == 3);
        raw(server).greeted();
    }

    @Test
    void garbageFloodsAndSilentReadersHurtNobodyElse() throws Exception {
        WireServer server = wires.server("127.10.42.11", STRICT, hub);
        hub.echo = true;
        WireClient good = wires.client(Wires.to(Wires.at(server)), wires.agent(), ear);
        await().until(() -> ear.sessions.size() == 1);
        WireSession survivor = hub.only();
        Random random = new Random(11);
        byte[] junk = new byte[100_000];
        List<Thread> hostile = new ArrayList<>();
        hostile.add(attack(() -> tcp(server).getOutputStream().write(junk)));
        hostile.add(attack(() -> {
            byte[] noise = junk.clone();
            random.nextBytes(noise);
            raw(server).greeted().send(noise);
        }));
        hostile.add(attack(() -> raw(server)
                .greeted()
                .send(ByteBuffer.allocate(8).putInt(4_000_000).array())));
        hostile.add(attack(() -> {
            RawClient flood = raw(server).greeted();
            byte[] ping = FrameCodec.encode(Envelope.newBuilder()
                    .setVersion(2)
                    .setPing(Ping.getDefaultInstance())
                    .build());
            for (int i = 0; i < 100_000; i++) {
                flood.send(ping);
            }
        }));
        hostile.add(attack(() -> {
            RawClient deaf = raw(server).greeted();
            for (int i = 0; i < 400; i++) {
                deaf.send(Wires.message(i, 30_000));
            }
        }));
        for (int i = 0; i < 20; i++) {
            hostile.add(attack(() -> tcp(server)));
        }

        long slowest = 0;
        for (int i = 1; i <= 100; i++) {
            long start = System.nanoTime();
            assertTrue(good.send(Wires.message(i, 100)));
            int count = i;
            await().pollInterval(Duration.ofMillis(2)).until(() -> ear.received.size() == count);
            slowest = Math.max(slowest, System.nanoTime() - start);
        }

        for (Thread each : hostile) {
            each.join();
        }
        assertTrue(slowest < 5_000_000_000L, "an answer took " + slowest / 1_000_000 + " ms");
        assertTrue(hub.open.contains(survivor));
        // Whoever sent nonsense, flooded or did not read is out; half a frame is cut by silence only.
        await().atMost(Duration.ofSeconds(60)).until(() -> hub.open.size() <= 2);
        assertEquals(1, ear.sessions.size());
    }

    /** What a hostile client does; it ends when its connection does. */
    private interface Attack {
        void run() throws Exception;
    }

    private static Thread attack(Attack attack) {
        return Thread.ofVirtual().start(() -> {
            try {
                attack.run();
            } catch (Exception e) {
                // Being cut off is what it asked for.
            }
        });
    }

    @Test
    void badCertificatesAreRefusedAndTheLineSaysWhy() throws Exception {
        WireServer server = wires.server("127.10.42.12", STRICT, hub);
        Ear expired = new Ear();
        wires.client(Wires.to(Wires.at(server)), wires.deployment.expired(DeploymentRole.AGENT, "berlin"), expired);
        await().until(() -> !expired.unreachable.isEmpty());
        assertTrue(
                expired.unreachable.getFirst().contains("this machine's certificate expired"),
                expired.unreachable.getFirst());
        Ear early = new Ear();
        wires.client(Wires.to(Wires.at(server)), wires.deployment.notYetValid(DeploymentRole.AGENT, "berlin"), early);
        await().until(() -> !early.unreachable.isEmpty());
        assertTrue(early.unreachable.getFirst().contains("set the clock"), early.unreachable.getFirst());
        Ear intruder = new Ear();
        wires.client(Wires.to(Wires.at(server)), wires.deployment.intruder(DeploymentRole.AGENT, "berlin"), intruder);
        await().until(() -> !intruder.unreachable.isEmpty());
        assertTrue(
                intruder.unreachable.getFirst().contains("does not accept this machine's certificate"),
                intruder.unreachable.getFirst());
        Ear foreign = new Ear();
        wires.client(Wires.to(Wires.at(server)), wires.deployment.foreign(), foreign);
        await().until(() -> !foreign.unreachable.isEmpty());
        assertTrue(
                foreign.unreachable.getFirst().contains("not of this machine's deployment"),
                foreign.unreachable.getFirst());
        // An agent that poses as a tracker.
        WireServer liar = wires.server("127.10.42.13", STRICT, hub, wires.agent());
        Ear fooled = new Ear();
        wires.client(Wires.to(Wires.at(liar)), wires.agent(), fooled);
        await().until(() -> !fooled.unreachable.isEmpty());
        assertTrue(fooled.sessions.isEmpty());
        WireServer old =
                wires.server("127.10.42.14", STRICT, hub, wires.deployment.expired(DeploymentRole.TRACKER, "centre"));
        Ear doubtful = new Ear();
        wires.client(Wires.to(Wires.at(old)), wires.agent(), doubtful);
        await().until(() -> !doubtful.unreachable.isEmpty());
        assertTrue(
                doubtful.unreachable.getFirst().contains("expired by this machine's clock"),
                doubtful.unreachable.getFirst());
        assertTrue(hub.open.isEmpty());
    }

    @Test
    void whatIsNoTrackerIsSaidInALine() throws Exception {
        try (java.net.ServerSocket plain = new java.net.ServerSocket(0, 5, InetAddress.getByName("127.10.42.15"))) {
            Thread answering = Thread.ofVirtual().start(() -> {
                try (Socket socket = plain.accept()) {
                    socket.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                    var unused = socket.getInputStream().readNBytes(1);
                } catch (IOException e) {
                    // The client went away.
                }
            });
            wires.client(
                    Wires.to(new packhorse.core.topology.HostPort("127.10.42.15", plain.getLocalPort())),
                    wires.agent(),
                    ear);
            await().until(() -> !ear.unreachable.isEmpty());
            assertTrue(ear.unreachable.getFirst().contains("does not speak TLS"), ear.unreachable.getFirst());
            answering.join();
        }
        await().until(() -> ear.unreachable.stream().anyMatch(line -> line.contains("does not accept connections")));
        assertTrue(Arrays.stream(ear.unreachable.getFirst().split("\n")).count() == 1);
    }
}
