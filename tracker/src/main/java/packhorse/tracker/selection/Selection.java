package packhorse.tracker.selection;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.core.topology.Site;
import packhorse.tracker.selection.SwarmDecision.SiteState;
import packhorse.tracker.swarm.Member;

/**
 * Decides for one swarm who connects to whom, so that a site's WAN link carries one copy.
 *
 * <p><b>Problem.</b> BitTorrent clients that know everybody fetch a site's copy 1.7 to 1.9 times over its WAN link, and no setting
 * of the client mends that; a site whose ordinary members know only each other fetches it once, and sooner [1]. But a rule that keeps
 * agents apart can also starve them, and everything a tracker believes is some seconds old.
 *
 * <p><b>The rule.</b> Every member is at an origin, in a site, or in no site (roaming).
 * <ol>
 *   <li><i>Gates</i> of a site are its site peers that take part; where none does, at most {@code leadsMax} of those that
 *       fetch stand in (<i>leads</i>): those who already do, then most pieces, longest alive, lowest id. A site with a complete member
 *       appoints none. Where a listed site peer is alive but not here yet, the site waits {@code sitePeerPatience} for it.
 *   <li><i>Pullers</i> are the gates that still fetch, while nobody in the site is complete. Several divide the pieces.
 *   <li>Inside a site everybody is linked with everybody, or over {@link Rings} where there are many.
 *   <li>Pullers are linked with origins, and over rings with the site peers of other sites. Where no origin has anything, they get
 *       standbys: other sites' gates, or complete members lent by sites without a site peer. Lenders are leads.
 *   <li>Roaming agents are linked with origins and with each other.
 *   <li><i>Rescue</i>: when everybody in a site who fetches has stood still for {@code stalledMax}, one of them is handed sources outside, and
 *       after each {@code rescueStep} without progress one more: pullers with a share first (they get all pieces), then ordinary agents,
 *       most pieces, longest alive, lowest id. A rescue ends with the download, or after {@code rescueLasts} when a regular puller gains
 *       pieces again.
 *   <li><i>Bans</i> of a peer that the agent is linked with are dropped (the epoch is raised) when it stands still with them for {@code forgiveStalled}, or for
 *       {@code forgiveOutvoted} when fewer than half of the others that are linked with that peer refuse it too: a liar is soon refused by
 *       all, an honest peer that shared a piece with a liar by few.
 * </ol>
 *
 * <p><b>Mutual.</b> A link puts both ends into each other's allow list at once, but an end is told to connect only after the
 * other has confirmed a list that names it. So nobody knocks at a door that does not expect it, and a lost answer costs one more report.
 * The end that fetches connects; of two that fetch in one site, the one with the lower id; of two in different sites both, because one of them may
 * sit behind address translation.
 *
 * <p>Cost: O(n log n) for n members with the rings' constant. Deterministic: the same values give the same decision, and without cause nothing changes.
 *
 * <p>[1] docs/decisions/0005-once-per-wan-link.md: 1.05 copies against 1.85 in the laboratory.
 */
public final class Selection {
    private final Sha256 pack;
    private final Whereabouts whereabouts;
    private final Rules rules;
    private final SwarmMemory before;
    private final Instant now;

    private final List<Member> origins = new ArrayList<>();
    private final List<Member> roaming = new ArrayList<>();
    private final Map<String, SiteSwarm> sites = new TreeMap<>();
    private final Map<EndpointId, Draft> drafts = new LinkedHashMap<>();

    /** A site's part of the swarm. */
    private static final class SiteSwarm {
        final Site site;
        final List<Member> members = new ArrayList<>();
        final List<Member> wanting = new ArrayList<>();
        final List<Member> sitePeers = new ArrayList<>();
        List<Member> leads = new ArrayList<>();
        List<Member> pullers = List.of();
        final List<Member> rescued = new ArrayList<>();
        final List<Member> newlyRescued = new ArrayList<>();
        final Set<IpAddress> summoned = new TreeSet<>();
        int complete;

        SiteSwarm(Site site) {
            this.site = site;
        }

        List<Member> gates() {
            return sitePeers.isEmpty() ? leads : sitePeers;
        }
    }

    /** What is being written for one member. */
    private static final class Draft {
        final Member member;
        final @Nullable SiteSwarm site;
        Role role = Role.ORDINARY;
        Orders.Share share = Orders.Share.ALL;
        boolean rescued;
        final Map<EndpointId, Draft> links = new LinkedHashMap<>();
        final Set<EndpointId> connectsTo = new HashSet<>();

