package packhorse.peer.channel;

import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.peer.channel.ChannelRefusal.Reason;

/** Remembers why connections came to nothing, and says it in the log: the first time, and then at most once a minute for each. */
final class Refusals {
    private static final Logger LOG = LoggerFactory.getLogger(Refusals.class);

    /** Kinds remembered: a person reads them; whichever did not happen for longest is forgotten first. */
    static final int REMEMBERED_MAX = 256;

    private static final long SAY_AGAIN_SECONDS = 60;

    private record Kind(Reason reason, Optional<EndpointId> peer, Optional<Sha256> pack, String host) {}

    private static final class Said {
        final ChannelRefusal last;
        final Instant said;

        Said(ChannelRefusal last, Instant said) {
            this.last = last;
            this.said = said;
        }
    }

    private final InstantSource clock;
    private final Map<Kind, Said> entries = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Kind, Said> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    Refusals(InstantSource clock) {
        this.clock = clock;
    }

    /** @param where address and port of the other end; a peer unknown by name is told apart by its address alone */
    synchronized void add(Reason reason, Optional<EndpointId> peer, Optional<Sha256> pack, String where, String line) {
        Kind kind = new Kind(reason, peer, pack, peer.isPresent() ? "" : host(where));
        Said before = entries.get(kind);
        Instant now = clock.instant();
        long times = before == null ? 1 : before.last.times() + 1;
        boolean say = before == null || !now.isBefore(before.said.plusSeconds(SAY_AGAIN_SECONDS));
        if (say) {
            LOG.warn("{} ({}{})", line, reason, times > 1 ? ", " + times + " times so far" : "");
        }
        entries.put(
                kind,
                new Said(
                        new ChannelRefusal(reason, peer, pack, where, line, times, now),
                        before == null || say ? now : before.said));
    }

    private static String host(String where) {
        int colon = where.lastIndexOf(':');
        return colon < 0 ? where : where.substring(0, colon);
    }

    synchronized List<ChannelRefusal> list() {
        return entries.values().stream().map(entry -> entry.last).toList();
    }
}
