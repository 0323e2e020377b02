package packhorse.dist.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import packhorse.core.OperationException;
import packhorse.core.unit.ByteCount;

/**
 * One change on its whole road, by four people with rights of their own: asked for, approved, planned, signed, proved on a beta group, rolled
 * out in waves, reported. Everything they do they do by {@code packhorse}'s commands, on the console that runs here.
 */
final class Road {
    /** The last wave takes whoever is left. */
    static final String REST = "{\"name\": \"the rest\", \"slice\": {\"is\": \"rest\"}}";

    /** A wave of a single machine that is well is within it. */
    private static final String LENIENT = "\"goal\": 0.15, \"failureBudget\": 0.85, \"unreportedMax\": 0.85";

    /** A wave of three machines of which two are ill is certain to be beyond it. */
    private static final String STRICT = "\"goal\": 0.4, \"failureBudget\": 0.25, \"unreportedMax\": 0.6";

    /** In smaller offices one ill machine proves nothing: there all are. */
    private static final int ONE_WELL_MIN = 3;

    private static final Duration STEP_MAX = Duration.ofMinutes(2);
    private static final long LOOK_MILLIS = 300;

    private final Deployment deployment;
    private final ScratchFolder scratch;
    private final Say say;
    private final People people;
    private final Cast cast;
    private final Wares wares;
    private int forms;

    /** Hears what is worth a line. */
    interface Say {
        void line(String format, Object... arguments);
    }

    /**
     * Who does what.
     *
     * @param requester wants it
     * @param approver of the board
     * @param client pays, and signs for that
     * @param operator coordinates, stages, launches
     */
    record Cast(Person requester, Person approver, Person client, Person operator) {}

    /**
     * How a change is proved and judged.
     *
     * @param beta whether a beta group proves it first
     * @param committed whether it is committed as soon as it is verified; otherwise a wave that fails is taken back by itself
     * @param judge {@code GATE} or {@code PERSON}
     * @param windows as JSON, without the brackets
     */
    record Manner(boolean beta, boolean committed, String judge, String windows) {
        private static final String ALWAYS = "{\"is\": \"always\"}";

        /** By a beta group; what passes stays. */
        static final Manner PROVED = new Manner(true, true, "GATE", ALWAYS);

        /** Without a beta group; what fails is taken back. */
        static final Manner TRIED = new Manner(false, false, "GATE", ALWAYS);

        /** The same, and what follows the beta group is decided by people. */
        Manner decidedByPeople() {
            return new Manner(beta, committed, "PERSON", windows);
        }

        /** The same at other times. */
        Manner within(String others) {
            return new Manner(beta, committed, judge, others);
        }
    }

    /**
     * What is ordered.
     *
     * @param wares in the order in which they are put in place
     * @param operation as a request has it
     * @param query whom it is for
     * @param waves as JSON, without the brackets
     * @param manner how it is proved and judged
     */
    record Wish(List<Ware> wares, String operation, String query, String waves, Manner manner) {
        Wish {
            wares = List.copyOf(wares);
        }

        /** In one line. */
        String what() {
            return wares.stream()
                    .map(ware -> ware.product() + " " + ware.version())
                    .collect(Collectors.joining(", "));
        }

        private String products() {
            return wares.stream().map(ware -> '"' + ware.product() + '"').collect(Collectors.joining(", "));
        }

        private String media() {
            return wares.stream().anyMatch(Ware::carried) ? "\"ELECTRONIC\", \"OFFLINE\"" : "";
        }

        private String releases() {
            return wares.stream()
                    .map(ware -> "{\"release\": \"" + ware.release() + "\", \"medium\": \""
                            + (ware.carried() ? "OFFLINE" : "ELECTRONIC") + "\"}")
                    .collect(Collectors.joining(", "));
        }
    }

    /** How an order's deployment went, for the end of the demo. */
    record Journey(String order, String deployment, List<String> verdicts) {
        Journey {
            verdicts = List.copyOf(verdicts);
        }
    }

    /** The walk of the demo: a change that everybody got, and one that was taken back. */
    record Walked(Journey good, Journey failed) {}

    /**
     * What was handed in at an order's end.
     *
     * @param folder with the reports
     * @param evidence the pack, proved
     * @param key by which it was
     */
    record HandedIn(Path folder, Path evidence, String key) {}

    Road(Deployment deployment, Say say) {
        this.deployment = deployment;
        this.scratch = deployment.scratch();
        this.say = say;
        this.people = new People(deployment);
        this.cast = people.come();
        this.wares = new Wares(deployment, cast.operator());
    }

    Cast cast() {
        return cast;
    }

    /** One more who works here. */
    Person colleague(String name, String... roles) {
        return people.join(name, List.of(roles));
    }

