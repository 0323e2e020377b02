package packhorse.console.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import packhorse.core.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/**
 * What people ask a console: one command for each kind of thing, below it one for each row of the routing table about it, and those that REST has
 * no row for, such as watching a wave.
 */
public final class ConsoleCommands {
    /** Which command has what is below which first word of a path. */
    private static final Map<String, Group> GROUPS = groups();

    /** What has a command of its own, or is for machines. */
    private static final Set<String> UNCOMMANDED = Set.of(
            "signIn",
            "signOut",
            "readHealth",
            "readMetrics",
            "readOpenApi",
            "makeFirstAccount",
            "hearExternalSystem",
            "showStatusReport",
            "showEvaluationReport",
            "showRecordReport",
            "showSavingsReport",
            "showDistributionLogReport",
            "showComplianceReport",
            "showMeasurementsReport",
            "readEvidence",
            "readEvidenceKey");

    /** Those that are used so often, or before all others, that they stand by themselves. */
    private static final Map<String, Supplier<Object>> SHORT = shortOnes();

    private ConsoleCommands() {}

    /** What a console can: read once, and only where somebody asks. */
    private static final class Operations {
        static final List<ApiOperation> ALL = ApiOperation.all();
    }

    /**
     * A command of its own.
     *
     * @param nouns what it is about, as operations' names have it
     * @param words the first words of the paths below it
     */
    private record Group(
            String name, List<String> nouns, String description, List<String> words, List<String> examples) {}

    private static Map<String, Group> groups() {
        Map<String, Group> all = new LinkedHashMap<>();
        for (Group group : List.of(
                new Group(
                        "order",
                        List.of("order"),
                        "Change requests and change orders: ask, approve, plan, sign, carry out, close.",
                        List.of("orders", "requests", "templates", "problems", "defects", "tests", "plans"),
                        List.of(
                                "packhorse order draft-request --document request.json",
                                "packhorse order list",
                                "packhorse order show CO-2026-0001")),
                new Group(
                        "wave",
                        List.of("deployment", "wave", "hold"),
                        "Deployments and their waves: stage, start, watch, hold, judge, roll back.",
                        List.of("deployments", "waves"),
                        List.of(
                                "packhorse wave watch CO-2026-0001/D1",
                                "packhorse hold CO-2026-0001/D1 --why \"calls\"")),
                new Group(
                        "release",
                        List.of("release"),
                        "Releases in the catalogue and where they are offered.",
                        List.of("releases"),
                        List.of("packhorse release list")),
                new Group(
                        "endpoint",
                        List.of("endpoint"),
                        "Endpoints and their labels; who may join and who is turned away.",
                        List.of("endpoints", "join-tokens", "machines", "denials", "entitlements"),
                        List.of(
                                "packhorse endpoint list --filter 'site==berlin;label.ring==first'",
                                "packhorse endpoint label pc-17 --labels ring=first",
                                "packhorse endpoint import-labels --file rings.csv",
                                "packhorse endpoint make-join-token --site berlin --lasts 2h",
                                "packhorse endpoint deny --endpoint pc-17 --why \"stolen\"")),
                new Group(
                        "group",
                        List.of("group"),
                        "Groups of endpoints, by a query or a list: what orders and requirements are for.",
                        List.of("groups"),
                        List.of(
                                "packhorse group add --name pilots --query 'label.ring==first'",
                                "packhorse group import --name pilots --file pilots.csv",
                                "packhorse group list-members pilots")),
                new Group(
                        "site",
                        List.of("site"),
                        "Sites, their calendars and baselines.",
                        List.of("sites", "calendars", "origins", "traffic"),
                        List.of(
                                "packhorse site list",
                                "packhorse site add --name berlin --zone Europe/Berlin --subnets 10.1.0.0/16"
                                        + " --down 100Mbit --up 20Mbit",
                                "packhorse site import --file sites.yaml --zone Europe/Berlin",
                                "packhorse site import-calendar --name holidays --file holidays.ics")),
                new Group(
                        "compliance",
                        List.of("requirement"),
                        "What groups should have: who has not, since when and why, and the orders that mend it.",
                        List.of("compliance"),
                        List.of(
                                "packhorse compliance add --name editor --group pilots --release"
                                        + " acme/editor/1.2/linux-x86_64",
                                "packhorse compliance check editor",
                                "packhorse compliance list-deviations editor",
                                "packhorse compliance preview-remedies --requirements editor",
                                "packhorse compliance order-remedies --requirements editor --deadline"
                                        + " 2026-12-24T00:00:00Z")),
                new Group(
                        "report",
                        List.of("report"),
                        "Status, evaluation, distribution log, savings, measurements, compliance; the evidence pack.",
                        List.of("reports", "measurements"),
                        List.of(
                                "packhorse report status CO-2026-0001",
                                "packhorse report evaluation CO-2026-0001 --out evaluation.html",
                                "packhorse report distribution-log CO-2026-0001 --format csv",
                                "packhorse report evidence CO-2026-0001 --out evidence.zip",
                                "packhorse report verify-evidence evidence.zip --key evidence.pub")),
                new Group(
                        "notice",
                        List.of("notice"),
                        "What people and other systems are told: what did not come through, what a person tells.",
                        List.of("notices"),
                        List.of(
                                "packhorse notice list --state DEAD",
                                "packhorse notice list --state WAITING --means IN_PERSON")),
                new Group(
                        "audit",
                        List.of("audit"),
                        "The chain of all decisions.",
                        List.of("audit"),
                        List.of("packhorse audit verify")),
                new Group(
                        "account",
                        List.of("account"),
                        "People, their roles and their API tokens.",
                        List.of("accounts", "tokens", "sessions", "me"),
                        List.of("packhorse account list")))) {
            all.put(group.name(), group);
        }
        return all;
    }

