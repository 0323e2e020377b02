package packhorse.dist.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.List;
import packhorse.core.OperationException;
import packhorse.core.topology.IpAddress;

/**
 * One demo's part of 127/8: {@code 127.N.0.0/16} for an N that no other demo on this machine holds. Held by a listening socket,
 * which the kernel takes back however the demo ends.
 */
final class LoopbackNet implements Surroundings {
    /** Below are addresses that people and tests use, and those by which agents name each other to libtorrent. */
    private static final int NET_FIRST = 128;

    private static final int NETS = 100;

    /** The socket that says a net is taken; nothing speaks on it. */
    private static final int HOLD_PORT = 7299;

    /** How many ports are tried upward when something on this machine listens on all addresses at the default one. */
    private static final int PORTS_TRIED = 100;

    private final AddressPlan addresses;
    private final ServerSocket hold;

    private LoopbackNet(AddressPlan addresses, ServerSocket hold) {
        this.addresses = addresses;
        this.hold = hold;
    }

    /** Takes a free net; {@code seed} says where to begin, so that demos started together seldom meet. */
    static LoopbackNet take(long seed) {
        return take(NET_FIRST, NETS, seed);
    }

    static LoopbackNet take(int netFirst, int nets, long seed) {
        for (int i = 0; i < nets; i++) {
            AddressPlan addresses = new AddressPlan("127." + (netFirst + (int) Math.floorMod(seed + i, (long) nets)));
            try {
                return new LoopbackNet(addresses, listen(IpAddress.parse(addresses.prefix() + ".0.254"), HOLD_PORT));
            } catch (IOException taken) {
                // The next one then.
            }
        }
        throw new OperationException("no free loopback net from 127." + netFirst + ".0.0/16 on: port " + HOLD_PORT
                + " is taken on all of them; end what listens there or other demos");
    }

    private static ServerSocket listen(IpAddress host, int port) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.bind(new InetSocketAddress(InetAddress.getByAddress(host.bytes()), port));
            return socket;
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    @Override
    public AddressPlan addresses() {
        return addresses;
    }

    @Override
    public List<String> prefix(int site) {
        return List.of();
    }

    @Override
    public boolean reachable() {
        return true;
    }

    @Override
    public int freePort(IpAddress host, int first) {
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
