package packhorse.console.fleet.csv;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.fleet.Directory;
import packhorse.console.fleet.LabelChange;
import packhorse.console.fleet.Labels;
import packhorse.console.fleet.ListChange;
import packhorse.core.topology.EndpointId;

/**
 * A file whose rows are endpoints. One column, {@code endpoint}, {@code id} or {@code name}, says which: by the id, or by the host's name where only
 * one has it. Each endpoint stands in one row.
 */
public final class EndpointFile {
    private static final Set<String> WHO = Set.of("endpoint", "id", "name");

    /** In a cell, takes the label away; an empty cell leaves it as it is. */
    public static final String TAKE_AWAY = "-";

    private EndpointFile() {}

    /**
     * A static list. Other columns are not used, and said.
     *
     * @param name what problems call the file
     * @param before who is in the list
     */
    public static Imported<ListChange> list(
            InputStream file, String name, Directory directory, Collection<EndpointId> before) throws IOException {
        CsvTable table = CsvTable.read(file, name);
        int who = who(table);
        Map<EndpointId, Long> rows =
                who < 0 ? Map.of() : endpoints(table, who, directory).rows();
        if (!table.isGood()) {
            return new Imported.Refused<>(table.problems());
        }
        List<String> unused = new ArrayList<>(table.header());
        unused.remove(who);
        return new Imported.Ready<>(
                ListChange.of(before, rows.keySet()),
                unused.isEmpty() ? List.of() : List.of(name + ": columns not used: " + String.join(", ", unused)));
    }

    /**
     * Labels: every other column is a label's name. An empty cell leaves the label as it is, {@code -} takes it away.
     *
     * @param name what problems call the file
     */
    public static Imported<LabelChange> labels(InputStream file, String name, Directory directory) throws IOException {
        CsvTable table = CsvTable.read(file, name);
        int who = who(table);
        if (who >= 0 && table.header().size() == 1) {
            table.problem("row " + table.headerLine() + " names no label; add a column for each");
        }
        for (int i = 0; i < table.header().size(); i++) {
            if (who >= 0 && i != who) {
                try {
                    Labels.name(table.header().get(i));
                } catch (IllegalArgumentException e) {
                    table.problem(table.headerLine(), i, String.valueOf(e.getMessage()));
                }
            }
        }
        if (who < 0 || !table.isGood()) {
            return new Imported.Refused<>(table.problems());
        }
        List<LabelChange.Edit> edits = new ArrayList<>();
        SortedMap<EndpointId, SortedMap<String, String>> labels = new TreeMap<>();
        int asBefore = 0;
        Found found = endpoints(table, who, directory);
        for (Map.Entry<EndpointId, CsvTable.Row> entry : found.cells().entrySet()) {
            EndpointId endpoint = entry.getKey();
            CsvTable.Row row = entry.getValue();
            SortedMap<String, String> before = directory.labels(endpoint).orElseGet(TreeMap::new);
            SortedMap<String, String> after = new TreeMap<>(before);
            List<LabelChange.Edit> of = new ArrayList<>();
            for (int i = 0; i < row.cells().size(); i++) {
                String cell = row.cells().get(i);
                if (i == who || cell.isEmpty()) {
                    continue;
                }
                String label = table.header().get(i);
                String had = before.getOrDefault(label, "");
                String has = cell.equals(TAKE_AWAY) ? "" : cell;
                try {
                    if (has.isEmpty()) {
                        after.remove(label);
                    } else {
                        after.put(label, Labels.value(label, cell));
                    }
                } catch (IllegalArgumentException e) {
                    table.problem(row.line(), i, String.valueOf(e.getMessage()));
                    continue;
                }
                if (had.equals(has)) {
                    asBefore++;
                } else {
                    of.add(new LabelChange.Edit(endpoint, label, had, has));
                }
            }
            if (after.size() > Labels.LABELS_MAX) {
                table.problem("row " + row.line() + ": the endpoint would have " + after.size() + " labels; at most "
                        + Labels.LABELS_MAX + " are kept");
            }
            if (!of.isEmpty()) {
                edits.addAll(of);
                labels.put(endpoint, after);
            }
        }
        return table.isGood()
                ? new Imported.Ready<>(new LabelChange(edits, labels, asBefore), List.of())
                : new Imported.Refused<>(table.problems());
    }

    /** The column that says which endpoint; negative where there is none or several, which is a problem. */
    private static int who(CsvTable table) {
        List<String> header = table.header();
        int found = -1;
        for (int i = 0; i < header.size(); i++) {
            if (WHO.contains(header.get(i).toLowerCase(Locale.ROOT))) {
                if (found >= 0) {
                    table.problem(
                            table.headerLine(),
                            i,
                            "a second column that says which endpoint; keep one of endpoint, id or name");
                    return -1;
                }
                found = i;
            }
        }
        if (found < 0 && table.isGood()) {
            table.problem("row " + table.headerLine()
                    + " has no column named endpoint, id or name; the first row names the columns");
        }
        return found;
    }

    /** The endpoints of a file: the line of each, and its row. */
    private record Found(Map<EndpointId, Long> rows, SortedMap<EndpointId, CsvTable.Row> cells) {}

    private static Found endpoints(CsvTable table, int who, Directory directory) {
        Map<EndpointId, Long> rows = new HashMap<>();
        SortedMap<EndpointId, CsvTable.Row> cells = new TreeMap<>();
        for (CsvTable.Row row : table.rows()) {
            try {
                EndpointId endpoint = directory.find(row.cells().get(who));
                Long earlier = rows.putIfAbsent(endpoint, row.line());
                if (earlier != null) {
                    table.problem(row.line(), who, "the endpoint is in row " + earlier + " already");
                } else {
                    cells.put(endpoint, row);
                }
            } catch (IllegalArgumentException e) {
                table.problem(row.line(), who, String.valueOf(e.getMessage()));
            }
        }
        return new Found(rows, cells);
    }
}
