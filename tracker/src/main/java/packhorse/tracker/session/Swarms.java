package packhorse.tracker.session;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.Site;
import packhorse.tracker.selection.Orders;
import packhorse.tracker.selection.Place;
import packhorse.tracker.selection.Role;
import packhorse.tracker.selection.Rules;
import packhorse.tracker.selection.Selection;
import packhorse.tracker.selection.SwarmDecision;
import packhorse.tracker.selection.SwarmDecision.SiteState;
import packhorse.tracker.selection.SwarmMemory;
import packhorse.tracker.selection.Whereabouts;
import packhorse.tracker.swarm.Directory;
import packhorse.tracker.swarm.Member;
import packhorse.tracker.swarm.Report;

/**
 * What was decided in each swarm, and the hand-outs that come of it.
 *
 * <p><b>Problem.</b> Selection decides one swarm from its members. An agent is in many, is told all its orders in one level, and is to hear
 * of what it has to stop as well: that it is in no swarm any more, may not have the content, or need not come to its site's help.
 *
 * <p><b>Bookkeeping.</b> Of each swarm the last decision, what selection wants to remember, and who was turned away; of each agent a {@link Handout}
 * and which swarms it was summoned to without being in them. A decision is held against the one before it: whoever had orders
 * and has none is dismissed. Cost: O(members) a swarm beside selection, and O(summoned agents), which are site peers.
 *
 * <p>It is told what the agents reported by the {@link Directory}, and says whose orders are different; when they are told is not its
 * concern. Only the sessions' thread calls it.
 */
final class Swarms {
    private static final Logger LOG = LoggerFactory.getLogger(Swarms.class);

    private static final String NOT_ENTITLED =
            "this endpoint neither should have it (no desired state names it) nor may have it (no entitlement does)";

    private static final Orders SUMMONS =
            new Orders(Role.SITE_PEER, List.of(), Map.of(), Orders.Share.ALL, false, 0, "");

    private final Directory directory;
    private final Governance governance;
    private final Rules rules;
    private final Map<EndpointId, Handout> handouts = new HashMap<>();
    private final Map<Sha256, SwarmMemory> memories = new HashMap<>();
    private final Map<Sha256, SwarmDecision> decisions = new HashMap<>();
    private final Map<Sha256, Set<EndpointId>> notEntitled = new HashMap<>();
    private final Map<EndpointId, Set<Sha256>> summonses = new HashMap<>();
    private final Map<String, Long> rescues = new TreeMap<>();
    private final Set<EndpointId> changed = new HashSet<>();
    private long decided;

    Swarms(Directory directory, Governance governance, Rules rules) {
        this.directory = directory;
        this.governance = governance;
        this.rules = rules;
    }

    /** The agent's hand-out, an empty one where it has none. */
    Handout handout(EndpointId agent) {
        return handouts.computeIfAbsent(agent, id -> new Handout());
    }

    /** What the agent confirms to have been told; returns the swarms that are to be decided anew for it. */
    Set<Sha256> confirm(EndpointId agent, long revision) {
        Handout handout = handouts.get(agent);
        return handout == null ? Set.of() : handout.confirm(revision);
    }

    /** The agent is gone, and is told everything when it comes back. */
    void forget(EndpointId agent) {
        handouts.remove(agent);
    }

    /** Forgets everybody whom the directory does not know any more. */
    void forgetTheGone() {
        handouts.keySet().removeIf(agent -> directory.lastReport(agent).isEmpty());
    }

    /** The last decision of each swarm. */
    Map<Sha256, SwarmDecision> decisions() {
        return Collections.unmodifiableMap(decisions);
    }

    /** How often a site was given a source outside, by site. */
    Map<String, Long> rescues() {
        return Collections.unmodifiableMap(rescues);
    }

    /** How many decisions there were. */
    long decided() {
        return decided;
    }

    /**
     * Decides these swarms anew.
     *
     * @return agents whose orders came out differently
     */
    Set<EndpointId> decide(Set<Sha256> packs, Whereabouts whereabouts, Instant now) {
        Map<IpAddress, List<EndpointId>> alive = new HashMap<>();
        for (Report report : directory.reports()) {
            alive.computeIfAbsent(report.address(), ip -> new ArrayList<>(1)).add(report.agent());
        }
        for (Sha256 pack : packs) {
            List<Member> members = new ArrayList<>();
            Set<EndpointId> outsiders = new HashSet<>();
            for (Member member : directory.members(pack)) {
                if (isUndecided(member)) {
                    continue;
                }
                if (mayHave(member, pack, whereabouts.of(member.address()))) {
                    members.add(member);
                } else {
                    outsiders.add(member.id());
                }
            }
            SwarmDecision decision = Selection.decide(
                    pack,
                    members,
                    whereabouts,
                    alive::containsKey,
                    (host, caller) -> handout(host.id()).expects(pack, caller),
                    rules,
                    memories.getOrDefault(pack, SwarmMemory.EMPTY),
                    now);
            decided++;
            SwarmDecision last = members.isEmpty() ? decisions.remove(pack) : decisions.put(pack, decision);
            memories.remove(pack);
            if (!members.isEmpty()) {
                memories.put(pack, decision.memory());
            }
            decision.orders().forEach((agent, orders) -> order(agent, pack, orders));
            if (last != null) {
                last.orders().keySet().stream()
                        .filter(agent -> !decision.orders().containsKey(agent) && !outsiders.contains(agent))
                        .forEach(agent -> dismiss(agent, pack));
            }
            turnAway(pack, outsiders, decision);
            summon(pack, decision, alive);
            count(pack, last, decision);
        }
        Set<EndpointId> different = Set.copyOf(changed);
        changed.clear();
        return different;
    }

