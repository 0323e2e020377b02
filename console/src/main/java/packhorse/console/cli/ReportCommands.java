package packhorse.console.cli;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.console.json.Records;
import packhorse.core.UsageException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What is below {@code packhorse report}: reports that the console draws, and evidence. */
final class ReportCommands {
    private static final String API = "/api/v1";

    private ReportCommands() {}

    static void addTo(CommandLine report) {
        ofOrder(report, "status", "How an order stands: what is done, what is next, issues, risks, cost.");
        ofOrder(report, "evaluation", "What came of an order: plan against actual, waves, failures, savings, lessons.");
        ofOrder(
                report,
                "record",
                "The whole record of an order: requests, signatures, checklists, decisions, history.");
        ofOrder(report, "savings", "What the WAN links were spared, by site and by where it came from.");
        ofOrder(report, "distribution-log", "Every attempt of every endpoint, a line each.");
        report.addSubcommand(new OfGroup());
        report.addSubcommand(new OfWork());
        report.addSubcommand(new EvidenceCommands.Fetch());
        report.addSubcommand(new EvidenceCommands.Verify());
        report.addSubcommand(new EvidenceCommands.Key());
    }

    private static void ofOrder(CommandLine report, String word, String description) {
        CommandLine command = new CommandLine(new OfOrder(word));
        command.getCommandSpec()
                .usageMessage()
                .description(description)
                .footer(
                        "",
                        "Examples:",
                        "  packhorse report " + word + " CO-2026-0001",
                        "  packhorse report " + word + " CO-2026-0001 --out " + word + ".html",
                        "  packhorse report " + word + " CO-2026-0001 --format csv");
        report.addSubcommand(word, command);
    }

    /** A report of an order. */
    @Command(mixinStandardHelpOptions = true)
    static final class OfOrder implements Callable<Integer> {
        private final String word;

        @Parameters(paramLabel = "ORDER", description = "Which one, CO-2026-0001.")
        private String order = "";

        @Mixin
        private ReportOutput output = new ReportOutput();

        @Mixin
        private ConsoleOptions options = new ConsoleOptions();

        OfOrder(String word) {
            this.word = word;
        }

        @Override
        public Integer call() {
            output.write(options, orderPath(order) + "/reports/" + word, List.of());
            return 0;
        }
    }

    static String orderPath(String order) {
        if (!order.matches("CO-[0-9]{4}-[0-9]{4,9}")) {
            throw new UsageException("\"" + order + "\" is no order; it looks like CO-2026-0001");
        }
        return API + "/orders/" + order;
    }

    /** Who of a group has not what it should have. */
    @Command(
            name = "compliance",
            mixinStandardHelpOptions = true,
            description = "Who of a group has not what the group should have, since when and why.",
            footer = {
                "",
                "Examples:",
                "  packhorse report compliance pilots",
                "  packhorse report compliance pilots --format csv --table lacking --out lacking.csv"
            })
    static final class OfGroup implements Callable<Integer> {
        @Parameters(paramLabel = "GROUP", description = "The group's name.")
        private String group = "";

        @Mixin
        private ReportOutput output = new ReportOutput();

        @Mixin
        private ConsoleOptions options = new ConsoleOptions();

        @Override
        public Integer call() {
            output.write(options, API + "/reports/compliance/" + Places.escaped(group), List.of());
            return 0;
        }
    }

    /** What the trade measures itself by. */
    @Command(
            name = "measurements",
            mixinStandardHelpOptions = true,
            description = "Shares in time, returned, without rework, satisfied; for each kind of work apart.",
            footer = {
                "",
                "Examples:",
                "  packhorse report measurements",
                "  packhorse report measurements --since 2026-01-01T00:00:00Z --out measurements.html"
            })
    static final class OfWork implements Callable<Integer> {
        @Option(names = "--since", paramLabel = "TIME", description = "Only requests submitted then or later.")
        private @Nullable String since;

        @Mixin
        private ReportOutput output = new ReportOutput();

        @Mixin
        private ConsoleOptions options = new ConsoleOptions();

        @Override
        public Integer call() {
            output.write(
                    options,
                    API + "/reports/measurements",
                    since == null ? List.of() : List.of("since=" + Places.escaped(since)));
            return 0;
        }
    }

    /** A part of an object that a console sent. */
    static String part(String body, String name) {
        return Records.plain(body, "the console's answer") instanceof java.util.Map<?, ?> object
                ? String.valueOf(object.get(name))
                : "";
    }
}
