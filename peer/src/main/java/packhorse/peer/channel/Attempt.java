package packhorse.peer.channel;

import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import packhorse.core.topology.EndpointId;

/**
 * A connection on its way to become a {@link Relay}: the sockets it holds, and until when it may take. Its own thread waits in blocking
 * calls; the doors' thread closes the sockets under it when the time is over or the peer is denied.
 */
final class Attempt {
    /** Where a connection that is not known yet came from; empty for our own. */
    final Optional<InetAddress> stranger;

    private final long deadlineNanos;
    private final Set<SocketChannel> sockets = ConcurrentHashMap.newKeySet();
    private volatile Optional<EndpointId> peer = Optional.empty();
    private volatile boolean late;

    Attempt(Optional<InetAddress> stranger, long deadlineNanos) {
        this.stranger = stranger;
        this.deadlineNanos = deadlineNanos;
    }

    SocketChannel hold(SocketChannel socket) {
        sockets.add(socket);
        if (late) {
            Relay.close(socket);
        }
        return socket;
    }

    void peer(EndpointId id) {
        peer = Optional.of(id);
    }

    Optional<EndpointId> peer() {
        return peer;
    }

    /** The time is over. */
    boolean late() {
        return late;
    }

    void look(long nowNanos) {
        if (nowNanos - deadlineNanos >= 0) {
            cut();
        }
    }

    void cut() {
        late = true;
        sockets.forEach(Relay::close);
    }
}
