package packhorse.peer.agent;

import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.message.v1.DesiredStateUpdate;
import packhorse.core.message.v1.EntitlementAnswer;
import packhorse.core.message.v1.LeaseAnswer;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.session.SessionEvent;
import packhorse.peer.site.SitePlace;

/**
 * What the session with a tracker brings, handed to whom it concerns. Owns the number of the deny-list in force; only the owner
 * thread enters.
 */
final class TrackerNews {
    private static final Logger LOG = LoggerFactory.getLogger(TrackerNews.class);

    private final Duties duties;
    private final Reporter reporter;
    private final Swarms swarms;
    private final Summons summons;
    private final Steward steward;
    private final Leases leases;
    private final Outbox outbox;
    private final Entitlements entitlements;
    private final Stock stock;
    private final PeerChannel channel;
    private final BooleanSupplier loaded;
    private final LongSupplier nanoTime;
    /** Of the deny-list in force. */
    private long denialsRevision;

    /** @param loaded whether what is in the store is known */
    TrackerNews(
            Duties duties,
            Reporter reporter,
            Swarms swarms,
            Summons summons,
            Steward steward,
            Leases leases,
            Outbox outbox,
            Entitlements entitlements,
            Stock stock,
            PeerChannel channel,
            BooleanSupplier loaded,
            LongSupplier nanoTime) {
        this.duties = duties;
        this.reporter = reporter;
        this.swarms = swarms;
        this.summons = summons;
        this.steward = steward;
        this.leases = leases;
        this.outbox = outbox;
        this.entitlements = entitlements;
        this.stock = stock;
        this.channel = channel;
        this.loaded = loaded;
        this.nanoTime = nanoTime;
    }

    void take(SessionEvent event) {
        long now = nanoTime.getAsLong();
        switch (event) {
            case SessionEvent.Reached(String tracker) -> {
                duties.reached(tracker);
                reporter.press();
            }
            case SessionEvent.Welcomed(int version, Optional<PeerAddress> seenAs) -> {
                duties.seenAs(seenAs);
                entitlements.connected(version);
                if (version >= Agent.VERSION_OF_STATES) {
                    outbox.connected(now);
                    leases.connected();
                }
            }
            case SessionEvent.Unreachable(String reason) -> {
                duties.unreachable(reason);
                unheard();
            }
            case SessionEvent.Refused(String reason) -> {
                duties.refused(reason);
                unheard();
            }
            case SessionEvent.Assigned(SitePlace place) -> {
                duties.assigned(place);
                swarms.refuseDenied();
                if (loaded.getAsBoolean()) {
                    summons.follow(duties.summons(), now);
                }
            }
            case SessionEvent.Desired(DesiredStateUpdate update) -> steward.take(update);
            case SessionEvent.Stored stored -> outbox.stored(stored, now);
            case SessionEvent.InventoryWanted(long have) -> stock.wanted(have);
            case SessionEvent.Denials(long revision, Set<EndpointId> denied) -> {
                LOG.debug("deny-list {} names {}", revision, denied.size());
                // Another tracker may know less than the one before.
                if (revision >= denialsRevision) {
                    denialsRevision = revision;
                    channel.denied(denied);
                }
            }
            case SessionEvent.Entitled(EntitlementAnswer answer) -> entitlements.take(answer);
            case SessionEvent.Lease(LeaseAnswer answer) -> {
                if (leases.take(answer)) {
                    steward.plan();
                }
            }
        }
    }

    private void unheard() {
        outbox.disconnected();
        entitlements.disconnected();
        leases.disconnected();
    }
}