        Draft(Member member, @Nullable SiteSwarm site) {
            this.member = member;
            this.site = site;
        }

        boolean wanting() {
            return member.holding().wanting();
        }
    }

    private Selection(Sha256 pack, Whereabouts whereabouts, Rules rules, SwarmMemory before, Instant now) {
        this.pack = pack;
        this.whereabouts = whereabouts;
        this.rules = rules;
        this.before = before;
        this.now = now;
    }

    /**
     * Decides for everybody in a swarm.
     *
     * @param pack which swarm; part of every hash, so that not the same few serve all swarms
     * @param members everybody, each once
     * @param whereabouts the site map in force
     * @param alive whether an agent at this address is alive, in this swarm or not
     * @param acknowledged what agents have confirmed
     * @param before what the last decision remembered, {@link SwarmMemory#EMPTY} for none
     */
    public static SwarmDecision decide(
            Sha256 pack,
            List<Member> members,
            Whereabouts whereabouts,
            Predicate<IpAddress> alive,
            Acknowledged acknowledged,
            Rules rules,
            SwarmMemory before,
            Instant now) {
        Selection selection = new Selection(pack, whereabouts, rules, before, now);
        selection.place(members);
        for (SiteSwarm site : selection.sites.values()) {
            selection.appoint(site, alive);
        }
        for (SiteSwarm site : selection.sites.values()) {
            selection.rescue(site);
        }
        selection.link();
        return selection.write(acknowledged);
    }

    private void place(List<Member> members) {
        List<Member> sorted = new ArrayList<>(members);
        sorted.sort(Comparator.comparing(Member::id));
        for (Member member : sorted) {
            SiteSwarm home = switch (whereabouts.of(member.address())) {
                case Place.AtOrigin() -> {
                    origins.add(member);
                    yield null;
                }
                case Place.Roaming() -> {
                    roaming.add(member);
                    yield null;
                }
                case Place.InSite(Site site) -> {
                    SiteSwarm swarm = sites.computeIfAbsent(site.name(), name -> new SiteSwarm(site));
                    swarm.members.add(member);
                    yield swarm;
                }
            };
            Draft draft = new Draft(member, home);
            drafts.put(member.id(), draft);
            if (home == null) {
                draft.role = whereabouts.of(member.address()) instanceof Place.AtOrigin ? Role.ORIGIN : Role.ORDINARY;
                continue;
            }
            if (member.holding().wanting()) {
                home.wanting.add(member);
            }
            if (member.holding().complete()) {
                home.complete++;
            }
            if (home.site.sitePeers().contains(member.address())) {
                draft.role = Role.SITE_PEER;
                if (member.holding().wanting() || member.holding().complete()) {
                    home.sitePeers.add(member);
                }
            }
        }
    }

    private void appoint(SiteSwarm site, Predicate<IpAddress> alive) {
        if (site.wanting.isEmpty()) {
            return;
        }
        Set<IpAddress> here = new HashSet<>();
        site.sitePeers.forEach(peer -> here.add(peer.address()));
        for (IpAddress listed : site.site.sitePeers()) {
            if (!here.contains(listed) && alive.test(listed)) {
                site.summoned.add(listed);
            }
        }
        if (site.complete > 0) {
            return;
        }
        if (site.sitePeers.isEmpty() && !waitsForSitePeer(site)) {
            List<EndpointId> standing = before.leads().getOrDefault(site.site.name(), List.of());
            site.leads = site.wanting.stream()
                    .sorted(Comparator.comparing((Member m) -> !standing.contains(m.id()))
                            .thenComparing(Selection::byMerit))
                    .limit(rules.leadsMax())
                    .sorted(Comparator.comparing(Member::id))
                    .toList();
        }
        site.pullers =
                site.gates().stream().filter(gate -> gate.holding().wanting()).toList();
        for (Member lead : site.leads) {
            draft(lead).role = Role.LEAD;
        }
        for (int i = 0; i < site.pullers.size(); i++) {
            draft(site.pullers.get(i)).share = new Orders.Share(i, site.pullers.size());
        }
    }

    private boolean waitsForSitePeer(SiteSwarm site) {
        return !site.summoned.isEmpty()
                && before.leads().getOrDefault(site.site.name(), List.of()).isEmpty()
                && site.wanting.stream()
                        .allMatch(m -> Duration.between(m.joined(), now).compareTo(rules.sitePeerPatience()) < 0);
    }

