package packhorse.console.cli;

import java.util.ArrayList;
import java.util.List;

/** Rows below a heading, each column as wide as its widest cell; the last is not padded. */
final class Table {
    private static final String BETWEEN = "  ";

    private final List<List<String>> rows = new ArrayList<>();

    Table(String... heading) {
        rows.add(List.of(heading));
    }

    Table row(Object... cells) {
        List<String> row = new ArrayList<>();
        for (Object cell : cells) {
            row.add(String.valueOf(cell));
        }
        rows.add(row);
        return this;
    }

    /** Whether it has no row below the heading. */
    boolean isEmpty() {
        return rows.size() == 1;
    }

    /** As text; the cells are other people's, so whatever would move the cursor is left out. */
    List<String> lines() {
        int[] widths = new int[rows.getFirst().size()];
        for (List<String> row : rows) {
            for (int i = 0; i < row.size(); i++) {
                widths[i] = Math.max(widths[i], Outline.text(row.get(i)).length());
            }
        }
        List<String> lines = new ArrayList<>();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < row.size(); i++) {
                String cell = Outline.text(row.get(i));
                line.append(i == 0 ? "" : BETWEEN).append(cell);
                if (i < row.size() - 1) {
                    line.repeat(' ', widths[i] - cell.length());
                }
            }
            lines.add(line.toString().stripTrailing());
        }
        return lines;
    }
}
