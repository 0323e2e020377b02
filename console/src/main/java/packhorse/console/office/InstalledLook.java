package packhorse.console.office;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import packhorse.console.change.StillInstalled;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Narrowing;
import packhorse.console.fleet.TargetSelection;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.Pages;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Version;
import packhorse.core.state.LineState;
import packhorse.core.topology.EndpointId;

/**
 * Who has versions of a release line in place, by what endpoints told of themselves. Cost: each look reads the whole fleet, one endpoint after
 * the other, and keeps a count for each version at each site.
 */
final class InstalledLook {
    /** Versions, and sites, that are named in a count: those with the most; all are in the sums. It is kept with a release for good. */
    private static final int NAMED_MAX = 100;

    private InstalledLook() {}

    /** What endpoints have of the line, and where they are. */
    private record Standing(Optional<Version> version, Optional<Version> previous, String site) {
        boolean has(Predicate<Version> wanted) {
            return version.filter(wanted).isPresent();
        }

        boolean keeps(Predicate<Version> wanted) {
            return !has(wanted) && previous.filter(wanted).isPresent();
        }
    }

    /** A release line all over the fleet, as of one moment. */
    static final class Survey {
        private final Map<Standing, Long> standings = new HashMap<>();
        private final Instant at;
        private long endpoints;
        private long told;

        private Survey(Instant at) {
            this.at = at;
        }

        private void look(EndpointFacts facts, ReleaseId release) {
            endpoints++;
            told += hasTold(facts) ? 1 : 0;
            line(facts, release)
                    .ifPresent(line -> standings.merge(
                            new Standing(line.version(), line.previous(), TargetSelection.site(facts)), 1L, Long::sum));
        }

        /** Counts those versions that are meant. */
        StillInstalled of(Predicate<Version> wanted) {
            SortedMap<String, Long> versions = new TreeMap<>();
            SortedMap<String, Long> sites = new TreeMap<>();
            long installed = 0;
            long kept = 0;
            for (Map.Entry<Standing, Long> one : standings.entrySet()) {
                Standing standing = one.getKey();
                if (standing.has(wanted)) {
                    installed += one.getValue();
                    versions.merge(standing.version().orElseThrow().toString(), one.getValue(), Long::sum);
                    sites.merge(standing.site(), one.getValue(), Long::sum);
                } else if (standing.keeps(wanted)) {
                    kept += one.getValue();
                }
            }
            return new StillInstalled(endpoints, told, installed, kept, most(versions), most(sites), at);
        }

        private static SortedMap<String, Long> most(SortedMap<String, Long> counts) {
            SortedMap<String, Long> most = new TreeMap<>();
            counts.entrySet().stream()
                    .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                    .limit(NAMED_MAX)
                    .forEach(one -> most.put(one.getKey(), one.getValue()));
            return most;
        }
    }

    /** Goes through everybody in service. */
    static Survey survey(Pages pages, ReleaseId release) {
        Survey survey = new Survey(pages.now());
        pages.fleet().each(new Narrowing.Anybody(), Optional.empty(), row -> {
            survey.look(row.facts(), release);
            return true;
        });
        return survey;
    }

    /** Some of those who have the release or an update of it in place, or keep one to go back to, in the order of their ids. */
    static List<Fleet.Row> some(Pages pages, ReleaseId release, Optional<EndpointId> after, int limit) {
        Predicate<Version> wanted = orUpdate(release);
        return EndpointOffice.some(
                pages,
                new Narrowing.Anybody(),
                after,
                limit,
                facts -> line(facts, release)
                        .filter(line -> line.version().filter(wanted).isPresent()
                                || line.previous().filter(wanted).isPresent())
                        .isPresent());
    }

    /** The release itself, and whatever came after it in its line. */
    static Predicate<Version> orUpdate(ReleaseId release) {
        return version -> version.compareTo(release.version()) >= 0;
    }

    /** An inventory always has the system; whoever only enrolled has told nothing. */
    private static boolean hasTold(EndpointFacts facts) {
        return !facts.os().equals(EndpointFacts.OperatingSystem.UNKNOWN)
                || !facts.lines().isEmpty();
    }

    private static Optional<LineState> line(EndpointFacts facts, ReleaseId release) {
        return facts.lines().stream()
                .filter(line ->
                        line.name().equals(release.name()) && line.platform().equals(release.platform()))
                .findFirst();
    }
}
