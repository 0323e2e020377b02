package packhorse.dist.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import packhorse.core.OperationException;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Subnet;

/**
 * One demo's part of 127/8: {@code 127.N.0.0/16} for an N that no other demo on this machine holds. {@code 127.N.0.x} is the
 * middle (tracker, origin, publisher); {@code 127.N.s.0/24} is office s, its site peer at {@code .1}, its endpoints from
 * {@code .11} on. Held by a listening socket, which the kernel takes back however the demo ends.
 */
final class LoopbackNet implements AutoCloseable {
    /** Below are addresses people and tests use; above, nothing is lost. */
    private static final int NET_FIRST = 100;

    private static final int NETS = 128;

    /** The socket that says a net is taken; nothing speaks on it. */
    private static final int HOLD_PORT = 7299;

    /** How many ports are tried upward when something on this machine listens on all addresses at the default one. */
    private static final int PORTS_TRIED = 100;

    private final int net;
    private final ServerSocket hold;

    private LoopbackNet(int net, ServerSocket hold) {
        this.net = net;
        this.hold = hold;
    }

    /** Takes a free net; {@code seed} says where to begin, so that demos started together seldom meet. */
    static LoopbackNet take(long seed) {
        for (int i = 0; i < NETS; i++) {
            int net = NET_FIRST + (int) Math.floorMod(seed + i, (long) NETS);
            try {
                return new LoopbackNet(net, listen("127." + net + ".0.254", HOLD_PORT));
            } catch (IOException taken) {
                // The next one then.
            }
        }
        throw new OperationException("no free loopback net from 127." + NET_FIRST + ".0.0/16 on: port " + HOLD_PORT
                + " is taken on all of them; end what listens there or other demos");
    }

    private static ServerSocket listen(String host, int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByName(host), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    String tracker() {
        return "127." + net + ".0.1";
    }

    String origin() {
        return "127." + net + ".0.2";
    }

    String outsider() {
        return "127." + net + ".0.9";
    }

    Subnet site(int site) {
        return Subnet.parse("127." + net + "." + site + ".0/24");
    }

    IpAddress sitePeer(int site) {
        return IpAddress.parse("127." + net + "." + site + ".1");
    }

    IpAddress endpoint(int site, int endpoint) {
        return IpAddress.parse("127." + net + "." + site + "." + (10 + endpoint));
    }

    /** The first free port of {@code host} from {@code first} on, for a role that must be told one. */
    int freePort(String host, int first) {
        for (int port = first; port < first + PORTS_TRIED; port++) {
            try (ServerSocket probe = listen(host, port)) {
                return probe.getLocalPort();
            } catch (IOException taken) {
                // The next one then.
            }
        }
        throw new OperationException("no free port on " + host + " from " + first + " to " + (first + PORTS_TRIED - 1)
                + "; end what listens on all addresses there");
    }

    @Override
    public void close() {
        try {
            hold.close();
        } catch (IOException e) {
            // The kernel takes it back when the process ends.
        }
    }
}
