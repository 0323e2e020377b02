package packhorse.tracker.udp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.transport.socket.nio.NioDatagramAcceptor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.topology.IpAddress;
import packhorse.tracker.session.OpenSwarmDesk;

/** The UDP tracker on one or several addresses, each with a thread of its own. */
public final class UdpDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(UdpDoor.class);

    /** Longer than the longest question, 74 info-hashes; a longer datagram is cut and then malformed. */
    private static final int PACKET_BYTES_MAX = 2048;

    /** Datagrams that wait in the kernel while a thread is off the processor: some thousands. */
    private static final int SOCKET_BYTES = 4 << 20;

    private final List<NioDatagramAcceptor> acceptors;
    private final List<PacketAnswerer> answerers;

    private UdpDoor(List<NioDatagramAcceptor> acceptors, List<PacketAnswerer> answerers) {
        this.acceptors = acceptors;
        this.answerers = answerers;
    }

    /**
     * Opens the door; throws {@link OperationException} with one line when an address cannot be had.
     *
     * @param secret random bytes under the connection ids, at least 16
     */
    public static UdpDoor open(
            List<InetSocketAddress> addresses, OpenSwarmDesk desk, InstantSource clock, byte[] secret) {
        List<NioDatagramAcceptor> acceptors = new ArrayList<>();
        List<PacketAnswerer> answerers = new ArrayList<>();
        for (InetSocketAddress address : addresses) {
            PacketAnswerer answerer = new PacketAnswerer(desk, new ConnectionIds(secret), clock);
            NioDatagramAcceptor acceptor = new NioDatagramAcceptor();
            acceptor.setSessionRecycler(new LatestSessions());
            acceptor.getSessionConfig().setReadBufferSize(PACKET_BYTES_MAX);
            acceptor.getSessionConfig().setReceiveBufferSize(SOCKET_BYTES);
            acceptor.getSessionConfig().setSendBufferSize(SOCKET_BYTES);
            acceptor.setHandler(new Handler(answerer));
            acceptors.add(acceptor);
            answerers.add(answerer);
            try {
                acceptor.bind(address);
            } catch (IOException e) {
                acceptors.forEach(NioDatagramAcceptor::dispose);
                throw new OperationException(
                        "the tracker cannot listen for UDP on "
                                + address.getAddress().getHostAddress() + " port "
                                + address.getPort() + ": " + reason(e)
                                + "; stop what uses it or change \"udp\" in the tracker's configuration",
                        e);
            }
        }
        return new UdpDoor(acceptors, answerers);
    }

    private static String reason(IOException e) {
        String message = e.getMessage();
        return message == null || message.contains("in use") ? "the port is in use" : message;
    }

    private static final class Handler extends IoHandlerAdapter {
        private final PacketAnswerer answerer;

        Handler(PacketAnswerer answerer) {
            this.answerer = answerer;
        }

        @Override
        public void messageReceived(IoSession session, Object message) {
            if (message instanceof IoBuffer buffer && session.getRemoteAddress() instanceof InetSocketAddress remote) {
                byte[] answer = answerer.answer(
                        buffer.buf(), IpAddress.ofBytes(remote.getAddress().getAddress()));
                if (answer != null) {
                    session.write(IoBuffer.wrap(answer));
                }
            }
        }

        @Override
        public void exceptionCaught(IoSession session, Throwable cause) {
            LOG.debug("a datagram from {} was lost: {}", session.getRemoteAddress(), cause.toString());
        }
    }

    /** The ports in the order of the addresses; useful where 0 was asked for. */
    public List<Integer> ports() {
        return acceptors.stream()
                .map(acceptor -> acceptor.getLocalAddress().getPort())
                .toList();
    }

    public UdpCounts counts() {
        long connects = 0;
        long announces = 0;
        long scrapes = 0;
        long errors = 0;
        long malformed = 0;
        for (PacketAnswerer answerer : answerers) {
            UdpCounts counts = answerer.counts();
            connects += counts.connects();
            announces += counts.announces();
            scrapes += counts.scrapes();
            errors += counts.errors();
            malformed += counts.malformed();
        }
        return new UdpCounts(connects, announces, scrapes, errors, malformed);
    }

    /** Sessions that MINA holds now, for the test that they do not grow. */
    int sessionCount() {
        return acceptors.stream()
                .mapToInt(NioDatagramAcceptor::getManagedSessionCount)
                .sum();
    }

    @Override
    public void close() {
        acceptors.forEach(NioDatagramAcceptor::dispose);
    }
}
