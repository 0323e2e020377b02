package packhorse.tracker.session;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.Sha256;
import packhorse.tracker.selection.Orders;
import packhorse.tracker.swarm.Member;

/**
 * What one agent is to be told, was told last, and confirmed. What it is to be told becomes an issue with a revision of its
 * own; the agent confirms an issue by naming its revision in a report. An agent that names another one confirmed nothing: it
 * started anew, or speaks of another tracker's revisions.
 */
final class Handout {
    private @Nullable Station station;
    private @Nullable Vouch vouch;
    private final Map<Sha256, Orders> orders = new HashMap<>();
    private boolean changed = true;

    private long revision;
    private Map<Sha256, Orders> issued = Map.of();

    private long confirmedRevision;
    private Map<Sha256, Orders> confirmed = Map.of();

    /** Of the last issue; 0 before the first. */
    long revision() {
        return revision;
    }

    @Nullable
    Station station() {
        return station;
    }

    /** The last issue's orders. */
    Map<Sha256, Orders> issued() {
        return issued;
    }

    /** Takes what speaks for the address that the agent claims. */
    void vouch(Vouch now) {
        vouch = now;
    }

    /** The last of those; null before the first report. */
    @Nullable
    Vouch vouch() {
        return vouch;
    }

    /** Whether that is another place than before. */
    boolean place(Station now) {
        boolean different = !Objects.equals(station, now);
        station = now;
        changed |= different;
        return different;
    }

    /** Whether that is different from before. */
    boolean order(Sha256 pack, Orders now) {
        boolean different = !now.equals(orders.put(pack, now));
        changed |= different;
        return different;
    }

    /** Whether it had orders in that swarm. */
    boolean dismiss(Sha256 pack) {
        boolean different = orders.remove(pack) != null;
        changed |= different;
        return different;
    }

    /** Whether what it is to be told differs from the last issue. */
    boolean changed() {
        return changed;
    }

    void issue(long next) {
        revision = next;
        issued = Map.copyOf(orders);
        changed = false;
    }

    /** Takes the revision that the agent says it has; returns the swarms in which its expectations are different now. */
    Set<Sha256> confirm(long known) {
        if (known != 0 && known == confirmedRevision) {
            return Set.of();
        }
        boolean latest = known != 0 && known == revision;
        Map<Sha256, Orders> before = confirmed;
        confirmedRevision = latest ? known : 0;
        confirmed = latest ? issued : Map.of();
        Set<Sha256> different = new HashSet<>();
        for (Map.Entry<Sha256, Orders> entry : confirmed.entrySet()) {
            Orders had = before.get(entry.getKey());
            if (had == null || !had.allow().equals(entry.getValue().allow())) {
                different.add(entry.getKey());
            }
        }
        for (Sha256 pack : before.keySet()) {
            if (!confirmed.containsKey(pack)) {
                different.add(pack);
            }
        }
        return different;
    }

    boolean expects(Sha256 pack, Member caller) {
        Orders had = confirmed.get(pack);
        return had != null && had.expects(caller);
    }
}
