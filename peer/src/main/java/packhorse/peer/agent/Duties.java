package packhorse.peer.agent;

import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.DirectChannel;
import packhorse.peer.session.SessionEvent;
import packhorse.peer.site.Duty;
import packhorse.peer.site.DutyChange;
import packhorse.peer.site.SitePlace;
import packhorse.peer.site.WanLimits;
import packhorse.peer.swarm.SwarmCommand;
import packhorse.peer.swarm.SwarmCommand.RateLimits;

/**
 * What the trackers want of this agent: its place in its site, its duty in each swarm. A new assignment is compared with what
 * the engine was told before, and only the difference becomes commands.
 *
 * <p>Owns the last assignment, which stays in force while no tracker answers, and what is the trouble with them. Only the
 * owner thread enters.
 */
final class Duties {
    private static final Logger LOG = LoggerFactory.getLogger(Duties.class);

    private final RateLimits own;
    private final Packs packs;
    private final Engine engine;
    private final DirectChannel channel;
    private SitePlace place = SitePlace.UNKNOWN;
    private String trouble = "no tracker has answered yet";

    /** @param own the limits this machine was configured with; a tracker can only narrow them */
    Duties(RateLimits own, Packs packs, Engine engine, DirectChannel channel) {
        this.own = own;
        this.packs = packs;
        this.engine = engine;
        this.channel = channel;
    }

    /** The last assignment. */
    SitePlace place() {
        return place;
    }

    /** Why no tracker is heard, empty when one is. */
    String trouble() {
        return trouble;
    }

    void take(SessionEvent event) {
        switch (event) {
            case SessionEvent.Reached(String tracker) -> {
                trouble = "";
                LOG.info("the tracker {} answers", tracker);
            }
            case SessionEvent.Unreachable(String reason) -> {
                trouble = reason;
                LOG.warn("{}; the last assignment stays in force", reason);
            }
            case SessionEvent.Refused(String reason) -> {
                trouble = reason;
                LOG.error("the tracker refuses this agent: {}", reason);
            }
            case SessionEvent.Assigned(SitePlace now) -> assigned(now);
            case SessionEvent.Desired desired ->
                LOG.debug("desired state {}", desired.update().getRevision());
            case SessionEvent.Stored stored -> LOG.debug("reports are stored up to {}", stored.sequence());
            case SessionEvent.InventoryWanted wanted -> LOG.debug("inventory is known up to {}", wanted.have());
            case SessionEvent.Denials denials ->
                LOG.debug("{} endpoints are denied", denials.denied().size());
            case SessionEvent.Entitled entitled ->
                LOG.debug("entitlements {}", entitled.answer().getNumber());
            case SessionEvent.Lease lease ->
                LOG.debug("lease for {}", lease.answer().getAction());
        }
    }

    private void assigned(SitePlace now) {
        place = now;
        engine.localPrefixes(now.local());
        WanLimits wan = WanLimits.inForce(new WanLimits(own.wanDown(), own.wanUp()), now);
        engine.limits(new RateLimits(wan.down(), wan.up(), own.eachPackDown(), own.eachPackUp()));
        for (PackState state : packs.all()) {
            if (state.inSwarm) {
                tell(state);
            }
        }
    }

    /** Tells the engine what is new in the duty in a swarm, if there is one. */
    void tell(PackState state) {
        Duty duty = place.duties().get(state.id());
        if (duty != null) {
            tell(state, duty);
        }
    }

    /** Tells the engine the whole duty in a swarm, if there is one, as if it had never heard it. */
    void tellAgain(PackState state) {
        Duty duty = place.duties().get(state.id());
        if (duty != null) {
            state.told = Optional.empty();
            tell(state, duty);
        }
    }

    private void tell(PackState state, Duty duty) {
        for (DutyChange change : DutyChange.between(state.told, duty)) {
            switch (change) {
                case DutyChange.Peers(Set<PeerAddress> connect, Set<PeerAddress> allow) ->
                    engine.tell(new SwarmCommand.Peers(
                            state.id(),
                            connect.stream().map(channel::localName).sorted().toList(),
                            allow.stream()
                                    .map(channel::localName)
                                    .map(PeerAddress::ip)
                                    .distinct()
                                    .sorted()
                                    .toList()));
                case DutyChange.Share(int index, int count) ->
                    engine.tell(new SwarmCommand.Shares(state.id(), index, count));
                case DutyChange.Forgive() -> engine.tell(new SwarmCommand.Forgive(state.id()));
                case DutyChange.Rescued() -> {
                    state.rescues++;
                    LOG.warn("{}: stood still and was handed a source outside its site", state.manifest.id());
                }
            }
        }
        state.told = Optional.of(duty);
    }
}
