package packhorse.peer.agent;

import java.util.Map;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.peer.channel.ChannelCount;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.site.Books;

/**
 * Who brought and took how many bytes, as the channel counted them; every figure that this agent shows or reports is from
 * here. Owns the counts as last read. Only the owner thread enters.
 */
final class Ledger {
    private final PeerChannel channel;
    private Map<Sha256, Map<EndpointId, ChannelCount>> counts = Map.of();

    Ledger(PeerChannel channel) {
        this.channel = channel;
    }

    /** Reads the counts again; true when something moved. */
    boolean read() {
        Map<Sha256, Map<EndpointId, ChannelCount>> now = channel.counts();
        boolean moved = !now.equals(counts);
        counts = now;
        return moved;
    }

    /** With whom bytes of a pack were exchanged since the agent started. */
    Map<EndpointId, ChannelCount> of(Sha256 pack) {
        return counts.getOrDefault(pack, Map.of());
    }

    /** A pack's bytes by link since the agent started. */
    Books books(Sha256 pack) {
        return of(pack).values().stream()
                .map(count -> new Books(count.wanIn(), count.wanOut(), count.lanIn(), count.lanOut()))
                .reduce(Books.ZERO, Books::plus);
    }
}
