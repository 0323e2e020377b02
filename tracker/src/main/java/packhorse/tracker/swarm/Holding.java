package packhorse.tracker.swarm;

import java.time.Duration;
import java.util.Optional;
import packhorse.core.topology.PeerAddress;

/**
 * What one agent says of one swarm.
 *
 * @param piecesHave verified pieces
 * @param piecesTotal pieces of the pack, above 0
 * @param wants whether it fetches; one that does not only serves what it has
 * @param traffic payload bytes since the agent started
 * @param stalled time since it last gained a piece; zero when it wants nothing
 * @param openListen where it serves the pack's open sibling to other clients, if it does
 */
public record Holding(
        int piecesHave,
        int piecesTotal,
        boolean wants,
        Traffic traffic,
        Duration stalled,
        Optional<PeerAddress> openListen) {
    /** Payload bytes by kind of link. */
    public record Traffic(long wanIn, long wanOut, long lanIn, long lanOut) {
        public static final Traffic NONE = new Traffic(0, 0, 0, 0);
    }

    public Holding {
        if (piecesTotal < 1 || piecesHave < 0 || piecesHave > piecesTotal) {
            throw new IllegalArgumentException(piecesHave + " of " + piecesTotal + " pieces");
        }
        if (stalled.isNegative()) {
            throw new IllegalArgumentException("stalled for " + stalled);
        }
    }

    public boolean complete() {
        return piecesHave == piecesTotal;
    }

    /** Whether it still fetches. */
    public boolean wanting() {
        return wants && !complete();
    }
}
