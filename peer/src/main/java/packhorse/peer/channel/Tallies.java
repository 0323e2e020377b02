package packhorse.peer.channel;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;

/** What was carried with whom, for as long as the process lives. */
final class Tallies {
    /** Pairs of swarm and peer remembered; whichever was not connected for longest is forgotten first. */
    static final int REMEMBERED_MAX = 1 << 16;

    private record Pair(Sha256 pack, EndpointId peer) {}

    /** One pair's bytes; connections hold on to it and count into it. */
    static final class Tally {
        private final Link wan = new Link();
        private final Link lan = new Link();
        private volatile Optional<PeerAddress> at = Optional.empty();

        Link link(boolean overWan, PeerAddress where) {
            at = Optional.of(where);
            return overWan ? wan : lan;
        }

        ChannelCount count() {
            return new ChannelCount(wan.in.get(), wan.out.get(), lan.in.get(), lan.out.get(), at);
        }
    }

    /** Bytes in both directions. */
    static final class Link {
        final AtomicLong in = new AtomicLong();
        final AtomicLong out = new AtomicLong();
    }

    private final Map<Pair, Tally> tallies = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Pair, Tally> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    synchronized Tally of(Sha256 pack, EndpointId peer) {
        return tallies.computeIfAbsent(new Pair(pack, peer), pair -> new Tally());
    }

    synchronized Map<Sha256, Map<EndpointId, ChannelCount>> counts() {
        Map<Sha256, Map<EndpointId, ChannelCount>> counts = new HashMap<>();
        tallies.forEach((pair, tally) ->
                counts.computeIfAbsent(pair.pack(), pack -> new HashMap<>()).put(pair.peer(), tally.count()));
        return counts;
    }
}
