package packhorse.peer.channel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.Socket;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelRefusal.Reason;

/** What crosses the wire, and that going on unencrypted skips encryption and nothing else. */
final class PlainModeTest {
    @TempDir
    Path dir;

    private TestDeployment deployment;

    @BeforeEach
    void create() {
        deployment = TestDeployment.create(dir);
    }

    private End agent(String ip) {
        return end(deployment.identity(DeploymentRole.AGENT, "berlin"), ip);
    }

    private static End end(MachineIdentity identity, String ip) {
        return new End(identity, ip, InstantSource.system());
    }

    /** Whether what a carries to b through a tapped wire can be read there. */
    private boolean readable(boolean plainAtA, boolean plainAtB) throws Exception {
        byte[] secret = new byte[2_000];
        new Random(7).nextBytes(secret);
        try (End a = agent("127.30.61.1");
                End b = agent("127.30.61.2");
                Wire wire = new Wire("127.30.61.3", b.at())) {
            b.allows("x", plainAtB ? a.plain() : a.near());
            PeerAddress alias = a.connects("x", new RemotePeer(b.id(), List.of(wire.at()), false, plainAtA))
                    .connect()
                    .getFirst();
            try (Socket out = End.call(alias, "x");
                    Socket in = b.arrival("x")) {
                End.send(out, secret);
                assertArrayEquals(secret, End.receive(in, secret.length));
                End.send(in, secret);
                assertArrayEquals(secret, End.receive(out, secret.length));
                out.shutdownOutput();
                assertTrue(End.ended(in));
            }
            a.awaitConnections(0);
            b.awaitConnections(0);
            End.awaitBooks("x", a, b);
            assertEquals(2_068, b.with("x", a).lanIn());
            assertFalse(wire.saw(a.identity.certificate().getEncoded()), "a certificate in the clear");
            assertEquals(wire.saw(secret), wire.saw(End.handshake("x")));
            return wire.saw(secret);
        }
    }

    @Test
    void bytesGoInTheClearOnlyWhereBothEndsAreToldSo() throws Exception {
        assertTrue(readable(true, true));
        assertFalse(readable(true, false));
        assertFalse(readable(false, true));
        assertFalse(readable(false, false));
    }

    @Test
    void whoDoesNotProveWhoItIsGetsNothingInPlainEither() throws Exception {
        try (End b = agent("127.30.61.4");
                End a = end(deployment.intruder(DeploymentRole.AGENT, "berlin"), "127.30.61.5")) {
            b.allows("x", a.plain());
            PeerAddress alias = a.connects("x", b.plain()).connect().getFirst();
            try (Socket out = End.call(alias, "x")) {
                assertTrue(End.ended(out));
            }
            b.awaitRefusal(Reason.FOREIGN);
            try (Socket bare = new Socket(b.at().ip().toString(), b.at().port())) {
                bare.setSoTimeout(60_000);
                End.send(bare, End.handshake("x"));
                while (!End.ended(bare)) {
                    // An alert, perhaps.
                }
            }
            assertTrue(b.nobodyArrived());
            assertEquals(ChannelCount.ZERO, b.with("x", a));
        }
    }

    @Test
    void nothingLeavesTheSitePlain() {
        try (End a = agent("127.30.61.6")) {
            assertThrows(IllegalArgumentException.class, () -> new RemotePeer(a.id(), List.of(), true, true));
        }
    }
}
