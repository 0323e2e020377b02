package packhorse.console.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonNull;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonText;

/** A report for other programs: facts and tables by their keys, times as ISO 8601 texts, lengths in milliseconds, no fractions. */
public final class ReportJson {
    private ReportJson() {}

    /** The whole report, in one line. */
    public static String of(Report report) {
        Map<String, Json> facts = new TreeMap<>();
        Map<String, Json> tables = new TreeMap<>();
        List<Json> warnings = new ArrayList<>();
        report.blocks().forEach(block -> {
            switch (block) {
                case Block.Facts all -> all.facts().forEach(fact -> facts.put(fact.key(), json(fact.value())));
                case Block.Table table -> tables.put(table.key(), json(table));
                case Block.Warning warning -> warnings.add(new JsonString(warning.text()));
                case Block.Words words -> {}
                // Bars show what a table or facts say.
                case Block.Bars bars -> {}
            }
        });
        Map<String, Json> out = new TreeMap<>();
        out.put("report", new JsonString(report.kind()));
        out.put("about", new JsonString(report.about()));
        out.put("at", new JsonString(report.at().toString()));
        out.put("facts", JsonObject.of(facts));
        out.put("tables", JsonObject.of(tables));
        out.put("warnings", new JsonArray(warnings));
        return JsonText.of(JsonObject.of(out));
    }

    private static Json json(Block.Table table) {
        List<Json> rows = new ArrayList<>();
        table.rows().forEach(row -> rows.add(json(table.columns(), row)));
        return new JsonArray(rows);
    }

    /** A row by its columns' keys. */
    static Json json(List<Block.Column> columns, List<Cell> row) {
        Map<String, Json> members = new TreeMap<>();
        for (int i = 0; i < row.size(); i++) {
            members.put(columns.get(i).key(), json(row.get(i)));
        }
        return JsonObject.of(members);
    }

    private static Json json(Cell cell) {
        return switch (cell) {
            case Cell.Text(String text) -> new JsonString(text);
            case Cell.Count(long count) -> new JsonInteger(count);
            case Cell.Bytes(long bytes) -> new JsonInteger(bytes);
            case Cell.Share(long count, long of) ->
                JsonObject.of(Map.of("count", new JsonInteger(count), "of", new JsonInteger(of)));
            case Cell.Time(var at) -> new JsonString(at.toString());
            case Cell.Length(var duration) -> new JsonInteger(duration.toMillis());
            case Cell.Unknown unknown -> new JsonNull();
        };
    }
}