    Wares wares() {
        return wares;
    }

    /** Everybody may have that product when its user asks. */
    void entitle(String product) {
        cast.operator()
                .does(
                        "endpoint",
                        "replace-entitlements",
                        "--document",
                        form("{\"lines\": [{\"releases\": \"" + product
                                + "\", \"all\": true, \"endpoints\": [], \"sites\": [], \"groups\": []}]}"));
    }

    /** Takes an order from a request to a deployment that has begun. */
    Journey begin(Wish wish) throws InterruptedException {
        String order = open(wish);
        plan(order, wish);
        sign(order);
        return new Journey(order, launch(order), List.of());
    }

    /** Asks for it; returns the request, handed in. */
    String ask(Wish wish) {
        String request = Person.text(
                cast.requester().does("order", "draft-request", "--document", form("""
                    {"what": "%s everywhere", "why": "people ask for it", "impact": "none while it is installed",
                     "category": {"types": [%s]}, "products": [%s], "target": "%s",
                     "deadline": "%s", "risk": "NORMAL", "media": [%s]}
                    """.formatted(
                                wish.what(),
                                wish.operation(),
                                wish.products(),
                                wish.query(),
                                InstantSource.system()
                                        .instant()
                                        .plus(10, ChronoUnit.DAYS)
                                        .truncatedTo(ChronoUnit.SECONDS),
                                wish.media()))),
                "id");
        cast.requester().does("order", "submit-request", request);
        return request;
    }

    /** Asks for it, lets it be approved, opens an order for it. */
    String open(Wish wish) {
        String request = ask(wish);
        cast.operator().does("order", "assess-request", request, "--feasible", "--preliminary-cost", "an hour");
        cast.approver().does("order", "approve-request", request, "--remarks", "go ahead");
        String order = Person.text(cast.operator().does("order", "open", "--requests", request), "id");
        say.line(
                "%s: %s asked, %s approved, %s opened %s",
                request,
                cast.requester().name(),
                cast.approver().name(),
                cast.operator().name(),
                order);
        return order;
    }

    /** With so few endpoints no more can be guaranteed; it is printed beside each verdict. */
    static String waves(Wish wish) {
        return """
            {
              "query": "%s",
              %s,
              "waves": [%s],
              "thresholds": {%s, "confidence": 0.8},
              "retry": {"attempts": {}, "silentAttempts": 1, "pause": "PT0S", "budgetPercent": 0},
              "timeouts": {"pickup": "PT1M", "fetch": "PT2M", "apply": "PT1M", "activate": "PT1M", "verify": "PT1M",
                           "wave": "PT10M", "drain": "PT30S"},
              "transfer": {"coveragePercent": 100, "spread": "PT0S"},
              "policy": {"sandbox": false, "mayReboot": false, "mayDowngrade": false, "mendDrift": false,
                         "commitAtOnce": %s},
              "judging": {"by": "%s", "automaticRollback": %s},
              "windows": [%s]
            }
            """.formatted(
                        wish.query(),
                        wish.manner().beta()
                                ? "\"beta\": {\"failureRateMax\": 0.5, \"confidence\": 0.85, \"soak\": \"PT0S\"}"
                                : "\"withoutBeta\": true",
                        wish.waves(),
                        wish.manner().committed() ? LENIENT : STRICT,
                        wish.manner().committed(),
                        wish.manner().judge(),
                        !wish.manner().committed(),
                        wish.manner().windows());
    }

    /** Plans all of it, up to where it is to be signed. */
    void plan(String order, Wish wish) {
        Person operator = cast.operator();
        operator.does("order", "plan", order, "--document", form("""
            {"guide": {"mechanism": "by the agents", "physicalDelivery": "%s", "installers":
               [{"who": "%s", "what": "the tool", "how": "in waves"}], "endUserSupport": "call 4711",
               "contingency": "roll back", "outagePlan": "none", "checklist": ["all there?"]},
             "stakeholders": ["the help desk"],
             "communications": {"lines": [{"stakeholder": "the help desk", "address": "room 12", "means": "IN_PERSON",
               "occasions": ["ANNOUNCED", "WAVE_JUDGED", "ROLLED_BACK"], "frequency": "AT_ONCE", "call": "4711"}]},
             "backout": {"criteria": ["half of a wave fails"], "recoverable": ["the version before"],
               "order": ["the last wave first"], "recoveryTime": "PT10M", "recoveryPoint": "PT0S"}}
            """.formatted(
                        wish.wares().stream().anyMatch(Ware::carried) ? "by post" : "", operator.name())));
        operator.does(
                "order", "carry-releases", order, "--document", form("{\"releases\": [" + wish.releases() + "]}"));
        operator.does("order", "plan-waves", order, "--document", form(waves(wish)));
        operator.does("order", "estimate", order, "--work-hours", "1", "--cost", "nothing");
        for (String item : List.of("sites", "schedule")) {
            operator.does("order", "tick-item", order, "--step", "CHANGE_ORDER", "--key", item, "--note", "as planned");
        }
        operator.does("order", "move", order, "--move", "ENTER_PLAN_APPROVAL", "--remarks", "");
    }

