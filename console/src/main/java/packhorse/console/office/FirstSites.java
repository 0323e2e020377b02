package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import packhorse.console.ledger.Fleet;
import packhorse.console.ledger.Pages;
import packhorse.core.topology.EndpointId;

/**
 * The first that the console says of sites takes the place of every tracker's own file at once. Whoever these files place at a site that
 * the console does not name then would be at none, with no neighbours and no site's windows: so that has to be meant.
 */
final class FirstSites {
    /** More names would make no line. */
    private static final int NAMED_MAX = 5;

    private FirstSites() {}

    /**
     * Refuses what would be the first and leaves connected endpoints without their site.
     *
     * @param named the sites that there would be
     * @param meant whether the person said that it is meant
     */
    static void requireMeant(Pages pages, Set<String> named, boolean meant) {
        if (meant || Revision.of(pages, Revision.SITES).isPresent()) {
            return;
        }
        SortedMap<String, Integer> lost = elsewhere(pages, named);
        if (!lost.isEmpty()) {
            int endpoints = lost.values().stream().mapToInt(Integer::intValue).sum();
            String names = lost.keySet().stream().limit(NAMED_MAX).collect(Collectors.joining(", "))
                    + (lost.size() > NAMED_MAX ? " and " + (lost.size() - NAMED_MAX) + " more" : "");
            throw Desk.refused("the console keeps no site yet, so trackers go by files of their own: this would take"
                    + " their place at once and leave " + endpoints + " connected endpoints of " + names
                    + " at no site; import a file with all sites first (packhorse site import), or say with"
                    + " replaceFiles (--replace-files) that it is meant");
        }
    }

    /** How many connected endpoints are at sites that are not named. */
    private static SortedMap<String, Integer> elsewhere(Pages pages, Set<String> named) {
        SortedMap<String, Integer> sites = new TreeMap<>();
        Optional<EndpointId> after = Optional.empty();
        while (true) {
            List<Fleet.Row> rows = pages.fleet().list(after, Fleet.LIMIT_MAX);
            if (rows.isEmpty()) {
                return sites;
            }
            for (Fleet.Row row : rows) {
                String site = row.facts().site();
                if (!row.tracker().isEmpty() && !site.isEmpty() && !named.contains(site)) {
                    sites.merge(site, 1, Integer::sum);
                }
            }
            after = Optional.of(rows.getLast().facts().endpoint());
        }
    }
}
