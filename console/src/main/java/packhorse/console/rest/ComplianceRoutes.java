package packhorse.console.rest;

import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import packhorse.console.change.Role;
import packhorse.console.fleet.Deviation;
import packhorse.console.fleet.GroupName;
import packhorse.console.fleet.Remedies;
import packhorse.console.fleet.Requirement;
import packhorse.console.office.ComplianceOffice;
import packhorse.core.UsageException;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.VersionRange;
import packhorse.core.topology.EndpointId;

/** What groups should have, who has not, and what mends it. */
final class ComplianceRoutes {
    private static final String ALL = "/compliance/requirements";
    private static final String ONE = ALL + "/{requirement}";
    private static final String ID = "The requirement's name.";
    private static final Access AUTHORS =
            Access.to(Role.CHANGE_COORDINATOR, Role.INSTALLATION_COORDINATOR, Role.SOLUTION_ARCHITECT);

    private ComplianceRoutes() {}

    /**
     * A new requirement and its name.
     *
     * @param release that an order would bring, as the catalogue has it
     * @param accepted versions that are good enough: {@code [1.2,2.0)}; absent: that release's or newer
     * @param absent the release line that nobody should have: {@code acme/game}
     * @param platform of that line
     * @param since from when on; absent: now
     */
    public record NewRequirement(
            String name,
            GroupName group,
            Optional<ReleaseId> release,
            Optional<VersionRange> accepted,
            Optional<ReleaseName> absent,
            Optional<Platform> platform,
            Optional<Instant> since) {
        ComplianceOffice.RequirementForm form() {
            return new ComplianceOffice.RequirementForm(group, release, accepted, absent, platform, since);
        }
    }

    static List<Route> of(ComplianceOffice office, LongReads reads) {
        return List.of(
                Route.get(ALL, "listRequirements", "Lists what groups should have, by name.")
                        .storedPage(Requirement.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(office.requirements(call.after(), limit + 1), limit);
                        }),
                Route.post(ALL, "addRequirement", "Says what a group should have, or should not.")
                        .access(AUTHORS)
                        .body(NewRequirement.class)
                        .created(Requirement.class, ALL)
                        .does(call -> {
                            NewRequirement form = call.body(NewRequirement.class);
                            return Answer.of(office.require(call.who(), form.name(), OptionalLong.of(0), form.form()));
                        }),
                one(Route.get(ONE, "readRequirement", "Shows a requirement."))
                        .stored(Requirement.class)
                        .does(call -> Answer.of(office.requirement(call.path("requirement")))),
                one(Route.put(ONE, "writeRequirement", "Writes another text of a requirement."))
                        .access(AUTHORS)
                        .versioned()
                        .body(ComplianceOffice.RequirementForm.class)
                        .stored(Requirement.class)
                        .does(call -> Answer.of(office.require(
                                call.who(),
                                call.path("requirement"),
                                call.seen(),
                                call.body(ComplianceOffice.RequirementForm.class)))),
                one(Route.delete(ONE, "removeRequirement", "Takes a requirement away."))
                        .access(AUTHORS)
                        .versioned()
                        .does(call -> {
                            office.drop(call.who(), call.path("requirement"), call.seen());
                            return Answer.done();
                        }),
                one(Route.get(ONE + "/state", "checkRequirement", "Counts who has what is wanted, and who has not."))
                        .one(ComplianceView.class)
                        .does(call ->
                                Answer.of(ComplianceView.of(reads.read(() -> office.count(call.path("requirement")))))),
                one(Route.get(
                                ONE + "/deviations",
                                "listDeviations",
                                "Lists who has not what is wanted, since when and why, by their ids."))
                        .asking("why", Parameter.Type.TEXT, "Only those with this reason.")
                        .page(DeviationLine.class)
                        .does(ComplianceRoutes.deviations(office, reads)),
                Route.get(
                                "/compliance/remedies",
                                "previewRemedies",
                                "Shows what orders would mend; nothing is asked for.")
                        .asking("requirements", Parameter.Type.TEXT, "By name, with commas between.")
                        .asking("also", Parameter.Type.TEXT, "Reasons that were looked into, with commas between.")
                        .one(RemediesView.class)
                        .does(call -> Answer.of(RemediesView.of(reads.read(() -> office.remedies(
                                names(call.query("requirements")
                                        .orElseThrow(() -> new UsageException(
                                                "what is to be mended? write requirements=NAME,NAME"))),
                                call.query("also", ComplianceRoutes::reasons).orElse(Set.of())))))),
                Route.post(
                                "/compliance/remedies",
                                "orderRemedies",
                                "Asks for all that would mend it: a request for each,"
                                        + " handed in; and its order, where a template approves it.")
                        .access(Access.to(Role.REQUESTER, Role.CHANGE_COORDINATOR))
                        .body(ComplianceOffice.RemedyForm.class)
                        .one(RemedyList.class)
                        .does(call -> Answer.of(RemedyList.of(
                                office.remedy(call.who(), call.body(ComplianceOffice.RemedyForm.class))))));
    }

    private static Route.Act deviations(ComplianceOffice office, LongReads reads) {
        return call -> {
            int limit = call.limit();
            Optional<EndpointId> after = call.query("after", EndpointId::parse);
            Optional<Deviation.Why> why = call.query("why", Names.of(Deviation.Why.class));
            return Answer.page(
                    reads.read(() -> office.deviations(call.path("requirement"), why, after, limit + 1)).stream()
                            .map(DeviationLine::of)
                            .toList(),
                    limit,
                    one -> one.endpoint().toString());
        };
    }

    /** What came of it, a line for each proposal. */
    public record RemedyList(List<RemedyLine> remedies) {
        static RemedyList of(List<ComplianceOffice.Remedy> all) {
            return new RemedyList(all.stream()
                    .map(one -> new RemedyLine(
                            one.line(),
                            one.request().id(),
                            one.request().value().state().name(),
                            one.order().map(order -> order.id())))
                    .toList());
        }
    }

    /**
     * What came of a proposal.
     *
     * @param text for people
     * @param request its number
     * @param state of the request
     * @param order its number, where it was approved with its submission
     */
    public record RemedyLine(String text, String request, String state, Optional<String> order) {}

    /**
     * What would mend it.
     *
     * @param orders one line each
     * @param leftOut who is in none of them and why, one line for each reason
     */
    public record RemediesView(List<String> orders, List<String> leftOut) {
        static RemediesView of(Remedies remedies) {
            return new RemediesView(
                    remedies.orders().stream().map(Remedies.Order::line).toList(), remedies.leftOut());
        }
    }

    private static List<String> names(String text) {
        return Arrays.stream(text.split(",", -1)).map(String::strip).toList();
    }

    private static Set<Deviation.Why> reasons(String text) {
        return Set.copyOf(
                names(text).stream().map(Names.of(Deviation.Why.class)).toList());
    }

    private static Route.Draft one(Route.Draft draft) {
        return draft.with("requirement", ID);
    }
}
