package packhorse.console.rest;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.change.Role;
import packhorse.console.fleet.LabelChange;
import packhorse.console.ledger.Fleet;
import packhorse.console.office.EndpointOffice;
import packhorse.core.topology.EndpointId;

/** Endpoints and their labels. */
final class EndpointRoutes {
    static final Access OPERATORS = Access.to(Role.INSTALLATION_COORDINATOR, Role.ADMINISTRATOR);

    /** What tables are carried as (RFC 4180). */
    static final String TABLE = "text/csv";

    static final String FILTER = "Only those that fit, in RSQL: site==berlin;label.ring==first.";

    private static final String ONE = "/endpoints/{endpoint}";
    private static final String ID = "The endpoint's id, or its host's name where only one has it.";

    private EndpointRoutes() {}

    /**
     * What came of a table.
     *
     * @param text how many of what, for people
     * @param edits each label that is another one now, the first ones of many
     */
    public record Relabelled(String text, List<LabelChange.Edit> edits) {
        private static final int EDITS_MAX = 1_000;

        static Relabelled of(LabelChange change) {
            return new Relabelled(
                    change.line(), change.edits().stream().limit(EDITS_MAX).toList());
        }
    }

    static List<Route> of(EndpointOffice office) {
        return List.of(
                Route.get("/endpoints", "listEndpoints", "Lists endpoints in service by their ids.")
                        .asking("filter", Parameter.Type.TEXT, FILTER)
                        .page(EndpointLine.class)
                        .does(call -> {
                            int limit = call.limit();
                            Optional<EndpointId> after = call.query("after", EndpointId::parse);
                            return Answer.page(
                                    office.endpoints(call.query("filter"), after, limit + 1).stream()
                                            .map(EndpointLine::of)
                                            .toList(),
                                    limit,
                                    one -> one.endpoint().toString());
                        }),
                Route.post("/endpoints/labels", "importLabels", "Takes labels from a table: all of it, or nothing.")
                        .access(OPERATORS)
                        .file(TABLE)
                        .one(Relabelled.class)
                        .does(call -> Answer.of(Relabelled.of(office.labels(call.who(), call.bytes(), "the table")))),
                one(Route.get(ONE, "readEndpoint", "Shows all that is known of an endpoint."))
                        .one(EndpointView.class)
                        .does(call -> view(office.endpoint(call.path("endpoint")))),
                one(Route.post(ONE + "/labels", "labelEndpoint", "Writes labels on an endpoint; the others stay."))
                        .access(OPERATORS)
                        .versioned()
                        .body(EndpointOffice.LabelForm.class)
                        .one(EndpointView.class)
                        .does(call -> view(office.label(
                                call.who(),
                                call.path("endpoint"),
                                call.seen(),
                                call.body(EndpointOffice.LabelForm.class)))),
                one(Route.post(ONE + "/retire", "retireEndpoint", "Takes an endpoint out of service."))
                        .access(OPERATORS)
                        .versioned()
                        .one(EndpointView.class)
                        .does(call -> view(office.retire(call.who(), call.path("endpoint"), call.seen()))));
    }

    private static Route.Draft one(Route.Draft draft) {
        return draft.with("endpoint", ID);
    }

    private static Answer view(Fleet.Row row) {
        return new Answer.Value(
                EndpointView.of(row), Optional.of(row.facts().endpoint().toString()), OptionalLong.of(row.version()));
    }
}
