package packhorse.console.rest;

import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.change.Role;
import packhorse.console.ledger.Stored;
import packhorse.console.office.Origins;
import packhorse.console.office.SiteOffice;
import packhorse.console.office.SiteTraffic;

/** Sites: offices with their networks, lines and clocks. */
final class SiteRoutes {
    private static final String ALL = "/sites";
    private static final String ONE = ALL + "/{site}";
    private static final String ID = "The site's name.";
    private static final String REPLACE = "replaceFiles";
    private static final String REPLACING =
            "Needed for the first where trackers place endpoints at other sites by files of their own: these files"
                    + " count no more.";
    private static final Access ADMINISTRATORS = Access.to(Role.ADMINISTRATOR);

    private SiteRoutes() {}

    /**
     * A new site and its name.
     *
     * @param zone of its clock: {@code Europe/Berlin}
     * @param subnets its addresses, nobody else's: {@code 10.1.0.0/16}
     * @param down into the site: {@code 100Mbit}
     * @param up out of it
     * @param sitePeers addresses of machines that are to serve it
     * @param servesOutsiders whether those of no site are served from here
     * @param lanMayBePlain whether its machines may speak without encryption inside it
     */
    public record NewSite(
            String name,
            ZoneId zone,
            List<String> subnets,
            String down,
            String up,
            Optional<List<String>> sitePeers,
            Optional<Boolean> servesOutsiders,
            Optional<Boolean> lanMayBePlain) {
        SiteOffice.SiteForm form() {
            return new SiteOffice.SiteForm(zone, subnets, down, up, sitePeers, servesOutsiders, lanMayBePlain);
        }
    }

    /**
     * What a file brought.
     *
     * @param sites their names
     * @param notes a line for each site whose clock nobody said
     */
    public record ImportedSites(List<String> sites, List<String> notes) {
        static ImportedSites of(SiteOffice.Imported imported) {
            return new ImportedSites(imported.sites().stream().map(Stored::id).toList(), imported.notes());
        }
    }

    static List<Route> of(SiteOffice office) {
        return List.of(
                Route.get(ALL, "listSites", "Lists sites by name.")
                        .storedPage(SiteView.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(office.list(call.after(), limit + 1), limit, SiteView::of);
                        }),
                Route.post(ALL, "addSite", "Adds a site; its subnets are nobody else's.")
                        .access(ADMINISTRATORS)
                        .asking(REPLACE, Parameter.Type.FLAG, REPLACING)
                        .body(NewSite.class)
                        .created(SiteView.class, ALL)
                        .does(call -> {
                            NewSite form = call.body(NewSite.class);
                            return Answer.of(
                                    office.write(
                                            call.who(),
                                            form.name(),
                                            OptionalLong.of(0),
                                            form.form(),
                                            call.flag(REPLACE)),
                                    SiteView::of);
                        }),
                Route.post(
                                ALL + "/import",
                                "importSites",
                                "Takes sites from a tracker's file, in place of those of the same names; others stay.")
                        .asking(
                                "zone",
                                Parameter.Type.TEXT,
                                "The clock of new ones, such as Europe/Berlin; else UTC, and a note for each.")
                        .asking(REPLACE, Parameter.Type.FLAG, REPLACING)
                        .access(ADMINISTRATORS)
                        .file("application/yaml")
                        .one(ImportedSites.class)
                        .does(call -> Answer.of(ImportedSites.of(office.importFile(
                                call.who(),
                                call.text(),
                                "the file",
                                call.query("zone", SiteRoutes::zone),
                                call.flag(REPLACE))))),
                Route.get("/origins", "readOrigins", "Shows where origins are, which belong to no site.")
                        .stored(Origins.class)
                        .does(call -> Answer.of(office.origins())),
                Route.put("/origins", "writeOrigins", "Says where origins are.")
                        .asking(REPLACE, Parameter.Type.FLAG, REPLACING)
                        .access(ADMINISTRATORS)
                        .versioned()
                        .body(Origins.class)
                        .stored(Origins.class)
                        .does(call -> Answer.of(
                                office.origins(call.who(), call.seen(), call.body(Origins.class), call.flag(REPLACE)))),
                Route.get(
                                "/traffic",
                                "listTraffic",
                                "Lists the bytes that went over lines and inside sites, by tracker.")
                        .storedPage(SiteTraffic.class)
                        .does(call -> {
                            int limit = call.limit();
                            return Answer.storedPage(office.traffic(call.after(), limit + 1), limit);
                        }),
                one(Route.get(ONE, "readSite", "Shows a site."))
                        .stored(SiteView.class)
                        .does(call -> Answer.of(office.get(call.path("site")), SiteView::of)),
                one(Route.put(ONE, "writeSite", "Writes another text of a site; trackers go by it at once."))
                        .access(ADMINISTRATORS)
                        .versioned()
                        .body(SiteOffice.SiteForm.class)
                        .stored(SiteView.class)
                        .does(call -> Answer.of(
                                office.write(
                                        call.who(),
                                        call.path("site"),
                                        call.seen(),
                                        call.body(SiteOffice.SiteForm.class),
                                        false),
                                SiteView::of)),
                one(Route.delete(ONE, "removeSite", "Takes a site away: whoever is there is in no site."))
                        .access(ADMINISTRATORS)
                        .versioned()
                        .does(call -> {
                            office.remove(call.who(), call.path("site"), call.seen());
                            return Answer.done();
                        }));
    }

    private static ZoneId zone(String text) {
        try {
            return ZoneId.of(text);
        } catch (java.time.DateTimeException e) {
            throw new IllegalArgumentException("no zone is called so; write one such as Europe/Berlin", e);
        }
    }

    private static Route.Draft one(Route.Draft draft) {
        return draft.with("site", ID);
    }
}
