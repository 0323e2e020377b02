package packhorse.tracker.announce;

import packhorse.core.content.InfoHash;
import packhorse.core.topology.PeerAddress;

/**
 * An announce (BEP 3, BEP 15): what a client says of itself and asks.
 *
 * @param infoHash which swarm
 * @param client where it listens: the address it called from, and the port it named. Addresses that it names are not believed
 * @param left bytes it lacks
 * @param event what happened
 * @param wanted how many peers it wants, already bounded by the protocol's answer
 */
public record Question(InfoHash infoHash, PeerAddress client, long left, Event event, int wanted) {
    /** Why a client announces. */
    public enum Event {
        NONE,
        COMPLETED,
        STARTED,
        STOPPED
    }

    /** Peers for a client that does not say how many it wants. */
    public static final int WANTED_DEFAULT = 50;

    /** The most peers in one answer: with IPv4 a datagram of 1,220 bytes, which every network carries whole. */
    public static final int WANTED_MAX = 200;

    /** The same with IPv6, whose addresses are three times as long. */
    public static final int WANTED_V6_MAX = 66;

    public Question {
        if (wanted < 0 || wanted > WANTED_MAX) {
            throw new IllegalArgumentException("0 to " + WANTED_MAX + " peers can be wanted, not " + wanted);
        }
    }

    /** What {@code asked} comes to: the default below 0, and never more than {@code max}. */
    public static int bounded(long asked, int max) {
        return asked < 0 ? Math.min(WANTED_DEFAULT, max) : (int) Math.min(asked, max);
    }
}
