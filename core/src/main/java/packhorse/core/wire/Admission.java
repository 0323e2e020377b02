package packhorse.core.wire;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Counts a server's connections, whole and half-open, in total and by address, and says when there are enough. */
final class Admission {
    private final WireConfig config;
    private final Map<InetAddress, Count> byAddress = new HashMap<>();
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
        Count count = byAddress.getOrDefault(from, new Count());
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
        byAddress.put(from, count);
        connections++;
        handshakes++;
        count.connections++;
        count.handshakes++;
        return Optional.empty();
    }

    /** Its handshake is over, well or not. */
    synchronized void greeted(InetAddress from) {
        Count count = byAddress.get(from);
        if (count != null) {
            handshakes--;
            count.handshakes--;
        }
    }

    /** It is closed. */
    synchronized void leave(InetAddress from) {
        Count count = byAddress.get(from);
        if (count != null) {
            connections--;
            count.connections--;
            if (count.connections == 0) {
                byAddress.remove(from);
            }
        }
    }

    synchronized int greeting() {
        return handshakes;
    }
}
