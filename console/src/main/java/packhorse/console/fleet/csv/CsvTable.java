package packhorse.console.fleet.csv;

import de.siegmar.fastcsv.reader.CommentStrategy;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.CsvRecordHandler;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A comma-separated file as header and rows. The separator is a comma, or the semicolon or tab that the header has instead. Text is
 * UTF-8, a byte order mark is passed over.
 * Rows are numbered as the file's lines are, from 1; a row that has a line's end in a quoted cell is named by its first.
 */
public final class CsvTable {
    /** A hundred thousand rows of three hundred bytes. */
    public static final int BYTES_MAX = 32 * 1024 * 1024;

    public static final int ROWS_MAX = 100_000;

    public static final int COLUMNS_MAX = 100;

    public static final int CELL_CHARS_MAX = 1_000;

    /** Nobody reads more; the last line says how many there are. */
    public static final int PROBLEMS_MAX = 100;

    /**
     * Put behind the text as a row of its own. The library takes the end of the file for a closing quote, so half a file would be read as a whole
     * one; but then this row is found inside a cell.
     */
    private static final String END = "\n\u0000end";

    private final String name;
    private final List<String> problems = new ArrayList<>();
    private int problemCount;
    private List<String> header = List.of();
    private long headerLine = 1;
    private final List<Row> rows = new ArrayList<>();

    /**
     * One row.
     *
     * @param line where it begins in the file, from 1
     * @param cells as many as the header has
     */
    record Row(long line, List<String> cells) {}

    private CsvTable(String name) {
        this.name = name;
    }