    /** Whether nobody has said yet what it may have; it is neither let in nor turned away. */
    private boolean isUndecided(Member member) {
        Vouch vouch = handout(member.id()).vouch();
        return (vouch == null || vouch.role() == DeploymentRole.AGENT) && !governance.knows(member.id());
    }

    private boolean mayHave(Member member, Sha256 pack, Place place) {
        Vouch vouch = handout(member.id()).vouch();
        if (vouch != null && vouch.role() == DeploymentRole.ORIGIN) {
            return true;
        }
        Optional<String> rights = vouch == null ? Optional.empty() : vouch.rights(place);
        return switch (place) {
            // Only an origin's certificate is let be there.
            case Place.AtOrigin() -> true;
            case Place.Roaming() -> governance.mayHave(member.id(), rights, pack);
            case Place.InSite(Site site) ->
                governance.mayHave(member.id(), rights, pack)
                        || (site.sitePeers().contains(member.address()) && governance.siteMayHave(site.name(), pack));
        };
    }

    private void turnAway(Sha256 pack, Set<EndpointId> outsiders, SwarmDecision decision) {
        Orders away = Orders.denied(NOT_ENTITLED);
        outsiders.forEach(agent -> order(agent, pack, away));
        Set<EndpointId> before = outsiders.isEmpty() ? notEntitled.remove(pack) : notEntitled.put(pack, outsiders);
        if (before != null) {
            before.stream()
                    .filter(agent ->
                            !outsiders.contains(agent) && !decision.orders().containsKey(agent))
                    .forEach(agent -> dismiss(agent, pack));
        }
    }

    private void order(EndpointId agent, Sha256 pack, Orders orders) {
        if (handout(agent).order(pack, orders)) {
            changed.add(agent);
        }
    }

    private void dismiss(EndpointId agent, Sha256 pack) {
        Handout handout = handouts.get(agent);
        if (handout != null && handout.dismiss(pack)) {
            changed.add(agent);
        }
    }

    /** Tells site peers of swarms that their site fetches and that they are not in: orders without peers, for them to join. */
    private void summon(Sha256 pack, SwarmDecision decision, Map<IpAddress, List<EndpointId>> alive) {
        Set<EndpointId> summoned = new HashSet<>();
        for (SiteState site : decision.sites()) {
            for (IpAddress address : site.summoned()) {
                for (EndpointId agent : alive.getOrDefault(address, List.of())) {
                    if (!decision.orders().containsKey(agent)) {
                        summoned.add(agent);
                        summonses.computeIfAbsent(agent, a -> new HashSet<>()).add(pack);
                        order(agent, pack, SUMMONS);
                    }
                }
            }
        }
        summonses.entrySet().removeIf(entry -> {
            if (!summoned.contains(entry.getKey()) && entry.getValue().remove(pack)) {
                if (!decision.orders().containsKey(entry.getKey())) {
                    dismiss(entry.getKey(), pack);
                }
            }
            return entry.getValue().isEmpty();
        });
    }

    private void count(Sha256 pack, @Nullable SwarmDecision last, SwarmDecision decision) {
        Map<String, SiteState> before = new HashMap<>();
        if (last != null) {
            last.sites().forEach(site -> before.put(site.site(), site));
        }
        for (SiteState site : decision.sites()) {
            SiteState was = before.get(site.site());
            if (was == null ? !site.pullers().isEmpty() : !was.pullers().equals(site.pullers())) {
                LOG.info("swarm {}: site {} is pulled for by {}", pack, site.site(), site.pullers());
            }
            if (!site.newlyRescued().isEmpty()) {
                rescues.merge(site.site(), (long) site.newlyRescued().size(), Long::sum);
                LOG.warn(
                        "swarm {}: site {} stands still; {} is handed a source outside",
                        pack,
                        site.site(),
                        site.newlyRescued());
            }
        }
    }
}