    /** Most pieces, then longest alive, then lowest id. */
    private static int byMerit(Member a, Member b) {
        int byPieces = Integer.compare(b.holding().piecesHave(), a.holding().piecesHave());
        if (byPieces != 0) {
            return byPieces;
        }
        int byAge = a.aliveSince().compareTo(b.aliveSince());
        return byAge != 0 ? byAge : a.id().compareTo(b.id());
    }

    private void rescue(SiteSwarm site) {
        boolean pullerProgresses = site.pullers.stream()
                .anyMatch(p -> !before.rescues().containsKey(p.id())
                        && p.stalledFor(now).compareTo(rules.rescueStep()) < 0);
        for (Member member : site.wanting) {
            Instant since = before.rescues().get(member.id());
            if (since != null
                    && !(pullerProgresses && Duration.between(since, now).compareTo(rules.rescueLasts()) >= 0)) {
                site.rescued.add(member);
            }
        }
        boolean standsStill = !site.wanting.isEmpty()
                && site.wanting.stream().allMatch(m -> m.stalledFor(now).compareTo(rules.stalledMax()) >= 0);
        Instant last = before.lastRescue().get(site.site.name());
        boolean tooSoon = last != null && Duration.between(last, now).compareTo(rules.rescueStep()) < 0;
        List<Member> standbys = standsStill && !tooSoon ? standbysOutside(site) : List.of();
        if (standsStill && !tooSoon && (originHolds() || !standbys.isEmpty())) {
            site.wanting.stream()
                    .filter(m -> !site.rescued.contains(m))
                    .filter(m -> rescueRank(site, m) < 2 || !standbys.isEmpty())
                    .min(Comparator.comparingInt((Member m) -> rescueRank(site, m))
                            .thenComparing(Selection::byMerit))
                    .ifPresent(member -> {
                        site.rescued.add(member);
                        site.newlyRescued.add(member);
                    });
        }
        for (Member member : site.rescued) {
            Draft draft = draft(member);
            draft.rescued = true;
            draft.share = Orders.Share.ALL;
        }
    }

    /** Who gains most from a source outside: a puller with a share of the pieces, an ordinary agent, a puller of everything. */
    private int rescueRank(SiteSwarm site, Member member) {
        if (!site.pullers.contains(member)) {
            return 1;
        }
        return draft(member).share.count() > 1 ? 0 : 2;
    }

    private boolean originHolds() {
        return origins.stream().anyMatch(o -> o.holding().piecesHave() > 0);
    }

    private void link() {
        long salt = salt();
        for (SiteSwarm site : sites.values()) {
            if (!site.wanting.isEmpty()) {
                Rings.link(site.members, rules.insideRings(), salt, this::linkInside);
            }
        }
        Rings.link(roaming, rules.insideRings(), salt + 1, this::linkOutside);
        linkGates(salt + 2);
        boolean originHolds = originHolds();
        for (SiteSwarm site : sites.values()) {
            Set<Member> reaching = new LinkedHashSet<>(site.pullers);
            reaching.addAll(site.rescued);
            for (Member member : reaching) {
                linkOrigins(member);
                if (!originHolds || site.rescued.contains(member)) {
                    linkStandbys(member, standbysOutside(site));
                }
            }
        }
        List<Member> nearOrigin = roaming.size() <= rules.roamersAtOriginMax()
                ? roaming
                : Rings.sorted(roaming, salt).subList(0, rules.roamersAtOriginMax());
        nearOrigin.forEach(this::linkOrigins);
        origins.forEach(this::linkOrigins);
        if (!originHolds) {
            List<Member> standbys = standbysOutside(null);
            roaming.forEach(member -> linkStandbys(member, standbys));
        }
    }

    private long salt() {
        byte[] digest = pack.bytes();
        long salt = 0;
        for (int i = 0; i < Long.BYTES; i++) {
            salt = salt << 8 | (digest[i] & 0xff);
        }
        return salt;
    }

    private void linkInside(Member a, Member b) {
        Draft one = draft(a);
        Draft other = draft(b);
        if (one.wanting() && other.wanting()) {
            boolean first = a.id().compareTo(b.id()) < 0;
            join(first ? one : other, first ? other : one);
        } else if (one.wanting()) {
            join(one, other);
        } else if (other.wanting()) {
            join(other, one);
        }
    }

