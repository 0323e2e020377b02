package packhorse.console.report;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import packhorse.console.report.DistributionLine.Phase;

/** The distribution log: a line for each attempt of each endpoint. A long one is written row by row, see {@link #csv}. */
public final class DistributionLog {
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

    /** As a report, of as many lines as fit memory. */
    public static Report report(String about, List<DistributionLine> lines, Instant at) {
        long good = lines.stream().filter(DistributionLine::succeeded).count();
        return new Report(
                "distribution-log",
                "Distribution log",
                about,
                at,
                List.of(
                        Report.Section.of(
                                "In short",
                                new Block.Facts(List.of(
                                        new Block.Fact("attempts", "attempts", Cell.of(lines.size())),
                                        new Block.Fact("succeeded", "succeeded", new Cell.Share(good, lines.size()))))),
                        Report.Section.of(
                                "Attempts",
                                new Block.Table(
                                        "attempts",
                                        "One line for each attempt of each endpoint",
                                        columns(),
                                        lines.stream().map(DistributionLog::row).toList()))));
    }
}
