package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertFalse;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import packhorse.dist.demo.Road.Manner;
import packhorse.dist.demo.Road.Wish;

/**
 * What people may not do on a change's road, tried by the command line on a console that runs: each time one line that says why, the exit code
 * for it, and nothing done.
 */
final class Refusals {
    private final Refused refused;
    private final Road road;
    private final Ware ware;
    private final Person rita;
    private final Person anna;
    private final Person carl;
    private final Person olga;

    /** May ask and may approve; not both in one change. */
    private final Person greta;

    Refusals(Refused refused, Road road, Ware ware) {
        this.refused = refused;
        this.road = road;
        this.ware = ware;
        this.rita = road.cast().requester();
        this.anna = road.cast().approver();
        this.carl = road.cast().client();
        this.olga = road.cast().operator();
        this.greta = road.colleague("greta", "REQUESTER", "APPROVER");
    }

    private Wish wish(Manner manner) {
        return new Wish(List.of(ware), "\"INSTALL\"", road.everywhere(), Road.REST, manner);
    }

    /** Whoever may not, and whatever is not right; returns the order that is ready for its plan's signatures. */
    String beforeThePlanIsSigned() {
        String request = requests();
        String order = orders(request);
        plans(order);
        return order;
    }

    private String requests() {
        String good = """
            {"what": "%s", "why": "asked for", "impact": "none", "category": {"types": ["INSTALL"]},
             "products": ["%s"], "target": "%s", "deadline": "%s", "risk": "NORMAL", "media": []}
            """;
        String later = LocalDate.now(ZoneOffset.UTC).plusDays(9) + "T12:00:00Z";
        String form = road.form(good.formatted("an editor", ware.product(), road.everywhere(), later));
        refused.no(olga, Refused.NO, "REQUESTER", "order", "draft-request", "--document", form);
        refused.no(
                greta,
                Refused.WRONG,
                "what is wanted has 9999 characters; at most 200",
                "order",
                "draft-request",
                "--document",
                road.form(good.formatted("long ".repeat(2_000), ware.product(), road.everywhere(), later)));
        refused.no(
                greta,
                Refused.WRONG,
                "$.whats",
                "order",
                "draft-request",
                "--document",
                road.form("{\"whats\": 1, "
                        + good.formatted("an editor", ware.product(), road.everywhere(), later)
                                .strip()
                                .substring(1)));
        refused.no(greta, Refused.WRONG, "not-there.json", "order", "draft-request", "--document", "/not-there.json");
        refused.no(greta, Refused.WRONG, "packhorse help order draft-request", "order", "draft-request", "--what");

        String empty = Person.text(greta.does("order", "draft-request", "--what", "an editor"), "id");
        refused.no(greta, Refused.NO, "why", "order", "submit-request", empty);
        String late = Person.text(
                greta.does(
                        "order",
                        "draft-request",
                        "--document",
                        road.form(good.formatted(
                                "an editor", ware.product(), road.everywhere(), "2020-01-01T00:00:00Z"))),
                "id");
        refused.no(greta, Refused.NO, "2020-01-01", "order", "submit-request", late);

        String request = Person.text(greta.does("order", "draft-request", "--document", form), "id");
        refused.no(rita, Refused.NO, "greta", "order", "submit-request", request);
        refused.no(anna, Refused.NO, request, "order", "approve-request", request);
        greta.does("order", "submit-request", request);
        refused.no(greta, Refused.NO, request, "order", "submit-request", request);
        anna.does("order", "assess-request", request, "--feasible", "--preliminary-cost", "an hour");
        refused.no(
                greta,
                Refused.NO,
                "nobody approves their own",
                "order",
                "approve-request",
                request,
                "--remarks",
                "mine");
        refused.no(olga, Refused.NO, "APPROVER", "order", "approve-request", request);
        refused.no(olga, Refused.NO, request, "order", "open", "--requests", request);
        anna.does("order", "approve-request", request, "--remarks", "go ahead");
        refused.no(carl, Refused.NO, request, "order", "approve-request", request);
        return request;
    }

    private String orders(String request) {
        refused.no(anna, Refused.NO, "CHANGE_COORDINATOR", "order", "open", "--requests", request);
        refused.no(olga, Refused.WRONG, "CR-2099-0001", "order", "open", "--requests", "CR-2099-0001");
        refused.no(olga, Refused.WRONG, "CO-2099-0001", "order", "show", "CO-2099-0001");
        refused.no(olga, Refused.WRONG, "later", "order", "show", "later");
        String order = Person.text(olga.does("order", "open", "--requests", request), "id");
        refused.no(olga, Refused.NO, request, "order", "open", "--requests", request);
        refused.no(olga, Refused.NO, order, "order", "plan-deployment", order);
        refused.no(olga, Refused.NO, "lacks", "order", "move", order, "--move", "ENTER_PLAN_APPROVAL");
        return order;
    }