    private void linkOutside(Member a, Member b) {
        Draft one = draft(a);
        Draft other = draft(b);
        if (one.wanting()) {
            join(one, other);
        }
        if (other.wanting()) {
            join(other, one);
        }
    }

    /** Site peers of all sites, and leads with them; pairs of leads trade inside their sites only. */
    private void linkGates(long salt) {
        List<Member> gates = new ArrayList<>();
        Set<EndpointId> pulling = new HashSet<>();
        for (SiteSwarm site : sites.values()) {
            gates.addAll(site.gates());
            site.pullers.forEach(p -> pulling.add(p.id()));
        }
        Rings.link(gates, rules.outsideRings(), salt, (a, b) -> {
            Draft one = draft(a);
            Draft other = draft(b);
            if (one.site == other.site || (one.role != Role.SITE_PEER && other.role != Role.SITE_PEER)) {
                return;
            }
            if (pulling.contains(a.id())
                    && (pulling.contains(b.id()) || b.holding().complete())) {
                join(one, other);
            }
            if (pulling.contains(b.id())
                    && (pulling.contains(a.id()) || a.holding().complete())) {
                join(other, one);
            }
        });
    }

    private void linkOrigins(Member member) {
        Draft from = draft(member);
        if (!from.wanting()) {
            return;
        }
        List<Member> others =
                origins.stream().filter(o -> !o.id().equals(member.id())).toList();
        for (Member origin : Rings.choose(others, member.id(), rules.originsMax())) {
            join(from, draft(origin));
        }
    }

    private void linkStandbys(Member member, List<Member> standbys) {
        Draft from = draft(member);
        if (!from.wanting()) {
            return;
        }
        for (Member standby : Rings.choose(standbys, member.id(), rules.standbysMax())) {
            Draft to = draft(standby);
            if (to.role == Role.ORDINARY && to.site != null) {
                to.role = Role.LEAD;
            }
            join(from, to);
        }
    }

    /** Whom somebody of {@code home} may borrow from besides origins: complete ones if there are any, at most leadsMax per site. */
    private List<Member> standbysOutside(@Nullable SiteSwarm home) {
        List<Member> complete = new ArrayList<>();
        List<Member> partial = new ArrayList<>();
        for (SiteSwarm site : sites.values()) {
            if (site == home) {
                continue;
            }
            List<Member> gates = site.gates().isEmpty()
                    ? site.members.stream()
                            .filter(m -> m.holding().complete())
                            .limit(rules.leadsMax())
                            .toList()
                    : site.gates();
            addByHolding(gates, complete, partial);
        }
        addByHolding(roaming, complete, partial);
        return complete.isEmpty() ? partial : complete;
    }

    private static void addByHolding(List<Member> from, List<Member> complete, List<Member> partial) {
        for (Member member : from) {
            if (member.holding().complete()) {
                complete.add(member);
            } else if (member.holding().piecesHave() > 0) {
                partial.add(member);
            }
        }
    }

    /** Links both ends, {@code from} being the one that connects; impossible between addresses of different families. */
    private static void join(Draft from, Draft to) {
        if (from == to || addressFor(from.member, to.member) == null) {
            return;
        }
        from.links.put(to.member.id(), to);
        to.links.put(from.member.id(), from);
        from.connectsTo.add(to.member.id());
    }

    /** Where {@code caller} reaches {@code host}: the first of its addresses in a family that the caller has too. */
    private static @Nullable PeerAddress addressFor(Member caller, Member host) {
        for (PeerAddress address : host.listen()) {
            for (PeerAddress own : caller.listen()) {
                if (own.ip().isV4() == address.ip().isV4()) {
                    return address;
                }
            }
        }
        return null;
    }

