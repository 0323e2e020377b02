package packhorse.dist.demo;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import packhorse.core.state.ReportId;
import packhorse.core.state.StatusEntry;
import packhorse.core.topology.EndpointId;

/**
 * What must be true of the reports that a tracker stored, whatever happened on the way: each is there once, none is missing, and
 * each action went forward along its path and ended once.
 */
final class ReportInvariants {
    /** A stored report, in the order of the file. */
    record Stored(ReportId id, StatusEntry entry) {}

    private ReportInvariants() {}

    /** What is wrong, one line each; empty when all is well. */
    static List<String> broken(List<Stored> all) {
        List<String> broken = new ArrayList<>();
        Set<ReportId> seen = new HashSet<>();
        Map<EndpointId, Long> journals = new HashMap<>();
        Map<EndpointId, Long> last = new HashMap<>();
        Map<String, StatusEntry> courses = new HashMap<>();
        for (Stored stored : all) {
            ReportId id = stored.id();
            if (!seen.add(id)) {
                broken.add(id + " is stored twice");
                continue;
            }
            if (id.sequence() != stored.entry().sequence()) {
                broken.add(id + " holds the report " + stored.entry().sequence());
            }
            Long journal = journals.putIfAbsent(id.endpoint(), id.journal());
            if (journal != null && journal != id.journal()) {
                broken.add(id + " is of another journal than " + journal + ": the first one was lost");
                continue;
            }
            long expected = last.getOrDefault(id.endpoint(), 0L) + 1;
            if (id.sequence() != expected) {
                broken.add(id + " comes where " + expected + " should");
            }
            last.put(id.endpoint(), id.sequence());
            String action = id.endpoint() + " " + stored.entry().action();
            StatusEntry before = courses.put(action, stored.entry());
            if (before != null) {
                stepped(id, before, stored.entry(), broken);
            }
        }
        return broken;
    }

    private static void stepped(ReportId id, StatusEntry before, StatusEntry now, List<String> broken) {
        if (before.state().ends(before.operation())) {
            broken.add(
                    id + ": " + now.action() + " goes on to " + now.state() + " after it ended in " + before.state());
        } else if (!now.state().mayFollow(before.state())) {
            broken.add(id + ": " + now.action() + " goes back from " + before.state() + " to " + now.state());
        }
    }

    /** How often an action came to its end, by the endpoint that it was for. */
    static long ended(List<Stored> all, EndpointId endpoint, String action) {
        return all.stream()
                .filter(stored -> stored.id().endpoint().equals(endpoint)
                        && stored.entry().action().equals(action)
                        && stored.entry().state().ends(stored.entry().operation()))
                .count();
    }
}