    private void plans(String order) {
        refused.no(
                olga,
                Refused.WRONG,
                "not in the catalogue",
                "order",
                "carry-releases",
                order,
                "--document",
                road.form("{\"releases\": [{\"release\": \"demo/gone/1.0/any\"}]}"));
        String early = Person.text(olga.does("order", "show", order), "version");
        olga.does("order", "comment", order, "--text", "first come");
        refused.no(
                olga,
                Refused.NO,
                "changed meanwhile by olga",
                "order",
                "estimate",
                order,
                "--work-hours",
                "99",
                "--cost",
                "nothing",
                "--seen",
                early);
        assertFalse(olga.run("order", "show", order).contains("\"workHours\":99"), "what came second was kept");
        road.plan(order, wish(Manner.PROVED));
        String yesterday = LocalDate.now(ZoneOffset.UTC).minusDays(3).toString();
        refusedPlan(
                order,
                "window",
                Road.waves(wish(Manner.PROVED.within("{\"is\": \"dated\", \"date\": \"" + yesterday
                        + "\", \"start\": \"12:00\", \"duration\": \"PT1H\"}"))));
        refusedPlan(
                order,
                "takes the rest, but others follow",
                Road.waves(new Wish(
                        List.of(ware),
                        "\"INSTALL\"",
                        road.everywhere(),
                        Road.REST + ", " + Road.wave("late", "office-1"),
                        Manner.PROVED)));
        refusedPlan(order, "no operator here", "{\"query\": \"site=office-1\"}");
    }

    private void refusedPlan(String order, String part, String plan) {
        refused.no(olga, Refused.WRONG, part, "order", "plan-waves", order, "--document", road.form(plan));
    }

    /** Who may not sign, what no signature holds for, and what may not begin before its gate. */
    void aroundTheSignatures(String order) {
        String digest = digest(order);
        refused.no(greta, Refused.NO, "nobody approves their own", sign(order, "CLIENT", digest));
        refused.no(olga, Refused.NO, "APPROVER", sign(order, "BOARD", digest));
        refused.no(anna, Refused.WRONG, "digest", sign(order, "BOARD", "abc"));
        anna.does(sign(order, "BOARD", digest));
        carl.does(sign(order, "CLIENT", digest));

        // Another plan: what was signed is void, and the old one can be signed no more.
        Wish other = new Wish(List.of(ware), "\"INSTALL\"", "site=in=(office-1)", Road.REST, Manner.PROVED);
        olga.does("order", "plan-waves", order, "--document", road.form(Road.waves(other)));
        refused.no(carl, Refused.NO, "has changed since it was shown", sign(order, "CLIENT", digest));
        refused.no(olga, Refused.NO, "of another plan are void", "order", "move", order, "--move", "ENTER_PRODUCTION");
        refused.no(olga, Refused.NO, order, "order", "plan-deployment", order);
    }

    /** A plan whose window opens in three days: it is signed, ready and started, and nothing begins. Returns its deployment. */
    String beforeItsWindow(String order) throws InterruptedException {
        String day = LocalDate.now(ZoneOffset.UTC).plusDays(3).toString();
        Wish later = wish(new Manner(
                false,
                true,
                "GATE",
                "{\"is\": \"dated\", \"date\": \"" + day + "\", \"start\": \"12:00\", \"duration\": \"PT4H\"}"));
        olga.does("order", "plan-waves", order, "--document", road.form(Road.waves(later)));
        road.sign(order);
        refused.no(
                olga,
                Refused.NO,
                "lets it proceed",
                "order",
                "tick-item",
                order,
                "--step",
                "STAGING",
                "--key",
                "means",
                "--note",
                "all there");
        refused.no(anna, Refused.NO, "PROCEED is not possible", "order", "speak-at-gate", order, "--move", "PROCEED");
        String deployment = road.launch(order);
        refused.no(anna, Refused.NO, "INSTALLATION_COORDINATOR", "wave", "start", deployment);
        refused.no(olga, Refused.NO, deployment, "wave", "start", deployment);
        refused.no(olga, Refused.NO, "one deployment at a time", "order", "plan-deployment", order);
        return deployment;
    }

    private String digest(String order) {
        return Person.text(olga.does("order", "preview-plan", order), "digest");
    }

    private static String[] sign(String order, String capacity, String digest) {
        return new String[] {"order", "sign-plan", order, "--capacity", capacity, "--digest", digest, "--remarks", ""};
    }
}
