package packhorse.peer.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.SocketChannel;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** Addresses as the JDK's sockets have them, and ours. */
final class Sockets {
    private Sockets() {}

    static PeerAddress address(InetSocketAddress at) {
        return new PeerAddress(IpAddress.ofBytes(at.getAddress().getAddress()), at.getPort());
    }

    static InetSocketAddress inet(PeerAddress at) {
        return new InetSocketAddress(inet(at.ip()), at.port());
    }

    static InetAddress inet(IpAddress ip) {
        try {
            return InetAddress.getByAddress(ip.bytes());
        } catch (UnknownHostException e) {
            throw new AssertionError("4 or 16 bytes are an address: " + ip, e);
        }
    }

    static String text(InetSocketAddress at) {
        return at.getAddress() == null
                ? at.getHostString() + ":" + at.getPort()
                : address(at).toString();
    }

    /** Whether closing it resets the connection, so that the other end reads an error and not an end. */
    static void resetOnClose(SocketChannel socket, boolean reset) throws IOException {
        socket.setOption(StandardSocketOptions.SO_LINGER, reset ? 0 : -1);
    }
}
