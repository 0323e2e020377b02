package packhorse.tracker.governance;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import packhorse.tracker.desired.Refused;
import packhorse.tracker.reports.ReportStore;

/**
 * How governing goes, for people.
 *
 * @param file of desired states; empty: none
 * @param edition when the sheet in force was edited
 * @param catalogue version it is held against
 * @param acting how many items act
 * @param entitlements how many lines
 * @param refused items that do not act for anybody, and those that an endpoint's other items forbid
 * @param trouble why the file as it is now is not in force, or reports cannot be stored
 * @param endpoints that asked since the start
 */
public record GovernanceOverview(
        String file,
        Instant edition,
        long catalogue,
        int acting,
        int entitlements,
        List<Refused> refused,
        Optional<String> trouble,
        int endpoints,
        ReportStore.Counts reports) {}
