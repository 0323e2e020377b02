package packhorse.console.report;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import packhorse.console.report.DistributionLine.Phase;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonText;

/** The distribution log: a line for each attempt of each endpoint. A long one is written row by row, see {@link #csv}. */
public final class DistributionLog {
    private static final String KIND = "distribution-log";

    private DistributionLog() {}

    /** What a line has. */
    public static List<Block.Column> columns() {
        List<Block.Column> columns = new ArrayList<>(List.of(
                new Block.Column("endpoint", "endpoint"),
                new Block.Column("site", "site"),
                new Block.Column("wave", "wave"),
                new Block.Column("attempt", "attempt"),
                new Block.Column("began", "began"),
                new Block.Column("last", "last"),
                new Block.Column("release", "release"),
                new Block.Column("operation", "operation"),
                new Block.Column("state", "state"),
                new Block.Column("code", "code"),
                new Block.Column("class", "class"),
                new Block.Column("meaning", "meaning")));
        for (Source source : Source.values()) {
            columns.add(new Block.Column("bytes_" + source.key().replace('-', '_'), source.title()));
        }
        for (Phase phase : Phase.values()) {
            columns.add(new Block.Column(phase.key() + "_ms", phase.key()));
        }
        columns.add(new Block.Column("tail", "the agent's last words"));
        return List.copyOf(columns);
    }

    /** A line's values. */
    public static List<Cell> row(DistributionLine line) {
        List<Cell> row = new ArrayList<>(List.of(
                Cell.of(line.endpoint().toString()),
                Cell.of(line.site()),
                Cell.of(line.wave()),
                Cell.of(line.action()),
                Cell.of(line.began()),
                Cell.of(line.last()),
                Cell.of(line.release()),
                Cell.of(line.operation().name().toLowerCase(Locale.ROOT)),
                Cell.of(line.state().name()),
                Cell.of(line.code()),
                Cell.of(line.codeClass().map(Enum::name).orElse("")),
                Cell.of(line.meaning())));
        for (Source source : Source.values()) {
            row.add(new Cell.Bytes(line.bytes().of(source)));
        }
        for (Phase phase : Phase.values()) {
            Duration spent = line.phases().get(phase);
            row.add(spent == null ? new Cell.Unknown() : new Cell.Length(spent));
        }
        row.add(Cell.of(line.tail()));
        return List.copyOf(row);
    }

    /** All of it, one line in memory at a time. */
    public static void csv(Iterator<DistributionLine> lines, Appendable out) {
        Csv.write(
                columns(),
                new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return lines.hasNext();
                    }

                    @Override
                    public List<Cell> next() {
                        return row(lines.next());
                    }
                },
                out);
    }

    /** All of it for other programs, one line in memory at a time: as {@link ReportJson} writes a report, its facts behind its rows. */
    public static void json(String about, Iterator<DistributionLine> lines, Instant at, Appendable out)
            throws IOException {
        out.append("{\"report\":\"" + KIND + "\",\"about\":")
                .append(JsonText.of(new JsonString(about)))
                .append(",\"at\":")
                .append(JsonText.of(new JsonString(at.toString())))
                .append(",\"tables\":{\"attempts\":[");
        List<Block.Column> columns = columns();
        long attempts = 0;
        long good = 0;
        while (lines.hasNext()) {
            DistributionLine line = lines.next();
            out.append(attempts == 0 ? "" : ",").append(JsonText.of(ReportJson.json(columns, row(line))));
            attempts++;
            good += line.succeeded() ? 1 : 0;
        }
        out.append("]},\"facts\":{\"attempts\":" + attempts + ",\"succeeded\":{\"count\":" + good + ",\"of\":"
                + attempts + "}},\"warnings\":[]}");
    }

    /**
     * As a report, with the first lines; the rest are counted.
     *
     * @param rowsMax how many lines it may have
     */
    public static Report report(String about, Iterator<DistributionLine> lines, Instant at, int rowsMax) {
        List<List<Cell>> rows = new ArrayList<>();
        long attempts = 0;
        long good = 0;
        while (lines.hasNext()) {
            DistributionLine line = lines.next();
            attempts++;
            good += line.succeeded() ? 1 : 0;
            if (rows.size() < rowsMax) {
                rows.add(row(line));
            }
        }
        List<Block> log = new ArrayList<>();
        log.add(new Block.Table("attempts", "One line for each attempt of each endpoint", columns(), rows));
        if (attempts > rows.size()) {
            log.add(new Block.Words(
                    attempts - rows.size() + " more attempts stand in the CSV and the JSON of this report."));
        }
        return new Report(
                KIND,
                "Distribution log",
                about,
                at,
                List.of(
                        Report.Section.of(
                                "In short",
                                new Block.Facts(List.of(
                                        new Block.Fact("attempts", "attempts", Cell.of(attempts)),
                                        new Block.Fact("succeeded", "succeeded", new Cell.Share(good, attempts))))),
                        new Report.Section("Attempts", log)));
    }
}
