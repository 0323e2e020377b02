package packhorse.dist.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import packhorse.console.json.Records;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;

/**
 * One change on its whole road, by four people with rights of their own: asked for, approved, planned, signed, proved on a beta group, rolled
 * out in waves, reported. Everything they do they do by {@code packhorse}'s commands, on the console that runs here.
 */
final class Road {
    static final String PRODUCT = "demo/tool";

    /** The last wave takes whoever is left. */
    private static final String REST = "{\"name\": \"the rest\", \"slice\": {\"is\": \"rest\"}}";

    private static final Duration STEP_MAX = Duration.ofMinutes(2);
    private static final long LOOK_MILLIS = 300;

    /** What the tool works with; its file holds its version. */
    private static final String DATABASE = "/etc/database";

    private final Deployment deployment;
    private final ScratchFolder scratch;
    private final Say say;
    private Cast cast;
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
     * What is ordered.
     *
     * @param operation as a request has it
     * @param query whom it is for
     * @param waves as JSON, without the brackets
     * @param beta whether a beta group proves it first
     * @param committed whether it is committed as soon as it is verified; otherwise a wave that fails is taken back by itself
     */
    record Wish(String version, String operation, String query, String waves, boolean beta, boolean committed) {}

    /** How an order's deployment went, for the end of the demo. */
    record Journey(String order, String deployment, List<String> verdicts) {
        Journey {
            verdicts = List.copyOf(verdicts);
        }
    }

    Road(Deployment deployment, Say say) {
        this.deployment = deployment;
        this.scratch = deployment.scratch();
        this.say = say;
        this.cast = new People(deployment).come();
    }

    Cast cast() {
        return cast;
    }

