package packhorse.tracker.announce;

import java.time.Duration;

/** What a client is told. */
public sealed interface Answer {
    /**
     * Peers.
     *
     * @param interval when to ask again
     * @param complete peers that have everything
     * @param incomplete peers that fetch
     * @param v4 peers with IPv4 addresses
     * @param v6 peers with IPv6 addresses
     */
    record Peers(Duration interval, int complete, int incomplete, CompactPeers v4, CompactPeers v6) implements Answer {}

    /** No: a line for the client's user. */
    record Refused(String reason) implements Answer {}
}