    /** Reads it all; what is wrong with its form is among {@link #problems}. */
    static CsvTable read(InputStream file, String name) throws IOException {
        CsvTable table = new CsvTable(name);
        byte[] bytes = file.readNBytes(BYTES_MAX + 1);
        if (bytes.length > BYTES_MAX) {
            table.problem("it is larger than " + BYTES_MAX / (1024 * 1024) + " MiB; split it");
            return table;
        }
        ByteBuffer in = ByteBuffer.wrap(bytes);
        CharBuffer text = CharBuffer.allocate(bytes.length);
        CoderResult decoded = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .decode(in, text, true);
        if (decoded.isError()) {
            table.problem("row " + line(bytes, in.position()) + " is not UTF-8; save the file as CSV UTF-8");
            return table;
        }
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == 0) {
                table.problem("row " + line(bytes, i) + " holds a NUL, which no text does; save the file as CSV UTF-8");
                return table;
            }
        }
        String all = text.flip().toString();
        table.parse(all.startsWith("\ufeff") ? all.substring(1) : all);
        return table;
    }

    private static long line(byte[] bytes, int place) {
        long line = 1;
        for (int i = 0; i < place; i++) {
            line += bytes[i] == '\n' ? 1 : 0;
        }
        return line;
    }

    private void parse(String text) {
        long line = 0;
        try (CsvReader<CsvRecord> reader = CsvReader.builder()
                .fieldSeparator(separator(text))
                .commentStrategy(CommentStrategy.NONE)
                .skipEmptyLines(true)
                .allowExtraFields(true)
                .allowMissingFields(true)
                .trimWhitespacesAroundQuotes(true)
                .allowExtraCharsAfterClosingQuote(false)
                .build(CsvRecordHandler.of(limits -> limits.maxFields(16 * COLUMNS_MAX)), text + END)) {
            for (CsvRecord record : reader) {
                line = record.getStartingLineNumber();
                String last = record.getField(record.getFieldCount() - 1);
                if (last.endsWith(END)) {
                    problem("row " + line + " opens a quote that is never closed");
                    return;
                }
                if (last.equals(END.substring(1))) {
                    break;
                }
                List<String> cells =
                        record.getFields().stream().map(String::strip).toList();
                if (cells.stream().allMatch(String::isEmpty)) {
                    continue;
                }
                if (header.isEmpty()) {
                    header(line, cells);
                    if (problemCount > 0) {
                        return;
                    }
                } else if (rows.size() == ROWS_MAX) {
                    problem("it has more than " + ROWS_MAX + " rows; split it");
                    return;
                } else {
                    row(line, cells);
                }
            }
        } catch (CsvParseException | IOException e) {
            problem("row " + (line + 1) + " or below: " + reason(e)
                    + "; quotes inside a quoted cell are written twice");
        }
        if (header.isEmpty() && problemCount == 0) {
            problem("it is empty; the first row names the columns");
        }
    }

    private static String reason(Exception e) {
        Throwable last = e;
        while (last.getCause() != null) {
            last = last.getCause();
        }
        return String.valueOf(last.getMessage()).lines().findFirst().orElse("it cannot be read");
    }

    private static char separator(String text) {
        String first = text.lines().filter(line -> !line.isBlank()).findFirst().orElse("");
        if (first.indexOf(',') >= 0) {
            return ',';
        }
        return first.indexOf(';') >= 0 ? ';' : first.indexOf('\t') >= 0 ? '\t' : ',';
    }

    private void header(long line, List<String> cells) {
        if (cells.size() > COLUMNS_MAX) {
            problem("row " + line + " has " + cells.size() + " columns; at most " + COLUMNS_MAX + " are read");
            return;
        }
        Set<String> seen = new HashSet<>();
        for (int i = 0; i < cells.size(); i++) {
            if (cells.get(i).isEmpty()) {
                problem(line, i, "the column has no name");
            } else if (cells.get(i).length() > CELL_CHARS_MAX) {
                problem(line, i, "the column's name has more than " + CELL_CHARS_MAX + " characters");
            } else if (!seen.add(cells.get(i).toLowerCase(Locale.ROOT))) {
                problem(line, i, "a second column is named \"" + cells.get(i) + "\"");
            }
        }
        header = cells;
        headerLine = line;
    }

    private void row(long line, List<String> cells) {
        if (cells.size() != header.size()) {
            problem("row " + line + " has " + cells.size() + " cells where the header has " + header.size()
                    + "; a cell with a separator in it stands in quotes");
            return;
        }
        for (int i = 0; i < cells.size(); i++) {
            if (cells.get(i).length() > CELL_CHARS_MAX) {
                problem(
                        line,
                        i,
                        "the cell has " + cells.get(i).length() + " characters; at most " + CELL_CHARS_MAX
                                + " are read");
                return;
            }
        }
        rows.add(new Row(line, cells));
    }

    List<String> header() {
        return header;
    }

    /** Where the header is in the file, from 1. */
    long headerLine() {
        return headerLine;
    }

    List<Row> rows() {
        return rows;
    }

    /** Each column's place by its name in lower case. */
    Map<String, Integer> columns() {
        Map<String, Integer> columns = new HashMap<>();
        for (int i = 0; i < header.size(); i++) {
            columns.put(header.get(i).toLowerCase(Locale.ROOT), i);
        }
        return columns;
    }

    /** Notes what is wrong with a cell; columns are counted from 0 here and named from 1. */
    void problem(long line, int column, String what) {
        String named = column < header.size() ? " (" + shown(header.get(column)) + ")" : "";
        problem("row " + line + ", column " + (column + 1) + named + ": " + what);
    }

    private static String shown(String text) {
        return text.length() <= 40 ? text : text.substring(0, 40) + "…";
    }

    /** Notes what is wrong. */
    void problem(String what) {
        problemCount++;
        if (problemCount < PROBLEMS_MAX) {
            problems.add(name + ": " + what);
        }
    }

    boolean isGood() {
        return problemCount == 0;
    }

    /** One line each; the last one says how many are left out. */
    List<String> problems() {
        if (problemCount < PROBLEMS_MAX) {
            return List.copyOf(problems);
        }
        List<String> all = new ArrayList<>(problems);
        all.add(name + ": and " + (problemCount - problems.size()) + " more problems");
        return all;
    }
}
