package packhorse.peer.channel;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSession;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.identity.TlsProfile;
import packhorse.peer.channel.ChannelRefusal.Reason;

/** How two agents prove to each other who they are: mutual TLS with this machine's identity. */
final class Introduction {
    private final SSLContext tls;
    private final InstantSource clock;
    private final Buffers buffers;
    private final Executor errands =
            task -> Thread.ofVirtual().name("channel-errand").start(task);

    Introduction(MachineIdentity identity, InstantSource clock, Buffers buffers) {
        this.tls = identity.context();
        this.clock = clock;
        this.buffers = buffers;
    }

    /** What every socket of a channel is set to. */
    static void tune(SocketChannel socket) throws IOException {
        // Requests and choke messages are small and wanted now; batches leave in one piece anyway.
        socket.setOption(StandardSocketOptions.TCP_NODELAY, true);
        // Finds out about a peer whose machine lost power while nobody has anything to say.
        socket.setOption(StandardSocketOptions.SO_KEEPALIVE, true);
    }

    TlsLine line(SocketChannel socket, boolean client) {
        // Without a name for the other end nothing is resumed: connections are few, and each shows the newest
        // certificate.
        SSLEngine engine = tls.createSSLEngine();
        engine.setUseClientMode(client);
        engine.setSSLParameters(client ? TlsProfile.client() : TlsProfile.server(TlsProfile.ClientCertificate.NEEDED));
        return new TlsLine(socket, engine, buffers, errands);
    }

    /** Shakes hands and says who is there: a machine of this deployment that carries content, and whose certificate counts now. */
    RemoteIdentity identify(TlsLine line, String where) throws IOException {
        SSLSession session;
        try {
            session = line.handshake();
        } catch (SSLException e) {
            throw new RefusedException(
                    Reason.FOREIGN,
                    "no TLS with " + where + ": " + e.getMessage() + "; has it joined this deployment, and is its clock"
                            + " right?");
        }
        RemoteIdentity who = RemoteIdentity.of(session);
        if (!who.current(clock.instant())) {
            throw new RefusedException(Reason.FOREIGN, "the certificate of " + who + " at " + where + " is over");
        }
        return who;
    }

    static void carriesContent(RemoteIdentity who, String where) throws RefusedException {
        if (who.role() != DeploymentRole.AGENT && who.role() != DeploymentRole.ORIGIN) {
            throw new RefusedException(
                    Reason.WRONG_IDENTITY, who + " at " + where + " carries no content: only agents and origins do");
        }
    }
}
