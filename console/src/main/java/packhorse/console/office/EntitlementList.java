package packhorse.console.office;

import java.util.List;
import packhorse.console.ledger.Kind;
import packhorse.core.topology.EndpointId;

/** Who may have what when its user asks. All of it is one record, so that what trackers are told changes at once. */
public record EntitlementList(List<Line> lines) {
    /** The one record's kind. */
    public static final Kind<EntitlementList> KIND = Kind.of("entitlements", EntitlementList.class);

    /** The one record's id. */
    public static final String ID = "all";

    /** More lines would be groups. */
    static final int LINES_MAX = 10_000;

    /**
     * Values of one kind widen, kinds narrow.
     *
     * @param releases {@code publisher/product}, {@code publisher/*} or {@code *}
     * @param all everybody; the other kinds are empty then
     */
    public record Line(
            String releases, boolean all, List<EndpointId> endpoints, List<String> sites, List<String> groups) {
        public Line {
            endpoints = List.copyOf(endpoints);
            sites = List.copyOf(sites);
            groups = List.copyOf(groups);
            if (releases.isBlank()) {
                throw new IllegalArgumentException(
                        "an entitlement names releases: publisher/product, publisher/* or *");
            }
            boolean some = !endpoints.isEmpty() || !sites.isEmpty() || !groups.isEmpty();
            if (all == some) {
                throw new IllegalArgumentException("the entitlement to " + releases
                        + " is for all, or for endpoints, sites or groups that it names");
            }
        }
    }

    public EntitlementList {
        lines = List.copyOf(lines);
        if (lines.size() > LINES_MAX) {
            throw new IllegalArgumentException(lines.size() + " entitlements; at most " + LINES_MAX + " are kept");
        }
    }
}
