package packhorse.tracker.reports;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import packhorse.core.PlainText;
import packhorse.core.content.CodeClass;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.state.ActionState;

/** A stored report as one line, for people or as JSON. What this version does not know is shown as a number. */
public final class ReportLine {
    private ReportLine() {}

    /** Canonical JSON without the line's end. */
    public static String json(StoredReport stored) {
        StatusReport report = stored.report();
        Map<String, Json> out = new TreeMap<>();
        out.put("endpoint", new JsonString(stored.id().endpoint().toString()));
        out.put("journal", new JsonString(HexFormat.of().toHexDigits(stored.id().journal())));
        out.put("sequence", new JsonInteger(stored.id().sequence()));
        out.put("received", new JsonString(stored.received().toString()));
        out.put("at", new JsonString(Instant.ofEpochMilli(report.getAtMillis()).toString()));
        out.put("action", new JsonString(PlainText.line(report.getAction())));
        out.put("release", new JsonString(subject(report)));
        out.put("operation", new JsonString(operation(report)));
        out.put("state", new JsonString(state(report)));
        out.put("detail", new JsonString(PlainText.line(report.getDetail())));
        out.put("code", new JsonInteger(report.getCode()));
        if (report.getCodeClass() != 0) {
            out.put("codeClass", new JsonString(codeClass(report)));
        }
        out.put("bytesWan", new JsonInteger(report.getBytesWan()));
        out.put("bytesLan", new JsonInteger(report.getBytesLan()));
        out.put("desiredRevision", new JsonInteger(report.getDesiredRevision()));
        return new String(CanonicalJson.encode(JsonObject.of(out)), StandardCharsets.UTF_8);
    }

    /** Aligned columns: received, endpoint, sequence, state, what, detail. */
    public static String text(StoredReport stored) {
        StatusReport report = stored.report();
        return String.format(
                        Locale.ROOT,
                        "%-24s  %s  %6d  %-17s %s %s  %s%s",
                        Instant.ofEpochMilli(stored.received().toEpochMilli()),
                        stored.id().endpoint(),
                        stored.id().sequence(),
                        state(report),
                        operation(report).toLowerCase(Locale.ROOT),
                        subject(report),
                        report.getCode() == 0 ? "" : "code " + report.getCode() + " ",
                        PlainText.line(report.getDetail()))
                .stripTrailing();
    }

    private static String subject(StatusReport report) {
        var subject = report.getSubject();
        return (subject.getBundle() ? "bundle " : "") + PlainText.line(subject.getName()) + "@"
                + PlainText.line(subject.getVersion())
                + (subject.getPlatform().isEmpty() || subject.getBundle()
                        ? ""
                        : " (" + PlainText.line(subject.getPlatform()) + ")");
    }

    private static String operation(StatusReport report) {
        return report.getOperation().name().replace("OPERATION_", "");
    }

    private static String state(StatusReport report) {
        try {
            return ActionState.of(report.getState()).name();
        } catch (IllegalArgumentException e) {
            return "state " + report.getState();
        }
    }

    private static String codeClass(StatusReport report) {
        try {
            return CodeClass.of(report.getCodeClass()).name();
        } catch (IllegalArgumentException e) {
            return "class " + report.getCodeClass();
        }
    }
}
