package packhorse.peer.agent;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.PeerChannel;

/**
 * Where other agents reach this one. A channel that listens on every address is reached at those the machine has now, and a
 * machine that is carried to another office has others there, so they are looked up again every so often; the trackers hear of
 * a change at once, and which site it is in is theirs to say.
 *
 * <p>Owns the addresses as last seen. Only the owner thread enters.
 */
final class Reach {
    /** A machine that moved is told of within this time; listing the interfaces takes less than a millisecond. */
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    private final PeerChannel channel;
    private final CompletableFuture<List<PeerAddress>> listening;
    private List<PeerAddress> addresses = List.of();
    private long nextNanos;
    private boolean engineListens;

    /** @param listening completed with the first addresses under which content can be had */
    Reach(PeerChannel channel, CompletableFuture<List<PeerAddress>> listening, long nowNanos) {
        this.channel = channel;
        this.listening = listening;
        this.nextNanos = nowNanos;
    }

    /** The engine listens behind the channel. */
    void engineListens(PeerAddress loopback, long nowNanos) {
        channel.engineAt(loopback);
        engineListens = true;
        nextNanos = nowNanos;
        var unused = look(nowNanos);
    }

    /** Looks whether the addresses are others now. */
    boolean look(long nowNanos) {
        if (nowNanos - nextNanos < 0) {
            return false;
        }
        nextNanos = nowNanos + LOOK_AGAIN.toNanos();
        List<PeerAddress> now = channel.listening().stream()
                .flatMap(address -> OwnAddresses.of(address).stream())
                .distinct()
                .toList();
        if (engineListens && !now.isEmpty()) {
            listening.complete(now);
        }
        boolean changed = !now.equals(addresses);
        addresses = now;
        return changed;
    }

    /** Where others reach this agent, in order of preference; empty until the engine has listened once. */
    List<PeerAddress> addresses() {
        return engineListens ? addresses : List.of();
    }
}