    private SwarmDecision write(Acknowledged acknowledged) {
        Map<EndpointId, SwarmMemory.Forgiven> forgiven = forgive();
        Map<EndpointId, Orders> orders = new HashMap<>();
        for (Draft draft : drafts.values()) {
            orders.put(draft.member.id(), ordersOf(draft, acknowledged, forgiven));
        }
        Map<String, List<EndpointId>> leads = new HashMap<>();
        Map<EndpointId, Instant> rescues = new HashMap<>();
        Map<String, Instant> lastRescue = new HashMap<>();
        List<SiteState> states = new ArrayList<>();
        for (Map.Entry<String, SiteSwarm> entry : sites.entrySet()) {
            SiteSwarm site = entry.getValue();
            if (!site.leads.isEmpty()) {
                leads.put(entry.getKey(), ids(site.leads));
            }
            for (Member member : site.rescued) {
                rescues.put(member.id(), before.rescues().getOrDefault(member.id(), now));
            }
            Instant last = site.newlyRescued.isEmpty() ? before.lastRescue().get(entry.getKey()) : now;
            if (last != null) {
                lastRescue.put(entry.getKey(), last);
            }
            states.add(new SiteState(
                    entry.getKey(),
                    site.members.size(),
                    site.complete,
                    site.wanting.size(),
                    ids(site.pullers),
                    ids(site.leads),
                    ids(site.rescued),
                    ids(site.newlyRescued),
                    Set.copyOf(site.summoned)));
        }
        return new SwarmDecision(
                Map.copyOf(orders), new SwarmMemory(leads, rescues, lastRescue, forgiven), List.copyOf(states));
    }

    private Orders ordersOf(Draft draft, Acknowledged acknowledged, Map<EndpointId, SwarmMemory.Forgiven> forgiven) {
        List<Orders.Hint> connect = new ArrayList<>();
        Map<EndpointId, Orders.Allowed> allow = new HashMap<>();
        SiteSwarm home = draft.site;
        for (Draft other : draft.links.values()) {
            boolean outside = home == null || home != other.site;
            allow.put(
                    other.member.id(),
                    new Orders.Allowed(
                            other.member.listen(),
                            outside,
                            home != null && !outside && home.site.lanMayBePlain(),
                            other.role,
                            other.site == null ? "" : other.site.site.name()));
            PeerAddress address = addressFor(draft.member, other.member);
            if (address != null
                    && draft.connectsTo.contains(other.member.id())
                    && acknowledged.expects(other.member, draft.member)) {
                connect.add(new Orders.Hint(
                        other.member.id(),
                        address,
                        outside,
                        other.member.holding().complete()));
            }
        }
        connect.sort(Comparator.comparing(Orders.Hint::address).thenComparing(Orders.Hint::id));
        SwarmMemory.Forgiven forgiveness = forgiven.get(draft.member.id());
        return new Orders(
                draft.role,
                connect,
                allow,
                draft.share,
                draft.rescued,
                forgiveness == null ? 0 : forgiveness.epoch(),
                "");
    }

    private Map<EndpointId, SwarmMemory.Forgiven> forgive() {
        Map<EndpointId, SwarmMemory.Forgiven> forgiven = new HashMap<>();
        for (Draft draft : drafts.values()) {
            SwarmMemory.Forgiven last = before.forgiven().get(draft.member.id());
            boolean rested = last == null || Duration.between(last.at(), now).compareTo(rules.forgiveInterval()) >= 0;
            if (rested && wronged(draft)) {
                forgiven.put(draft.member.id(), new SwarmMemory.Forgiven(last == null ? 1 : last.epoch() + 1, now));
            } else if (last != null) {
                forgiven.put(draft.member.id(), last);
            }
        }
        return forgiven;
    }

    private boolean wronged(Draft draft) {
        Duration stalled = draft.member.stalledFor(now);
        if (draft.member.banned().isEmpty() || stalled.compareTo(rules.forgiveOutvoted()) < 0) {
            return false;
        }
        boolean longEnough = stalled.compareTo(rules.forgiveStalled()) >= 0;
        return draft.links.values().stream()
                .filter(other -> refuses(draft, other))
                .anyMatch(other -> longEnough || outvoted(draft, other));
    }

    private static boolean refuses(Draft draft, Draft other) {
        return draft.member.banned().names(other.member);
    }

    /** Whether fewer than half of the others linked with {@code suspect}, who are at least one, refuse it. */
    private static boolean outvoted(Draft accuser, Draft suspect) {
        int others = 0;
        int refusing = 0;
        for (Draft witness : suspect.links.values()) {
            if (witness != accuser && witness.wanting()) {
                others++;
                refusing += refuses(witness, suspect) ? 1 : 0;
            }
        }
        return others > 0 && 2 * refusing < others;
    }

    private Draft draft(Member member) {
        Draft draft = drafts.get(member.id());
        if (draft == null) {
            throw new IllegalStateException(member.id() + " is no member of swarm " + pack);
        }
        return draft;
    }

    private static List<EndpointId> ids(List<Member> members) {
        return members.stream().map(Member::id).toList();
    }
}
