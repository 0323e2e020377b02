package packhorse.core.wire;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.FrameCodec;
import packhorse.core.wire.Wires.Ear;
import packhorse.core.wire.Wires.Hub;

@Timeout(300)
final class WireTest {
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

    @Test
    void twoMachinesOfADeploymentGreetAndTalkInOrder() {
        WireServer server = wires.server("127.10.41.1", WireConfig.DEFAULT, hub);
        MachineIdentity agent = wires.agent();
        hub.echo = true;

        WireClient client = wires.client(Wires.to(Wires.at(server)), agent, ear);

        await().until(() -> !ear.sessions.isEmpty() && !hub.open.isEmpty());
        assertEquals(agent.id(), hub.only().peer().id());
        assertEquals("berlin", hub.only().peer().site());
        assertEquals(2, hub.only().version());
        assertEquals("packhorse test", hub.hellos.getFirst().getSoftware());
        for (int i = 1; i <= 500; i++) {
            assertTrue(client.send(Wires.message(i, i % 7 * 300)));
        }
        await().until(() -> ear.received.size() == 500);
        for (int i = 1; i <= 500; i++) {
            assertEquals(Wires.message(i, i % 7 * 300), ear.received.get(i - 1));
        }
    }

    @Test
    void theLongestFrameGoesBothWays() {
        WireServer server = wires.server("127.10.41.2", WireConfig.DEFAULT, hub);
        hub.echo = true;
        WireClient client = wires.client(Wires.to(Wires.at(server)), wires.agent(), ear);
        await().until(() -> !ear.sessions.isEmpty());

        assertTrue(client.send(Wires.message(1, FrameCodec.FRAME_BYTES_MAX - 100)));
        assertTrue(client.send(Wires.message(2, 10)));

        await().until(() -> ear.received.size() == 2);
        assertEquals(Wires.message(1, FrameCodec.FRAME_BYTES_MAX - 100), ear.received.getFirst());
    }

    @Test
    void theFirstMessageNeverStallsWarm() {
        WireServer server = wires.server("127.10.41.3", WireConfig.DEFAULT, hub);
        hub.echo = true;
        MachineIdentity agent = wires.agent();
        for (int i = 0; i < 300; i++) {
            Ear each = new Ear();
            try (WireClient client = wires.client(Wires.to(Wires.at(server)), agent, each)) {
                await().pollInterval(Duration.ofMillis(1))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> !each.sessions.isEmpty());
                assertTrue(client.send(Wires.message(i, 20)));
                await().pollInterval(Duration.ofMillis(1))
                        .atMost(Duration.ofSeconds(60))
                        .until(() -> each.received.size() == 1);
            }
        }
        assertEquals(300, server.counts().opened());
        await().until(() -> server.counts().open() == 0);
        assertEquals(300, hub.closed.size());
    }

    @Test
    void whatWasSaidBeforeTheGoodbyeArrives() {
        WireServer server = wires.server("127.10.41.6", WireConfig.DEFAULT, hub);
        MachineIdentity agent = wires.agent();
        for (long i = 1; i <= 50; i++) {
            Ear each = new Ear();
            try (WireClient client = wires.client(Wires.to(Wires.at(server)), agent, each)) {
                await().pollInterval(Duration.ofMillis(1)).until(() -> !each.sessions.isEmpty());
                assertTrue(client.send(Wires.message(2 * i - 1, 30_000)));
                assertTrue(client.send(Wires.message(2 * i, 30_000)));
            }
        }
        await().until(() -> hub.received.size() == 100);
    }

    @Test
    void whoIsRefusedIsToldWhyAndComesBackWithoutHurry() {
        hub.refusal = remote -> Optional.of("the endpoint " + remote.id() + " is denied");
        WireServer server = wires.server("127.10.41.4", WireConfig.DEFAULT, hub);
        MachineIdentity agent = wires.agent();

        wires.client(Wires.to(Wires.at(server)), agent, ear);

        await().until(() -> hub.asked.size() >= 3);
        assertEquals(List.of("the endpoint " + agent.id() + " is denied"), ear.refused);
        assertTrue(ear.sessions.isEmpty());
        hub.refusal = remote -> Optional.empty();
        await().until(() -> !ear.sessions.isEmpty());
    }

    @Test
    void aSessionEndsAtOnceWhenItsMachineIsDenied() {
        WireServer server = wires.server("127.10.41.5", WireConfig.DEFAULT, hub);
        MachineIdentity bad = wires.agent();
        MachineIdentity good = wires.agent();
        Ear other = new Ear();
        wires.client(Wires.to(Wires.at(server)), bad, ear);
        wires.client(Wires.to(Wires.at(server)), good, other);
        await().until(() -> hub.open.size() == 2);

        hub.refusal = remote -> remote.id().equals(bad.id()) ? Optional.of("denied") : Optional.empty();
        long startNanos = System.nanoTime();
        server.closeIf(remote -> remote.id().equals(bad.id()), "revoked");

        assertEquals(1, hub.open.size());
        await().until(() -> ear.refused.contains("revoked"));
        // It was the farewell that ended it, and no heartbeat that nobody answered.
        assertTrue(
                System.nanoTime() - startNanos < WireConfig.DEFAULT.heartbeat().toNanos());
        assertEquals(good.id(), hub.only().peer().id());
        assertTrue(other.unreachable.isEmpty());
        assertFalse(ear.sessions.size() > 1);
    }
}