    private static Map<String, Supplier<Object>> shortOnes() {
        Map<String, Supplier<Object>> all = new LinkedHashMap<>();
        all.put("hold", HoldCommand::new);
        all.put("login", LoginCommand::new);
        all.put("logout", LogoutCommand::new);
        return all;
    }

    /** What they are called. */
    public static Set<String> names() {
        Set<String> names = new LinkedHashSet<>(GROUPS.keySet());
        names.addAll(SHORT.keySet());
        return names;
    }

    /** Adds all of them to the program. */
    public static void addTo(CommandLine program) {
        names().forEach(name -> addTo(program, name));
    }

    /**
     * Adds one of them to the program.
     *
     * @param name one of {@link #names}
     */
    public static void addTo(CommandLine program, String name) {
        Group group = GROUPS.get(name);
        program.addSubcommand(
                name, group == null ? Objects.requireNonNull(SHORT.get(name)).get() : withOperations(group));
    }

    private static CommandLine withOperations(Group group) {
        CommandLine command = group(group);
        for (ApiOperation operation : Operations.ALL) {
            if (!isCommand(operation) || !groupOf(operation).equals(group)) {
                continue;
            }
            String name = name(group, operation);
            if (command.getSubcommands().containsKey(name)) {
                throw new IllegalStateException("two commands " + group.name() + " " + name);
            }
            command.addSubcommand(name, OperationCommand.of(operation, group.name(), name));
        }
        switch (group.name()) {
            case "wave" -> command.addSubcommand(new WatchCommand());
            case "report" -> ReportCommands.addTo(command);
            default -> {
                // Rows of the routing table are all it has.
            }
        }
        return command;
    }

    private static boolean isCommand(ApiOperation operation) {
        return operation.path().startsWith("/api/")
                && operation.answer() != ApiOperation.Answer.EVENTS
                && !UNCOMMANDED.contains(operation.name());
    }

    private static Group groupOf(ApiOperation operation) {
        String word = operation.path().split("/", -1)[3];
        for (Group group : GROUPS.values()) {
            if (group.words().contains(word)) {
                return group;
            }
        }
        return Objects.requireNonNull(GROUPS.get("report"));
    }

    /** {@code signOrder} of orders is {@code sign}, {@code listOrders} is {@code list}, {@code readOrder} is {@code show}. */
    static String name(List<String> nouns, String operation) {
        String name = OperationCommand.kebab(operation);
        for (String noun : nouns) {
            for (String end : List.of("-" + noun, "-" + noun + "s")) {
                if (name.endsWith(end)) {
                    name = name.substring(0, name.length() - end.length());
                    return name.equals("read") ? "show" : name;
                }
            }
        }
        return name.startsWith("read-") ? "show-" + name.substring("read-".length()) : name;
    }

    private static String name(Group group, ApiOperation operation) {
        return name(group.nouns(), operation.name());
    }

    private static CommandLine group(Group group) {
        CommandSpec spec = CommandSpec.wrapWithoutInspection((Callable<Integer>) () -> {
            throw new UsageException("what about " + group.name() + "? packhorse help " + group.name()
                    + " lists what there is, packhorse " + group.name() + " WHAT --help tells more");
        });
        spec.name(group.name()).mixinStandardHelpOptions(true);
        List<String> footer = new ArrayList<>(List.of("", "Examples:"));
        group.examples().forEach(example -> footer.add("  " + example));
        spec.usageMessage().description(group.description()).footer(footer.toArray(String[]::new));
        return new CommandLine(spec);
    }
}