    /** Publishes a tool; {@code needsNew}: its check fails on machines whose database is old. */
    void publishTool(String version, boolean needsNew) throws InterruptedException {
        Path tree = scratch.folder("tool-" + version).resolve("tool");
        try {
            Files.createDirectories(tree.resolve("bin"));
            Path tool = tree.resolve("bin").resolve("tool");
            Files.writeString(
                    tool,
                    "#!/bin/sh\necho this is tool " + version + "\n"
                            + (needsNew ? "grep -qx 16 \"$PACKHORSE_ROOT" + DATABASE + "\"\n" : ""));
            Files.setPosixFilePermissions(tool, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path install = scratch.write(
                    "tool-" + version + ".yaml", """
                adapter: archive
                settings: {into: /opt/demo/tool}
                hooks: {health: {run: [bin/tool], timeout: 30s}}
                """ + (needsNew ? "requires: [" + DATABASE + "]\n" : ""));
            Object published = Records.plain(
                    deployment.published(
                            List.of(tree.toString(), "--name", PRODUCT, "--version", version),
                            List.of("--install", install.toString())),
                    "what publishing said");
            cast.operator()
                    .does(
                            "release",
                            "catalogue",
                            "--release",
                            release(version),
                            "--manifest",
                            Person.text(published, "document"),
                            "--size",
                            Person.text(published, "bytes"),
                            "--kind",
                            "PACKAGE");
        } catch (IOException e) {
            throw new OperationException("cannot write the tool: " + DurableFiles.reason(e), e);
        }
    }

    private static String release(String version) {
        return PRODUCT + "/" + version + "/any";
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

    /** Takes one release from a request to a deployment that has begun. */
    Journey begin(Wish wish) throws InterruptedException {
        String what = PRODUCT + " " + wish.version();
        Person requester = cast.requester();
        Person approver = cast.approver();
        Person operator = cast.operator();
        String request = Person.text(
                requester.does("order", "draft-request", "--document", form("""
                    {"what": "%s everywhere", "why": "people ask for it", "impact": "none while it is installed",
                     "category": {"types": ["%s"]}, "products": ["%s"], "target": "%s",
                     "deadline": "%s", "risk": "NORMAL", "media": []}
                    """.formatted(
                                what,
                                wish.operation(),
                                PRODUCT,
                                wish.query(),
                                InstantSource.system()
                                        .instant()
                                        .plus(10, ChronoUnit.DAYS)
                                        .truncatedTo(ChronoUnit.SECONDS)))),
                "id");
        requester.does("order", "submit-request", request);
        operator.does("order", "assess-request", request, "--feasible", "--preliminary-cost", "an hour");
        approver.does("order", "approve-request", request, "--remarks", "go ahead");
        String order = Person.text(operator.does("order", "open", "--requests", request), "id");
        say.line(
                "%s: %s asked, %s approved, %s opened %s",
                request, requester.name(), approver.name(), operator.name(), order);
        plan(order, wish);
        sign(order);
        return new Journey(order, launch(order), List.of());
    }

    /** With so few endpoints no more can be guaranteed; it is printed beside each verdict. */
    private static String waves(Wish wish) {
        return """
            {
              "query": "%s",
              %s,
              "waves": [%s],
              "thresholds": {"goal": 0.4, "failureBudget": 0.6, "unreportedMax": 0.6, "confidence": 0.8},
              "retry": {"attempts": {}, "silentAttempts": 1, "pause": "PT0S", "budgetPercent": 0},
              "timeouts": {"pickup": "PT1M", "fetch": "PT2M", "apply": "PT1M", "activate": "PT1M", "verify": "PT1M",
                           "wave": "PT10M", "drain": "PT30S"},
              "transfer": {"coveragePercent": 100, "spread": "PT0S"},
              "policy": {"sandbox": false, "mayReboot": false, "mayDowngrade": false, "mendDrift": false,
                         "commitAtOnce": %s},
              "judging": {"automaticRollback": %s}
            }
            """.formatted(
                        wish.query(),
                        wish.beta()
                                ? "\"beta\": {\"failureRateMax\": 0.5, \"confidence\": 0.85, \"soak\": \"PT0S\"}"
                                : "\"withoutBeta\": true",
                        wish.waves(),
                        wish.committed(),
                        !wish.committed());
    }

    private void plan(String order, Wish wish) {
        Person operator = cast.operator();
        operator.does("order", "plan", order, "--document", form("""
            {"guide": {"mechanism": "by the agents", "physicalDelivery": "", "installers":
               [{"who": "%s", "what": "the tool", "how": "in waves"}], "endUserSupport": "call 4711",
               "contingency": "roll back", "outagePlan": "none", "checklist": ["all there?"]},
             "stakeholders": ["the help desk"],
             "communications": {"lines": [{"stakeholder": "the help desk", "address": "room 12", "means": "IN_PERSON",
               "occasions": ["ANNOUNCED", "WAVE_JUDGED", "ROLLED_BACK"], "frequency": "AT_ONCE", "call": "4711"}]},
             "backout": {"criteria": ["half of a wave fails"], "recoverable": ["the version before"],
               "order": ["the last wave first"], "recoveryTime": "PT10M", "recoveryPoint": "PT0S"}}
            """.formatted(operator.name())));
        operator.does(
                "order",
                "carry-releases",
                order,
                "--document",
                form("{\"releases\": [{\"release\": \"" + release(wish.version()) + "\"}]}"));
        operator.does("order", "plan-waves", order, "--document", form(waves(wish)));
        operator.does("order", "estimate", order, "--work-hours", "1", "--cost", "nothing");
        for (String item : List.of("sites", "schedule")) {
            operator.does("order", "tick-item", order, "--step", "CHANGE_ORDER", "--key", item, "--note", "as planned");
        }
        operator.does("order", "move", order, "--move", "ENTER_PLAN_APPROVAL", "--remarks", "");
    }

    private void sign(String order) {
        String digest = Person.text(cast.operator().does("order", "preview-plan", order), "digest");
        cast.approver().does("order", "sign-plan", order, "--capacity", "BOARD", "--digest", digest, "--remarks", "");
        cast.client().does("order", "sign-plan", order, "--capacity", "CLIENT", "--digest", digest, "--remarks", "");
        cast.operator().does("order", "move", order, "--move", "ENTER_PRODUCTION", "--remarks", "");
        say.line(
                "%s: %s and %s signed the plan %s",
                order, cast.approver().name(), cast.client().name(), digest.substring(0, 12));
    }

    private String launch(String order) throws InterruptedException {
        Person operator = cast.operator();
        operator.does("order", "speak-at-gate", order, "--move", "CONFIRM_RESOURCES", "--remarks", "");
        cast.approver().does("order", "speak-at-gate", order, "--move", "APPROVE_FEASIBILITY", "--remarks", "");
        cast.approver().does("order", "speak-at-gate", order, "--move", "PROCEED", "--remarks", "");
        operator.does("order", "promote-releases", order, "--to", "PRODUCTION");
        operator.does("order", "report-rehearsal", order, "--good", "--took", "PT1M");
        operator.does("order", "tick-item", order, "--step", "STAGING", "--key", "means", "--note", "all there");
        for (String item : List.of("baseline", "targets", "machines", "window", "freezes")) {
            operator.does("order", "tick-item", order, "--step", "READINESS", "--key", item, "--note", "looked at");
        }
        String deployed = Person.text(operator.does("order", "plan-deployment", order), "id");
        operator.does("wave", "stage", deployed);
        await(deployed, "STAGED", "READINESS", "READY");
        operator.does("wave", "check", deployed);
        if (state(deployed).equals("PLANNED")) {
            throw new OperationException(
                    deployed + " is not ready: " + operator.run("wave", "show-standing", deployed));
        }
        await(deployed, "READY", "NOTIFIED");
        if (!state(deployed).equals("NOTIFIED")) {
            operator.does("wave", "announce", deployed);
        }
        operator.does("wave", "start", deployed);
        say.line("%s: staged, found ready, announced, started by %s", deployed, operator.name());
        return deployed;
    }

    /**
     * The whole of it, for the demo: a release that everybody gets, after a beta group and in two waves; then one that does not bear with an
     * old database that some machines of the second office still have: its wave fails, and what it changed is taken back.
     */
    void walk() throws InterruptedException {
        String offices = deployment.offices().stream().map(Office::name).collect(Collectors.joining(","));
        String all = "site=in=(" + offices + ")";
        publishTool("1.0", false);
        follow(
                begin(new Wish(
                        "1.0",
                        "INSTALL",
                        all,
                        wave("first office", deployment.offices().getFirst().name()) + ", " + REST,
                        true,
                        true)),
                "ANALYSIS",
                "EVALUATION");
        Office second =
                deployment.offices().get(Math.min(1, deployment.offices().size() - 1));
        for (Office office : deployment.offices()) {
            database(office.machines().getFirst(), "16");
            for (Office.Machine machine :
                    office.machines().subList(1, office.machines().size())) {
                database(machine, office.equals(second) ? "9.6" : "16");
            }
        }
        publishTool("2.0", true);
        Journey failed = follow(
                begin(new Wish("2.0", "UPDATE", all, wave("second office", second.name()) + ", " + REST, false, false)),
                "RECOVERY_CHECK",
                "EVALUATION");
        say.line("%s is taken back: every machine has 1.0", failed.deployment());
        say.line(
                "%s decisions in the audit chain, each bound to the one before",
                Person.text(cast.operator().does("audit", "verify"), "links"));
    }

    private static String wave(String name, String site) {
        return "{\"name\": \"" + name + "\", \"slice\": {\"is\": \"sites\", \"names\": [\"" + site + "\"]}}";
    }

    private static void database(Office.Machine machine, String version) {
        try {
            Path file = Governed.root(machine).resolve(DATABASE.substring(1));
            Files.createDirectories(file.getParent());
            Files.writeString(file, version + "\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    /** A body in a file, as people give it. */
    String form(String json) {
        return scratch.write("form-" + ++forms + ".json", json).toString();
    }
}
