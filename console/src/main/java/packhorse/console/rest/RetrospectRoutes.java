package packhorse.console.rest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import packhorse.console.change.OrderId;
import packhorse.console.fleet.GroupName;
import packhorse.console.report.Format;
import packhorse.console.report.Report;
import packhorse.console.retrospect.Retrospect;
import packhorse.console.retrospect.Retrospect.Telling;
import packhorse.core.UsageException;

/** Reports that the console draws from what it knows, for people, programs and spreadsheets; and the evidence of an order. */
final class RetrospectRoutes {
    private static final String OF_ORDER = OrderRoutes.ONE + "/reports/";
    private static final String ZIP = "application/zip";
    private static final int COLUMNS_DEFAULT = 80;
    private static final int COLUMNS_MAX = 1_000;

    private RetrospectRoutes() {}

    /**
     * By what auditors verify evidence.
     *
     * @param keyid as signatures name it
     * @param key the Ed25519 public key, 64 hexadecimal digits
     */
    public record EvidenceKey(String keyid, String key) {}

    static List<Route> of(Retrospect retrospect, LongReads reads) {
        return List.of(
                told(retrospect, Telling.STATUS, "Reports how an order stands: done, next, issues, risks, cost."),
                told(retrospect, Telling.EVALUATION, "Reports what came of an order: plan against actual."),
                told(retrospect, Telling.RECORD, "Reports the whole record of an order."),
                told(retrospect, Telling.SAVINGS, "Reports what the WAN links were spared, by site and source."),
                formatted(Route.get(
                                        OF_ORDER + "distribution-log",
                                        "showDistributionLogReport",
                                        "Reports every attempt of every endpoint, a line each.")
                                .with("order", OrderRoutes.ID))
                        .does(call -> {
                            Format format = format(call);
                            int columns = columns(call);
                            OrderId order = retrospect.known(OrderRoutes.id(call));
                            return reads.made(
                                    format.mediaType(),
                                    name(order + "-distribution-log", format),
                                    file -> retrospect.distributionLog(order, format, columns, file));
                        }),
                Route.get(
                                OrderRoutes.ONE + "/evidence",
                                "readEvidence",
                                "Gives all of an order in one signed archive, for an auditor.")
                        .with("order", OrderRoutes.ID)
                        .answersFile(ZIP)
                        .does(call -> {
                            OrderId order = retrospect.known(OrderRoutes.id(call));
                            return reads.made(
                                    ZIP,
                                    Optional.of(order + "-evidence.zip"),
                                    file -> retrospect.evidence(order, file));
                        }),
                Route.get("/reports/evidence-key", "readEvidenceKey", "Shows by which key evidence is verified.")
                        .one(EvidenceKey.class)
                        .does(call -> Answer.of(new EvidenceKey(
                                retrospect.publicKey().keyId().hex(),
                                retrospect.publicKey().hex()))),
                tabled(Route.get(
                                        "/reports/compliance/{group}",
                                        "showComplianceReport",
                                        "Reports who of a group has not what it should have, since when and why.")
                                .with("group", "The group's name."))
                        .does(call -> answer(
                                call,
                                () -> reads.read(() -> retrospect.compliance(call.path("group", GroupName::new))),
                                "compliance")),
                tabled(Route.get(
                                        "/reports/measurements",
                                        "showMeasurementsReport",
                                        "Reports what the trade measures itself by, for each kind of work.")
                                .asking("since", Parameter.Type.TIME, "Only requests submitted then or later."))
                        .does(call -> answer(call, () -> retrospect.measurements(call.time("since")), "measurements")));
    }

    private static Route told(Retrospect retrospect, Telling telling, String summary) {
        String word = telling.name().toLowerCase(Locale.ROOT);
        return tabled(Route.get(
                                OF_ORDER + word,
                                "show" + telling.name().charAt(0) + word.substring(1) + "Report",
                                summary)
                        .with("order", OrderRoutes.ID))
                .does(call -> {
                    OrderId order = OrderRoutes.id(call);
                    return answer(call, () -> retrospect.report(telling, order), order + "-" + word);
                });
    }

    private static Route.Draft tabled(Route.Draft draft) {
        return formatted(draft)
                .asking(
                        "table",
                        Parameter.Type.TEXT,
                        "Which table, for a format that has only one (default: the report's first).");
    }

    private static Route.Draft formatted(Route.Draft draft) {
        return draft.asking(
                        "format",
                        Parameter.Type.TEXT,
                        "html, csv, json or text (default: what Accept asks for, else json).")
                .asking(
                        "columns",
                        Parameter.Type.COUNT,
                        "How wide lines of text may be (default: " + COLUMNS_DEFAULT + ").")
                .answersFile(
                        Arrays.stream(Format.values()).map(Format::mediaType).toArray(String[]::new));
    }

    /** How it is to be written is looked at before anything is looked up. */
    private static Answer answer(Call call, Supplier<Report> report, String name) {
        Format format = format(call);
        int columns = columns(call);
        Report drawn = report.get();
        String text;
        try {
            text = format.of(drawn, call.query("table"), columns);
        } catch (IllegalArgumentException e) {
            throw new UsageException("table=" + call.query("table").orElse("") + ": " + e.getMessage(), e);
        }
        return Answer.file(format.mediaType(), name(name, format), text.getBytes(StandardCharsets.UTF_8));
    }

    /** Pages and lines are shown, the rest is kept. */
    private static Optional<String> name(String name, Format format) {
        return switch (format) {
            case HTML, TEXT -> Optional.empty();
            case CSV, JSON -> Optional.of(name + "." + format.word());
        };
    }

    private static int columns(Call call) {
        return (int) Math.min(COLUMNS_MAX, call.count("columns").orElse(COLUMNS_DEFAULT));
    }

    private static Format format(Call call) {
        return call.query("format", Format::parse)
                .orElseGet(() -> accepted(call.header("Accept").orElse("")));
    }

    /** The first that is offered, in the caller's order; whoever takes anything gets JSON. */
    private static Format accepted(String accept) {
        for (String one : accept.split(",", -1)) {
            String wanted = one.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
            for (Format format : Format.values()) {
                if (format.mediaType().split(";", 2)[0].equals(wanted)) {
                    return format;
                }
            }
        }
        if (!accept.isBlank() && !accept.contains("*/*") && !accept.contains("application/*")) {
            throw new UsageException("Accept: " + accept
                    + " is none of what a report is written as; say text/html, text/csv, application/json or"
                    + " text/plain, or write format=");
        }
        return Format.JSON;
    }
}
