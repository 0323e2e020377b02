package packhorse.console.report;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Which endpoints of a group have not what the group should have, since when and why. */
public final class ComplianceReport {
    private ComplianceReport() {}

    /**
     * One release that a group should have.
     *
     * @param members of the group
     * @param lacking those that have it not, or not verified
     */
    public record Wanted(String release, long members, List<Lacking> lacking) {
        public Wanted {
            lacking = List.copyOf(lacking);
            if (lacking.size() > members) {
                throw new IllegalArgumentException(lacking.size() + " of " + members + " lack " + release);
            }
        }
    }

    /**
     * An endpoint that has it not.
     *
     * @param has which release of the line it has; empty: none, or not known
     * @param since when that is known
     * @param why in one line
     */
    public record Lacking(String endpoint, String site, String has, Optional<Instant> since, String why) {}

    /** The report. */
    public static Report of(String group, List<Wanted> wanted, Instant at) {
        List<List<Cell>> sums = new ArrayList<>();
        List<List<Cell>> rows = new ArrayList<>();
        for (Wanted one : wanted) {
            sums.add(List.of(
                    Cell.of(one.release()),
                    new Cell.Share(one.members() - one.lacking().size(), one.members())));
            for (Lacking lacking : one.lacking()) {
                rows.add(List.of(
                        Cell.of(one.release()),
                        Cell.of(lacking.endpoint()),
                        Cell.of(lacking.site()),
                        Cell.of(lacking.has()),
                        Cell.of(lacking.since()),
                        Cell.of(lacking.why())));
            }
        }
        return new Report(
                "compliance",
                "Compliance",
                group,
                at,
                List.of(
                        Report.Section.of(
                                "In short",
                                new Block.Table(
                                        "releases", "Who has what", Rows.columns("release", "compliant"), sums)),
                        Report.Section.of(
                                "Not compliant",
                                new Block.Table(
                                        "lacking",
                                        "Endpoints that have it not",
                                        Rows.columns("release", "endpoint", "site", "has", "since", "why"),
                                        rows))));
    }
}