    /** Signs the plan that is there, and lets the order into production. */
    void sign(String order) {
        String digest = Person.text(cast.operator().does("order", "preview-plan", order), "digest");
        cast.approver().does("order", "sign-plan", order, "--capacity", "BOARD", "--digest", digest, "--remarks", "");
        cast.client().does("order", "sign-plan", order, "--capacity", "CLIENT", "--digest", digest, "--remarks", "");
        cast.operator().does("order", "move", order, "--move", "ENTER_PRODUCTION", "--remarks", "");
        say.line(
                "%s: %s and %s signed the plan %s",
                order, cast.approver().name(), cast.client().name(), digest.substring(0, 12));
    }

    /** Carries a signed order out, up to its start; returns its deployment. */
    String launch(String order) throws InterruptedException {
        Person operator = cast.operator();
        operator.does("order", "speak-at-gate", order, "--move", "CONFIRM_RESOURCES", "--remarks", "");
        cast.approver().does("order", "speak-at-gate", order, "--move", "APPROVE_FEASIBILITY", "--remarks", "");
        cast.approver().does("order", "speak-at-gate", order, "--move", "PROCEED", "--remarks", "");
        operator.does("order", "promote-releases", order, "--to", "PRODUCTION");
        operator.does("order", "report-rehearsal", order, "--good", "--took", "PT1M");
        String deployed = Person.text(operator.does("order", "plan-deployment", order), "id");
        operator.does("wave", "stage", deployed);
        // The console looks by itself whether it is ready, waits for whoever looks where it cannot, and tells everybody
        // what is coming.
        awaitLook(deployed);
        answer(order);
        await(deployed, "NOTIFIED", "PLANNED");
        if (state(deployed).equals("PLANNED")) {
            throw new OperationException(
                    deployed + " is not ready: " + operator.run("wave", "show-standing", deployed));
        }
        operator.does("wave", "start", deployed);
        say.line("%s: staged, found ready, announced, started by %s", deployed, operator.name());
        return deployed;
    }

    /**
     * The whole of it, for the demo: a release that everybody gets, after a beta group and in two waves; then one that does not bear with an
     * old database that all but one of the second office's machines have: its wave fails, and what it changed is taken back.
     */
    Walked walk() throws InterruptedException {
        String all = everywhere();
        Ware old = wares.tool("1.0", false);
        String first = wave("first office", deployment.offices().getFirst().name()) + ", " + REST;
        Journey good = follow(
                begin(new Wish(List.of(old), "\"INSTALL\"", all, first, Manner.PROVED)), "ANALYSIS", "EVALUATION");
        wares.requireEverywhere(old);
        Office second =
                deployment.offices().get(Math.min(1, deployment.offices().size() - 1));
        boolean oneWell = second.machines().size() >= ONE_WELL_MIN;
        deployment.machines().forEach(machine -> wares.database(machine, "16"));
        second.machines().stream().skip(oneWell ? 1 : 0).forEach(machine -> wares.database(machine, "9.6"));
        Ware demanding = wares.tool("2.0", true);
        String suspect = wave("second office", second.name()) + ", " + REST;
        Journey failed = follow(
                begin(new Wish(List.of(demanding), "\"UPDATE\"", all, suspect, Manner.TRIED)),
                oneWell ? "RECOVERY_CHECK" : "ANALYSIS",
                "EVALUATION");
        wares.requireEverywhere(old);
        say.line("%s is taken back: every machine has 1.0", failed.deployment());
        say.line(
                "%s decisions in the audit chain, each bound to the one before",
                Person.text(cast.operator().does("audit", "verify"), "links"));
        return new Walked(good, failed);
    }

    /** Writes an order's reports and its evidence, and proves that by the console's public key. */
    HandedIn handIn(String order, Path folder) {
        Person operator = cast.operator();
        for (String report : List.of("status", "evaluation", "record", "savings")) {
            operator.run(
                    "report",
                    report,
                    order,
                    "--out",
                    folder.resolve(report + ".html").toString());
        }
        operator.run(
                "report",
                "distribution-log",
                order,
                "--out",
                folder.resolve("distribution-log.csv").toString());
        Object savings = Person.at(operator.does("report", "savings", order), "facts");
        say.line(
                "%s: %s endpoints have it, %s of %s crossed the WAN links; %s",
                order,
                Person.text(savings, "endpoints"),
                new ByteCount(Long.parseLong(Person.text(savings, "wan"))),
                new ByteCount(Long.parseLong(Person.text(savings, "delivered"))),
                balance(Long.parseLong(Person.text(savings, "difference"))));
        Path evidence = folder.resolve("evidence.zip");
        operator.run("report", "evidence", order, "--out", evidence.toString());
        String key = Person.text(operator.does("report", "evidence-key"), "key");
        Person.command(List.of("report", "verify-evidence", evidence.toString(), "--key", key));
        say.line("%s: all of its evidence is in %s, and proved by the key %s…", order, evidence, key.substring(0, 12));
        return new HandedIn(folder, evidence, key);
    }

