package packhorse.console.rest;

import java.util.List;
import java.util.Optional;
import packhorse.console.change.CataloguedRelease;
import packhorse.console.change.Role;
import packhorse.console.change.Stage;
import packhorse.console.change.StillInstalled;
import packhorse.console.office.ReleaseOffice;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.topology.EndpointId;

/** Releases in the catalogue, and how far each is offered. */
final class ReleaseRoutes {
    private static final String ONE = "/releases/{publisher}/{product}/{version}/{platform}";
    private static final Access COORDINATORS = Access.to(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);

    private ReleaseRoutes() {}

    /** To which stage an order's releases are offered. */
    public record Promotion(Stage to) {}

    /** Whether a release that is taken out is kept in the archive. */
    public record Retirement(boolean archive) {}

    static List<Route> of(ReleaseOffice office, LongReads reads) {
        return List.of(
                Route.get("/releases", "listReleases", "Lists the catalogue.")
                        .asking("state", Parameter.Type.TEXT, "Only those in this state.")
                        .asking("filter", Parameter.Type.TEXT, Parameter.FILTER)
                        .storedPage(CataloguedRelease.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(
                                    office.list(
                                            call.query("state", Names.of(CataloguedRelease.State.class)),
                                            call.narrowing(),
                                            call.after(),
                                            limit + 1),
                                    limit);
                        }),
                Route.post("/releases", "catalogueRelease", "Writes a published release into the catalogue.")
                        .access(Access.to(Role.PACKAGE_BUILDER, Role.ADMINISTRATOR))
                        .body(ReleaseOffice.ReleaseForm.class)
                        .created(CataloguedRelease.class, "/releases")
                        .does(call ->
                                Answer.of(office.catalogue(call.who(), call.body(ReleaseOffice.ReleaseForm.class)))),
                one(Route.get(ONE, "readRelease", "Shows a release."))
                        .stored(CataloguedRelease.class)
                        .does(call -> Answer.of(office.get(id(call)))),
                one(Route.post(
                                ONE + "/retire",
                                "retireRelease",
                                "Takes a release and its updates out of the catalogue."))
                        .access(COORDINATORS)
                        .versioned()
                        .body(Retirement.class)
                        .storedList(CataloguedRelease.class)
                        .does(call -> Answer.storedList(reads.read(() -> office.retire(
                                call.who(),
                                id(call),
                                call.seen(),
                                call.body(Retirement.class).archive())))),
                one(Route.get(
                                ONE + "/installed",
                                "countInstalled",
                                "Counts where a release or an update of it is in place now."))
                        .one(InstalledView.class)
                        .does(call -> Answer.of(InstalledView.of(reads.read(() -> office.installed(id(call)))))),
                one(Route.get(
                                ONE + "/installed/endpoints",
                                "listInstalled",
                                "Lists endpoints that have a release or an update of it in place, or keep one to go"
                                        + " back to, by their ids."))
                        .page(InstalledLine.class)
                        .does(installed(office, reads)),
                one(Route.post(ONE + "/restore", "restoreRelease", "Brings an archived release back."))
                        .access(COORDINATORS)
                        .versioned()
                        .stored(CataloguedRelease.class)
                        .does(call -> Answer.of(office.restore(call.who(), id(call), call.seen()))),
                Route.post(
                                OrderRoutes.ONE + "/promote",
                                "promoteReleases",
                                "Offers an order's releases to its test, or to"
                                        + " production: exactly the bytes that it carries.")
                        .with("order", OrderRoutes.ID)
                        .access(Access.workers())
                        .body(Promotion.class)
                        .storedList(CataloguedRelease.class)
                        .does(call -> Answer.storedList(office.promote(
                                call.who(),
                                OrderRoutes.id(call),
                                call.body(Promotion.class).to()))));
    }

    private static Route.Act installed(ReleaseOffice office, LongReads reads) {
        return call -> {
            int limit = call.limit();
            ReleaseId release = id(call);
            Optional<EndpointId> after = call.query("after", EndpointId::parse);
            return Answer.page(
                    reads.read(() -> office.installedOn(release, after, limit + 1)).stream()
                            .map(row -> InstalledLine.of(row, release))
                            .toList(),
                    limit,
                    one -> one.endpoint().toString());
        };
    }

    /**
     * Where a release or an update of it is in place.
     *
     * @param text for people, with what it is counted of
     */
    public record InstalledView(String text, StillInstalled counts) {
        static InstalledView of(StillInstalled counts) {
            return new InstalledView(counts.text(), counts);
        }
    }

    private static Route.Draft one(Route.Draft draft) {
        return draft.with("publisher", "Who signed it.")
                .with("product", "What it is.")
                .with("version", "Which version.")
                .with("platform", "For which machines.");
    }

    private static ReleaseId id(Call call) {
        return new ReleaseId(
                new ReleaseName(call.path("publisher"), call.path("product")),
                Version.parse(call.path("version")),
                new Platform(call.path("platform")));
    }
}
