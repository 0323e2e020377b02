package packhorse.console.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;

/**
 * Tables as RFC 4180 has them: commas, quotes where needed, lines that end with CR LF, UTF-8. A text that a spreadsheet would take for
 * a formula gets an apostrophe before it; a line's end inside a text becomes a blank. One row in memory at a time.
 */
public final class Csv {
    private Csv() {}

    /** One table as text. */
    public static String of(Block.Table table) {
        StringBuilder out = new StringBuilder();
        write(table.columns(), table.rows().iterator(), out);
        return out.toString();
    }

    /** The heading and all rows. */
    public static void write(List<Block.Column> columns, Iterator<List<Cell>> rows, Appendable out) {
        try {
            line(columns.stream().map(Block.Column::key).toList(), out);
            while (rows.hasNext()) {
                line(rows.next().stream().map(Csv::text).toList(), out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void line(List<String> fields, Appendable out) throws IOException {
        String separator = "";
        for (String field : fields) {
            out.append(separator).append(field);
            separator = ",";
        }
        out.append("\r\n");
    }

    private static String text(Cell cell) {
        return switch (cell) {
            case Cell.Text(String text) -> quoted(harmless(text));
            case Cell.Count(long count) -> Long.toString(count);
            case Cell.Bytes(long bytes) -> Long.toString(bytes);
            case Cell.Share(long count, long of) -> count + "/" + of;
            case Cell.Time(var at) -> at.toString();
            case Cell.Length(var duration) -> Long.toString(duration.toMillis());
            case Cell.Unknown unknown -> "";
        };
    }

    /** Tabs and other controls too would let a spreadsheet begin anew. */
    private static String harmless(String text) {
        String line = packhorse.core.PlainText.line(text);
        return !line.isEmpty() && "=+-@".indexOf(line.charAt(0)) >= 0 ? "'" + line : line;
    }

    private static String quoted(String text) {
        return text.indexOf(',') < 0 && text.indexOf('"') < 0 ? text : '"' + text.replace("\"", "\"\"") + '"';
    }
}
