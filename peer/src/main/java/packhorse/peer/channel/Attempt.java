package packhorse.peer.channel;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/**
 * A connection on its way to become a {@link Relay}: the sockets it holds, until when it may take, and what it has come to so far, for
 * the refusal to say. Its own thread waits in blocking calls; the doors' thread closes the sockets under it when the time is over
 * or the peer is denied.
 */
final class Attempt {
    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);

    private final Optional<InetAddress> stranger;
    private final long deadlineNanos;
    private final Set<SocketChannel> sockets = ConcurrentHashMap.newKeySet();
    private volatile Optional<EndpointId> peer = Optional.empty();
    private volatile Optional<Sha256> pack = Optional.empty();
    private volatile String where = "";
    private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();
    private volatile boolean late;
    private volatile boolean crossed;

    /** @param stranger where a connection came from that has not said who it is; empty for our own */
    Attempt(Optional<InetAddress> stranger, long deadlineNanos) {
        this.stranger = stranger;
        this.deadlineNanos = deadlineNanos;
    }

    Optional<InetAddress> stranger() {
        return stranger;
    }

    SocketChannel hold(SocketChannel socket) {
        sockets.add(socket);
        if (late) {
            close(socket);
        }
        return socket;
    }

    void drop(SocketChannel socket) {
        sockets.remove(socket);
        close(socket);
    }

    void peer(EndpointId id) {
        peer = Optional.of(id);
    }

    Optional<EndpointId> peer() {
        return peer;
    }

    void pack(Optional<Sha256> asked) {
        pack = asked;
    }

    Optional<Sha256> pack() {
        return pack;
    }

    void where(String otherEnd) {
        where = otherEnd;
    }

    String where() {
        return where;
    }

    /** The time is over. */
    boolean late() {
        return late;
    }

    /** Completed once it is known whether a connection comes of this. */
    CompletableFuture<Boolean> outcome() {
        return outcome;
    }

    /** The other end connects to us at the same moment, and its connection is the one that stays. */
    void giveWay() {
        crossed = true;
        cut();
    }

    boolean crossed() {
        return crossed;
    }

    void look(long nowNanos) {
        if (nowNanos - deadlineNanos >= 0) {
            cut();
        }
    }

    void cut() {
        late = true;
        closeAll();
    }

    void closeAll() {
        sockets.forEach(Attempt::close);
    }

    static void close(SocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.trace("closing {}", socket, e);
        }
    }
}
