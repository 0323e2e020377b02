package packhorse.peer.channel;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
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
}
