package packhorse.console.office;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import packhorse.console.calendar.Blackout;
import packhorse.console.change.Baseline;
import packhorse.console.change.Finding;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.QueryReader;
import packhorse.console.fleet.Roster;
import packhorse.console.fleet.TargetSelection;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Candidate;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness.Question;
import packhorse.console.wave.Targets;
import packhorse.core.content.Version;
import packhorse.core.topology.EndpointId;

/**
 * The fleet as the ledger knows it: who is out there, in which groups, at which sites. What agents do not tell (free disk, batteries,
 * whether a site peer answers) is not guessed; a person is asked for it where a deployment gets ready.
 *
 * <p>Cost: each look reads the whole fleet, O(endpoints).
 */
public final class FleetFacts implements Population {
    /** Whoever was silent longer counts as not reachable: a weekend and a day. */
    static final Duration SILENT_AFTER = Duration.ofDays(3);

    private final QueryReader reader;

    /** @param reader reads queries as people write them */
    public FleetFacts(QueryReader reader) {
        this.reader = reader;
    }

    /** Everybody in service. */
    public List<EndpointFacts> all(Pages pages) {
        List<EndpointFacts> all = new ArrayList<>();
        Optional<EndpointId> after = Optional.empty();
        while (true) {
            List<Fleet.Row> rows = pages.fleet().list(after, Fleet.LIMIT_MAX);
            rows.forEach(row -> all.add(row.facts()));
            if (rows.size() < Fleet.LIMIT_MAX) {
                return all;
            }
            after = Optional.of(rows.getLast().facts().endpoint());
        }
    }

    /** All groups, read. */
    public Roster roster(Pages pages) {
        return Desk.valid(() -> Roster.of(
                Lists.all(pages, OfficeKinds.GROUP, Optional.empty()).stream()
                        .map(Stored::value)
                        .toList(),
                reader));
    }

    @Override
    public List<Candidate> named(Pages pages, Targets targets) {
        return Desk.valid(() -> TargetSelection.of(targets, roster(pages), all(pages), pages.now()))
                .candidates();
    }

    @Override
    public Map<String, Place> places(Pages pages) {
        Map<String, Place> places = new TreeMap<>();
        for (Stored<KnownSite> site : Lists.all(pages, OfficeKinds.SITE, Optional.empty())) {
            places.put(
                    site.id(),
                    new Place(
                            site.id(),
                            site.value().zone(),
                            Optional.of(site.value().site().wan())));
        }
        return places;
    }

    /** The clock of a site; one that is not known has UTC's. */
    public ZoneId zone(Pages pages, String site) {
        return site.isBlank() || site.length() > Pages.ID_LENGTH_MAX
                ? ZoneId.of("UTC")
                : pages.find(OfficeKinds.SITE, site)
                        .map(stored -> stored.value().zone())
                        .orElse(ZoneId.of("UTC"));
    }

    @Override
    public List<Blackout> blackouts(Pages pages) {
        return CalendarOffice.blackouts(pages);
    }

    @Override
    public List<Baseline.SiteFacts> siteFacts(Pages pages, Collection<Candidate> candidates) {
        Map<EndpointId, EndpointFacts> facts = facts(pages, candidates);
        Map<String, List<EndpointFacts>> bySite = candidates.stream()
                .filter(one -> facts.containsKey(one.endpoint()))
                .collect(Collectors.groupingBy(
                        one -> one.stratum().site(),
                        TreeMap::new,
                        Collectors.mapping(one -> facts.get(one.endpoint()), Collectors.toList())));
        return bySite.entrySet().stream()
                .map(site -> new Baseline.SiteFacts(
                        site.getKey(),
                        Optional.empty(),
                        oldest(site.getValue(), EndpointFacts::agent),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        oldest(site.getValue(), one -> one.os().version())))
                .toList();
    }

    /** The least version; empty where one of them has told none. */
    private static Optional<Version> oldest(
            List<EndpointFacts> facts, Function<EndpointFacts, Optional<Version>> which) {
        return facts.stream().allMatch(one -> which.apply(one).isPresent())
                ? facts.stream().flatMap(one -> which.apply(one).stream()).min(Version::compareTo)
                : Optional.empty();
    }

    @Override
    public Map<Question, List<Finding>> look(Pages pages, Plan plan, Collection<Candidate> candidates) {
        Instant now = pages.now();
        Map<EndpointId, EndpointFacts> facts = facts(pages, candidates);
        long silent = facts.values().stream()
                .filter(one -> !one.online()
                        && one.lastSeen()
                                .map(seen -> seen.plus(SILENT_AFTER).isBefore(now))
                                .orElse(true))
                .count();
        long gone = plan.targets().listed().stream()
                .filter(one -> !facts.containsKey(one))
                .count();
        Map<Question, List<Finding>> found = new EnumMap<>(Question.class);
        String text = (facts.size() - silent) + " of " + facts.size() + " were heard of in the last "
                + SILENT_AFTER.toDays() + " days";
        found.put(
                Question.REACHABLE,
                List.of(
                        facts.isEmpty() || gone > 0
                                ? Finding.notMet(
                                        facts.isEmpty()
                                                ? "the targets name nobody"
                                                : gone + " of the list are not in the fleet; take them out",
                                        now)
                                : silent > 0 ? Finding.unknown(text, now) : Finding.met(text, now)));
        return found;
    }

    private Map<EndpointId, EndpointFacts> facts(Pages pages, Collection<Candidate> candidates) {
        Map<EndpointId, EndpointFacts> byId =
                all(pages).stream().collect(Collectors.toMap(EndpointFacts::endpoint, Function.identity()));
        byId.keySet().retainAll(candidates.stream().map(Candidate::endpoint).collect(Collectors.toSet()));
        return byId;
    }
}
