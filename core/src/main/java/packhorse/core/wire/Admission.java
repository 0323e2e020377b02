package packhorse.core.wire;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Counts a server's connections, whole and half-open, in total and by address, and says when there are enough. */
final class Admission {
    private static final int IPV4_BYTES = 4;
    private static final int IPV6_PREFIX_BYTES = 8;

    private final WireConfig config;
    private final Map<ByteBuffer, Count> byAddress = new HashMap<>();
    private int connections;
    private int handshakes;

    private static final class Count {
        int connections;
        int handshakes;
    }

    Admission(WireConfig config) {
        this.config = config;
    }

    /** Takes a connection in, half-open; or says why not, and then it is not counted. */
    synchronized Optional<String> enter(InetAddress from) {
        Count count = byAddress.getOrDefault(key(from), new Count());
        if (connections >= config.connectionsMax()) {
            return Optional.of("there are " + connections + " connections already");
        }
        if (count.connections >= config.connectionsPerAddressMax()) {
            return Optional.of("there are " + count.connections + " connections from that address already");
        }
        if (handshakes >= config.handshakesMax()) {
            return Optional.of("there are " + handshakes + " handshakes under way already");
        }
        if (count.handshakes >= config.handshakesPerAddressMax()) {
            return Optional.of("there are " + count.handshakes + " handshakes under way from that address already");
        }
        byAddress.put(key(from), count);
        connections++;
        handshakes++;
        count.connections++;
        count.handshakes++;
        return Optional.empty();
    }

    /** Its handshake is over, well or not. */
    synchronized void greeted(InetAddress from) {
        Count count = byAddress.get(key(from));
        if (count != null) {
            handshakes--;
            count.handshakes--;
        }
    }

    /** It is closed. */
    synchronized void leave(InetAddress from) {
        Count count = byAddress.get(key(from));
        if (count != null) {
            connections--;
            count.connections--;
            if (count.connections == 0) {
                byAddress.remove(key(from));
            }
        }
    }

    synchronized int greeting() {
        return handshakes;
    }

    /** Whoever has an IPv6 address has 2^64 of them: neighbours in one /64 are one address. */
    private static ByteBuffer key(InetAddress from) {
        byte[] bytes = from.getAddress();
        return ByteBuffer.wrap(bytes.length == IPV4_BYTES ? bytes : Arrays.copyOf(bytes, IPV6_PREFIX_BYTES));
    }
}
