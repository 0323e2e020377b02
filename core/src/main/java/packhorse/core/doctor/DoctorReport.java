package packhorse.core.doctor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import packhorse.core.doctor.Finding.Status;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

/**
 * All that was found, as a table for people or as JSON.
 *
 * @param title what was looked at
 * @param findings in the order of the checks
 */
public record DoctorReport(String title, List<Finding> findings) {
    public DoctorReport {
        findings = List.copyOf(findings);
    }

    /** Whether something that is configured cannot work. */
    public boolean failed() {
        return findings.stream().anyMatch(finding -> finding.status() == Status.FAIL);
    }

    /** A line for each finding, its mend below it, and what it comes to. */
    public List<String> table() {
        int width = findings.stream()
                .mapToInt(finding -> finding.name().length())
                .max()
                .orElse(0);
        List<String> lines = new ArrayList<>();
        lines.add(title);
        for (Finding finding : findings) {
            lines.add(String.format(
                    "  %s %-" + Math.max(1, width) + "s  %s", mark(finding.status()), finding.name(), finding.what()));
            if (!finding.mend().isEmpty()) {
                lines.add(" ".repeat(width + 6) + "→ " + finding.mend());
            }
        }
        long failures = count(Status.FAIL);
        long warnings = count(Status.WARN);
        lines.add(
                failures + warnings == 0
                        ? "all is well"
                        : failures
                                + (failures == 1 ? " failure, " : " failures, ")
                                + warnings
                                + (warnings == 1 ? " warning" : " warnings"));
        return lines;
    }

    private long count(Status status) {
        return findings.stream().filter(finding -> finding.status() == status).count();
    }

    private static String mark(Status status) {
        return switch (status) {
            case OK -> "✓";
            case WARN -> "!";
            case FAIL -> "✗";
        };
    }

    /** One canonical line. */
    public String json() {
        List<Json> lines = new ArrayList<>();
        for (Finding finding : findings) {
            Map<String, Json> line = new TreeMap<>();
            line.put("name", new JsonString(finding.name()));
            line.put("status", new JsonString(finding.status().name().toLowerCase(java.util.Locale.ROOT)));
            line.put("what", new JsonString(finding.what()));
            line.put("mend", new JsonString(finding.mend()));
            lines.add(JsonObject.of(line));
        }
        return new String(
                CanonicalJson.encode(JsonObject.of(Map.of(
                        "failed", new Json.JsonBoolean(failed()),
                        "findings", new JsonArray(lines),
                        "title", new JsonString(title)))),
                StandardCharsets.UTF_8);
    }
}
