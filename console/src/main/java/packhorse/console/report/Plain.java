package packhorse.console.report;

import java.util.ArrayList;
import java.util.List;
import packhorse.core.PlainText;

/**
 * A report as lines for a terminal. A table that fits stands as one, without the columns that say nothing in any row; where it is wider, each row
 * is a paragraph of names and values. Whatever would move the cursor is left out of all texts.
 */
public final class Plain {
    /** Nobody reads more on a screen; all of them stand in the CSV and the JSON. */
    static final int ROWS_MAX = 200;

    private static final String INDENT = "  ";
    private static final String BETWEEN = "  ";
    private static final int BAR_COLUMNS = 30;
    private static final int COLUMNS_MIN = 40;

    private final StringBuilder out = new StringBuilder();
    private final int columns;

    private Plain(int columns) {
        this.columns = Math.max(COLUMNS_MIN, columns);
    }

    /** The whole report; no line but those of one long word is longer than {@code columns}. */
    public static String of(Report report, int columns) {
        return new Plain(columns).page(report);
    }

    private String page(Report report) {
        wrapped(report.title() + ": " + report.about(), "", "  ");
        wrapped("as of " + report.at(), "", "  ");
        for (Report.Section section : report.sections()) {
            out.append('\n').append(line(section.title())).append('\n');
            section.blocks().forEach(this::block);
        }
        return out.toString();
    }

    private void block(Block block) {
        switch (block) {
            case Block.Words(String text) -> text.lines().forEach(line -> wrapped(line, INDENT, INDENT));
            case Block.Warning(String text) -> wrapped(text, INDENT + "! ", INDENT + "  ");
            case Block.Facts facts -> facts(facts);
            case Block.Table table -> table(table);
            case Block.Bars bars -> bars(bars);
        }
    }

    private void facts(Block.Facts facts) {
        int width = facts.facts().stream()
                .mapToInt(fact -> line(fact.name()).length())
                .max()
                .orElse(0);
        facts.facts()
                .forEach(fact -> wrapped(
                        text(fact.value()),
                        INDENT + padded(line(fact.name()), width) + BETWEEN,
                        INDENT + " ".repeat(width) + BETWEEN));
    }

    private void bars(Block.Bars bars) {
        out.append(INDENT).append(line(bars.title())).append('\n');
        long longest = bars.bars().stream().mapToLong(Block.Bar::length).max().orElse(0);
        int width = bars.bars().stream()
                .mapToInt(bar -> line(bar.label()).length())
                .max()
                .orElse(0);
        for (Block.Bar bar : bars.bars()) {
            int length = longest == 0 ? 0 : (int) Math.round((double) bar.length() * BAR_COLUMNS / longest);
            String drawn = "#".repeat(bar.length() > 0 ? Math.max(1, length) : 0);
            out.append((INDENT
                                    + padded(line(bar.label()), width)
                                    + BETWEEN
                                    + padded(drawn, BAR_COLUMNS)
                                    + BETWEEN
                                    + text(bar.value()))
                            .stripTrailing())
                    .append('\n');
        }
    }

    private void table(Block.Table table) {
        out.append(INDENT).append(line(table.title()));
        if (table.rows().isEmpty()) {
            out.append(": none\n");
            return;
        }
        out.append('\n');
        List<List<Cell>> rows = table.rows().subList(0, Math.min(table.rows().size(), ROWS_MAX));
        List<Integer> kept = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            int column = i;
            if (rows.stream().anyMatch(row -> !empty(row.get(column)))) {
                kept.add(i);
            }
        }
        List<List<String>> cells = new ArrayList<>();
        cells.add(kept.stream().map(i -> line(table.columns().get(i).title())).toList());
        rows.forEach(row -> cells.add(kept.stream().map(i -> text(row.get(i))).toList()));
        int[] widths = new int[kept.size()];
        int width = INDENT.length() * 2 - BETWEEN.length();
        for (int i = 0; i < widths.length; i++) {
            for (List<String> row : cells) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
            width += widths[i] + BETWEEN.length();
        }
        if (width <= columns) {
            cells.forEach(row -> row(row, widths));
        } else {
            cells.subList(1, cells.size()).forEach(row -> paragraph(cells.getFirst(), row));
        }
        if (table.rows().size() > ROWS_MAX) {
            wrapped(
                    table.rows().size() - ROWS_MAX + " more rows stand in the CSV and the JSON of this report",
                    INDENT + INDENT,
                    INDENT + INDENT);
        }
    }

    private void row(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder(INDENT).append(INDENT);
        for (int i = 0; i < widths.length; i++) {
            line.append(padded(row.get(i), widths[i])).append(BETWEEN);
        }
        out.append(line.toString().stripTrailing()).append('\n');
    }

    private void paragraph(List<String> names, List<String> row) {
        StringBuilder line = new StringBuilder(row.getFirst());
        for (int i = 1; i < names.size(); i++) {
            if (!row.get(i).isEmpty()) {
                line.append(i == 1 ? ": " : ", ")
                        .append(names.get(i))
                        .append(' ')
                        .append(row.get(i));
            }
        }
        wrapped(line.toString(), INDENT + INDENT, INDENT + INDENT + INDENT);
    }

    private void wrapped(String text, String first, String next) {
        String rest = line(text);
        String indent = first;
        while (indent.length() + rest.length() > columns) {
            int room = columns - indent.length();
            int at = room > 0 ? rest.lastIndexOf(' ', room) : -1;
            if (at <= 0) {
                at = rest.indexOf(' ', Math.max(room, 0));
            }
            if (at <= 0) {
                break;
            }
            out.append(indent).append(rest, 0, at).append('\n');
            rest = rest.substring(at + 1);
            indent = next;
        }
        out.append((indent + rest).stripTrailing()).append('\n');
    }

    private static boolean empty(Cell cell) {
        return cell instanceof Cell.Unknown || (cell instanceof Cell.Text(String text) && text.isEmpty());
    }

    private static String text(Cell cell) {
        return line(Html.text(cell).replace('\u00a0', ' '));
    }

    private static String line(String text) {
        return PlainText.line(text);
    }

    private static String padded(String text, int width) {
        return text + " ".repeat(Math.max(0, width - text.length()));
    }
}