    private static String balance(long difference) {
        return difference == 0
                ? "what came is what was delivered"
                : Math.abs(difference) + " bytes " + (difference > 0 ? "more" : "less")
                        + " came than the releases' sizes say";
    }

    /** All offices, as a query. */
    String everywhere() {
        return "site=in=(" + deployment.offices().stream().map(Office::name).collect(Collectors.joining(",")) + ")";
    }

    /** A wave of one office, as a plan has it. */
    static String wave(String name, String site) {
        return "{\"name\": \"" + name + "\", \"slice\": {\"is\": \"sites\", \"names\": [\"" + site + "\"]}}";
    }

    /** Follows a deployment until it is in one of {@code states}; says each verdict once, with what it rests on. */
    Journey follow(Journey begun, String... states) throws InterruptedException {
        List<String> verdicts = new ArrayList<>(begun.verdicts());
        long deadline = System.nanoTime() + STEP_MAX.toNanos() * 2;
        while (true) {
            deployment.requireAlive();
            Object now = cast.operator().does("wave", "show", begun.deployment());
            for (Object wave : Person.at(now, "value", "waves") instanceof List<?> list ? list : List.of()) {
                if (wave instanceof Map<?, ?> judged && judged.get("verdict") != null) {
                    String line = Person.text(judged, "id") + " "
                            + Person.text(judged, "evidence")
                                    .replace(" | ", "\n    ")
                                    .replaceFirst(": ", "\n    ");
                    if (!verdicts.contains(line)) {
                        verdicts.add(line);
                        say.line("%s", line);
                    }
                }
            }
            if (List.of(states).contains(Person.text(now, "value", "state"))) {
                return new Journey(begun.order(), begun.deployment(), verdicts);
            }
            if (System.nanoTime() > deadline) {
                throw new OperationException(begun.deployment() + " is still " + Person.text(now, "value", "state")
                        + " and was to be one of " + List.of(states));
            }
            deployment.pause(LOOK_MILLIS);
        }
    }

    private String state(String deployed) {
        return Person.text(cast.operator().does("wave", "show", deployed), "value", "state");
    }

    private void await(String deployed, String... states) throws InterruptedException {
        follow(new Journey("", deployed, List.of()), states);
    }

    /** Waits until the console has looked: there is always something that it cannot look at. */
    private void awaitLook(String deployed) throws InterruptedException {
        long deadline = System.nanoTime() + STEP_MAX.toNanos();
        while (!(cast.operator().does("wave", "show-standing", deployed) instanceof Map<?, ?> standing
                && standing.get("blocking") instanceof List<?> blocking
                && !blocking.isEmpty())) {
            deployment.requireAlive();
            if (System.nanoTime() > deadline) {
                throw new OperationException(deployed + " was not looked at, it is " + state(deployed));
            }
            deployment.pause(LOOK_MILLIS);
        }
    }

    /** Looks where the console says that it cannot, and ticks that: the items of staging and readiness that wait for a person. */
    private void answer(String order) {
        Object shown = cast.operator().does("order", "show", order);
        List<?> stages = Person.at(shown, "value", "stages") instanceof List<?> all ? all : List.of();
        if (!(Person.at(stages.getLast(), "checklist", "items") instanceof List<?> items)) {
            return;
        }
        for (Object one : items) {
            String step = Person.text(one, "step");
            boolean asked = one instanceof Map<?, ?> item
                    && (item.get("finding") instanceof Map<?, ?> finding
                            ? "UNKNOWN".equals(finding.get("answer"))
                            : "INSTALLATION_COORDINATOR".equals(item.get("performs")));
            if (asked && (step.equals("STAGING") || step.equals("READINESS"))) {
                cast.operator()
                        .does(
                                "order",
                                "tick-item",
                                order,
                                "--step",
                                step,
                                "--key",
                                Person.text(one, "key"),
                                "--note",
                                "looked at");
            }
        }
    }

    /** A body in a file, as people give it. */
    String form(String json) {
        return scratch.write("form-" + ++forms + ".json", json).toString();
    }
}
