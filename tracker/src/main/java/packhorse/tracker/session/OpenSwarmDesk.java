package packhorse.tracker.session;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Sha256;
import packhorse.core.topology.PeerAddress;
import packhorse.tracker.announce.Answer;
import packhorse.tracker.announce.OpenTable;
import packhorse.tracker.announce.Question;
import packhorse.tracker.announce.SwarmCounts;

/** The owner of the open swarms: one caller at a time, for a few microseconds each. */
public final class OpenSwarmDesk implements OpenListeners {
    /** A walk over all clients once in a while; they may be this much older than the table says. */
    private static final Duration EXPIRE_EACH = Duration.ofMinutes(1);

    private final InstantSource clock;
    private final RandomGenerator random;
    // Guarded by this.
    private final OpenTable table = new OpenTable();
    // Guarded by this.
    private Instant nextExpiry;
    // Guarded by this.
    private long announces;

    public OpenSwarmDesk(InstantSource clock, RandomGenerator random) {
        this.clock = clock;
        this.random = random;
        this.nextExpiry = clock.instant().plus(EXPIRE_EACH);
    }

    public synchronized Answer announce(Question question) {
        Instant now = clock.instant();
        if (now.isAfter(nextExpiry)) {
            nextExpiry = now.plus(EXPIRE_EACH);
            table.expire(now);
        }
        announces++;
        return table.announce(question, now, random);
    }

    public synchronized Optional<SwarmCounts> scrape(InfoHash infoHash) {
        return table.scrape(infoHash);
    }

    /** Replaces which swarms are known. */
    public synchronized void know(Map<InfoHash, Sha256> open) {
        table.know(open);
    }

    @Override
    public synchronized void changed(Map<Sha256, List<PeerAddress>> serving, Set<PeerAddress> agents) {
        table.serve(serving, agents);
    }

    public synchronized int clientCount() {
        return table.clientCount();
    }

    public synchronized int swarmCount() {
        return table.swarmCount();
    }

    /** Announces answered since the start, refused ones included. */
    public synchronized long announceCount() {
        return announces;
    }
}
