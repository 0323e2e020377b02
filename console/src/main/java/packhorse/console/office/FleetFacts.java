package packhorse.console.office;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;
import packhorse.console.calendar.Blackout;
import packhorse.console.change.Baseline;
import packhorse.console.change.Finding;
import packhorse.console.fleet.Directory;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Narrowing;
import packhorse.console.fleet.QueryReader;
import packhorse.console.fleet.Roster;
import packhorse.console.fleet.TargetSelection;
import packhorse.console.gate.Stratum;
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
 * <p>Cost: each look reads the whole fleet, O(endpoints), one endpoint after the other: what is kept of each is what was asked for.
 */
public final class FleetFacts implements Population {
    /** Whoever was silent longer counts as not reachable: a weekend and a day. */
    static final Duration SILENT_AFTER = Duration.ofDays(3);
    /** Of so many each one counts. */
    private static final int COUNTED_MAX = 200;

    private final QueryReader reader;

    /** @param reader reads queries as people write them */
    public FleetFacts(QueryReader reader) {
        this.reader = reader;
    }

    /** Goes through everybody in service, in the order of their ids. */
    void each(Pages pages, Consumer<EndpointFacts> visitor) {
        pages.fleet().each(new Narrowing.Anybody(), Optional.empty(), row -> {
            visitor.accept(row.facts());
            return true;
        });
    }

    /** What people call everybody in service. */
    Directory directory(Pages pages) {
        Directory.Builder directory = Directory.building();
        each(pages, directory::add);
        return directory.build();
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
    public List<Candidate> named(Pages pages, Plan plan) {
        return named(pages, plan.targets(), plan.cutBy());
    }

    /** Everybody whom targets name now, in the order of their ids, with those attributes that are asked for. */
    List<Candidate> named(Pages pages, Targets targets, Set<String> attributes) {
        Roster roster = roster(pages);
        Predicate<EndpointFacts> taken = Desk.valid(() -> TargetSelection.taking(targets, roster, pages.now()));
        Narrowing narrowing = Desk.valid(() -> TargetSelection.narrowing(targets, roster));
        List<Candidate> candidates = new ArrayList<>();
        if (attributes.isEmpty()) {
            Alike alike = new Alike();
            pages.fleet().choose(narrowing, taken, one -> candidates.add(alike.candidate(one)));
            candidates.sort(Comparator.comparing(Candidate::endpoint));
        } else {
            pages.fleet().each(narrowing, Optional.empty(), row -> {
                if (taken.test(row.facts())) {
                    candidates.add(TargetSelection.candidate(row.facts(), attributes));
                }
                return true;
            });
        }
        return candidates;
    }

    /** Keeps once what many have: sites, kinds of machines, hosts. */
    private static final class Alike {
        private final Map<Stratum, Stratum> strata = new HashMap<>();
        private final Map<String, Optional<String>> texts = new HashMap<>();

        Candidate candidate(Fleet.Chosen one) {
            Stratum stratum = new Stratum(one.kind(), one.site().isEmpty() ? TargetSelection.NO_SITE : one.site());
            return new Candidate(
                    one.endpoint(),
                    strata.computeIfAbsent(stratum, same -> same),
                    Collections.emptySortedMap(),
                    some(one.pair()),
                    some(one.host()));
        }

        private Optional<String> some(String text) {
            return text.isEmpty() ? Optional.empty() : texts.computeIfAbsent(text, Optional::of);
        }
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
        Set<EndpointId> asked = ids(candidates);
        Map<String, Oldest> sites = new TreeMap<>();
        each(pages, one -> {
            if (asked.contains(one.endpoint())) {
                sites.computeIfAbsent(TargetSelection.site(one), unused -> new Oldest())
                        .look(one);
            }
        });
        return sites.entrySet().stream()
                .map(site -> new Baseline.SiteFacts(
                        site.getKey(),
                        Optional.empty(),
                        site.getValue().agent.least(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        site.getValue().system.least()))
                .toList();
    }

    private static Set<EndpointId> ids(Collection<Candidate> candidates) {
        Set<EndpointId> ids = new HashSet<>(candidates.size() * 2);
        candidates.forEach(one -> ids.add(one.endpoint()));
        return ids;
    }

    /** The least versions at a site. */
    private static final class Oldest {
        private final Least agent = new Least();
        private final Least system = new Least();

        void look(EndpointFacts facts) {
            agent.look(facts.agent());
            system.look(facts.os().version());
        }
    }

    /** The least version; none where one of them has told none. */
    private static final class Least {
        private Optional<Version> least = Optional.empty();
        private boolean silent;

        void look(Optional<Version> told) {
            silent |= told.isEmpty();
            least = least.isEmpty()
                            || told.filter(one -> one.compareTo(least.get()) < 0)
                                    .isPresent()
                    ? told
                    : least;
        }

        Optional<Version> least() {
            return silent ? Optional.empty() : least;
        }
    }

    @Override
    public Map<Question, List<Finding>> look(Pages pages, Plan plan, Collection<Candidate> candidates) {
        Instant now = pages.now();
        Set<EndpointId> asked = ids(candidates);
        Set<EndpointId> gone = new HashSet<>(plan.targets().listed());
        Census census = new Census();
        each(pages, one -> {
            if (asked.contains(one.endpoint())) {
                gone.remove(one.endpoint());
                census.there++;
                boolean silent = one.lastSeen()
                        .map(seen -> seen.plus(SILENT_AFTER).isBefore(now))
                        .orElse(true);
                census.silent += !one.online() && silent ? 1 : 0;
            }
        });
        return Map.of(Question.REACHABLE, List.of(reachable(census, gone.size(), now)));
    }

    /** How many of those who were asked for are there, and how many of them were not heard of for too long. */
    private static final class Census {
        private long there;
        private long silent;
    }

    /** A tick is of these words: of many, numbers that are others at each look would leave none of them standing. */
    static String heard(long there, long silent) {
        long heard = there - silent;
        return (silent == 0 || there <= COUNTED_MAX
                        ? heard + " of " + there
                        : "at least " + heard * 100 / there + " % of the targets")
                + " were heard of in the last " + SILENT_AFTER.toDays() + " days";
    }

    private static Finding reachable(Census census, int gone, Instant now) {
        if (census.there == 0) {
            return Finding.notMet("the targets name nobody", now);
        }
        if (gone > 0) {
            return Finding.notMet(gone + " of the list are not in the fleet; take them out", now);
        }
        String text = heard(census.there, census.silent);
        return census.silent > 0 ? Finding.unknown(text, now) : Finding.met(text, now);
    }
}
