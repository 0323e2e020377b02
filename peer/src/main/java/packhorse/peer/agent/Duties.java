package packhorse.peer.agent;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.channel.ChannelRates;
import packhorse.peer.channel.LocalPeers;
import packhorse.peer.channel.PeerChannel;
import packhorse.peer.channel.RemotePeer;
import packhorse.peer.channel.SwarmAdmission;
import packhorse.peer.site.Duty;
import packhorse.peer.site.DutyChange;
import packhorse.peer.site.Neighbour;
import packhorse.peer.site.SitePlace;
import packhorse.peer.site.WanLimits;
import packhorse.peer.swarm.SwarmCommand;
import packhorse.peer.swarm.SwarmCommand.RateLimits;

/**
 * What the trackers want of this agent: its place in its site, its duty in each swarm. A new assignment is compared with what
 * channel and engine were told before, and only the difference becomes commands. The channel is told who may be met and how
 * urgent it is; the engine is told the same peers by the names the channel gives them.
 *
 * <p>Owns the last assignment, which stays in force while no tracker answers, and what is the trouble with them. Only the
 * owner thread enters.
 */
final class Duties {
    private static final Logger LOG = LoggerFactory.getLogger(Duties.class);

    private final RateLimits own;
    private final Packs packs;
    private final Engine engine;
    private final PeerChannel channel;
    private final Sources sources;
    private SitePlace place = SitePlace.UNKNOWN;
    private String tracker = "";
    private Optional<PeerAddress> seenAs = Optional.empty();
    private String trouble = "no tracker has answered yet";

    /** @param own the limits this machine was configured with; a tracker can only narrow them */
    Duties(RateLimits own, Packs packs, Engine engine, PeerChannel channel, Sources sources) {
        this.own = own;
        this.packs = packs;
        this.engine = engine;
        this.channel = channel;
        this.sources = sources;
        channel.rates(new ChannelRates(own.wanDown(), own.wanUp()));
    }

    /** The last assignment. */
    SitePlace place() {
        return place;
    }

    /** Why no tracker is heard, empty when one is. */
    String trouble() {
        return trouble;
    }

    /** The tracker that answered last, empty before the first. */
    String tracker() {
        return tracker;
    }

    void reached(String name) {
        tracker = name;
        trouble = "";
        LOG.info("the tracker {} answers", name);
    }

    /** Where the tracker sees this machine come from. */
    void seenAs(Optional<PeerAddress> address) {
        seenAs = address;
    }

    Optional<PeerAddress> seenAs() {
        return seenAs;
    }

    void unreachable(String reason) {
        trouble = reason;
        LOG.warn("{}; the last assignment stays in force", reason);
    }

    void refused(String reason) {
        trouble = reason;
        LOG.error("the tracker refuses this agent: {}", reason);
    }

    /** Takes a new assignment. */
    void assigned(SitePlace now) {
        if (!now.site().equals(place.site())) {
            LOG.info("{}", now.site().isEmpty() ? "this machine is in no known site" : "in site " + now.site());
        }
        place = now;
        WanLimits wan = WanLimits.inForce(new WanLimits(own.wanDown(), own.wanUp()), now);
        channel.rates(new ChannelRates(wan.down(), wan.up()));
        for (PackState state : packs.all()) {
            if (state.inSwarm) {
                tell(state);
            }
        }
    }

    /** Packs that a tracker wants this agent to carry for its site and that it neither holds nor fetches. */
    List<Sha256> summons() {
        return place.duties().entrySet().stream()
                .filter(duty -> duty.getValue().role() == Duty.SiteRole.SITE_PEER
                        && duty.getValue().denied().isEmpty())
                .map(java.util.Map.Entry::getKey)
                .filter(pack -> !packs.contains(pack))
                .sorted()
                .toList();
    }

    /** Tells what is new in the duty in a swarm, if there is one. */
    void tell(PackState state) {
        Duty duty = place.duties().get(state.id());
        if (duty != null) {
            tell(state, duty);
        }
    }

    /** Tells the whole duty in a swarm, if there is one, as if nobody had ever heard it. */
    void tellAgain(PackState state) {
        state.told = Optional.empty();
        tell(state);
    }

    /** Tells the channel of packs that became more or less urgent. */
    void tellPriorities() {
        for (PackState state : packs.all()) {
            if (state.inSwarm && state.told.isPresent() && state.toldPriority != state.priority()) {
                admit(state, state.told.get().neighbours());
            }
        }
    }

    private void tell(PackState state, Duty duty) {
        sources.duty(state, duty, place.site());
        for (DutyChange change : DutyChange.between(state.told, duty)) {
            switch (change) {
                case DutyChange.Peers(Set<Neighbour> neighbours) -> admit(state, neighbours);
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

    private void admit(PackState state, Set<Neighbour> neighbours) {
        List<RemotePeer> connect = new ArrayList<>();
        List<RemotePeer> allow = new ArrayList<>();
        neighbours.stream()
                .sorted(Comparator.comparing(Neighbour::id))
                .forEach(neighbour -> (neighbour.connect() ? connect : allow)
                        .add(new RemotePeer(
                                neighbour.id(), neighbour.addresses(), neighbour.wan(), neighbour.mayBePlain())));
        state.toldPriority = state.priority();
        LocalPeers local = channel.swarm(new SwarmAdmission(
                state.id(),
                state.pack.infoHash(),
                Optional.of(state.pack.infoHashV2()),
                state.toldPriority,
                connect,
                allow));
        engine.tell(new SwarmCommand.Peers(state.id(), local.connect(), local.allow()));
    }

    /** Nobody is met in this swarm any more. */
    void leave(PackState state) {
        state.told = Optional.empty();
        channel.leave(state.id());
    }

    /** Why a tracker does not let this agent have a pack; empty where it may, or nobody said. */
    Optional<String> denied(Sha256 pack) {
        return Optional.ofNullable(place.duties().get(pack)).map(Duty::denied).filter(why -> !why.isEmpty());
    }

    /** Addresses and identities of a swarm's neighbours, as told last. */
    static Set<Neighbour> neighbours(PackState state) {
        return state.told.map(Duty::neighbours).orElseGet(HashSet::new);
    }
}
