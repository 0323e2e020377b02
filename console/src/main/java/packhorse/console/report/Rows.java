package packhorse.console.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import packhorse.console.change.HistoryEntry;
import packhorse.console.change.Problem;
import packhorse.console.wave.Sorting;

/** Tables that several reports have. */
final class Rows {
    private Rows() {}

    /** Columns whose titles are their keys with blanks. */
    static List<Block.Column> columns(String... keys) {
        List<Block.Column> columns = new ArrayList<>();
        for (String key : keys) {
            columns.add(new Block.Column(key, key.replace('_', ' ')));
        }
        return columns;
    }

    static Block.Fact fact(String key, Cell value) {
        return new Block.Fact(key, key.replace('_', ' '), value);
    }

    static Block.Table waves(OrderStory story) {
        List<List<Cell>> rows = new ArrayList<>();
        for (WaveStory wave : story.waves()) {
            rows.add(List.of(
                    Cell.of(wave.id().toString()),
                    Cell.of(wave.name()),
                    Cell.of(wave.state().name()),
                    Cell.of(wave.verdict().map(Enum::name).orElse("")),
                    Cell.of(wave.members()),
                    Cell.of(wave.of(Sorting.SUCCEEDED)),
                    Cell.of(wave.of(Sorting.REDISTRIBUTE)),
                    Cell.of(wave.of(Sorting.ROLLBACK)),
                    Cell.of(wave.of(Sorting.EXCLUDED)),
                    Cell.of(wave.of(Sorting.PENDING)),
                    Cell.of(wave.attempts()),
                    Cell.of(wave.began()),
                    Cell.of(wave.ended()),
                    Cell.of(wave.decidedBy())));
        }
        return new Block.Table(
                "waves",
                "Waves",
                columns(
                        "wave",
                        "name",
                        "state",
                        "verdict",
                        "members",
                        "succeeded",
                        "redistribute",
                        "rollback",
                        "excluded",
                        "pending",
                        "attempts",
                        "began",
                        "ended",
                        "decided_by"),
                rows);
    }

    static Block.Table evidence(OrderStory story) {
        List<List<Cell>> rows = new ArrayList<>();
        for (WaveStory wave : story.waves()) {
            wave.evidence().forEach(line -> rows.add(List.of(Cell.of(wave.id().toString()), Cell.of(line))));
        }
        return new Block.Table("evidence", "What the verdicts rest on", columns("wave", "evidence"), rows);
    }

    static Block.Table failures(OrderStory story) {
        Map<String, Long> byCode = new TreeMap<>();
        story.waves().forEach(wave -> wave.failures().forEach((code, count) -> byCode.merge(code, count, Long::sum)));
        return new Block.Table(
                "failures",
                "Failed attempts by return code",
                columns("code", "attempts"),
                byCode.entrySet().stream()
                        .map(entry -> List.of(Cell.of(entry.getKey()), Cell.of(entry.getValue())))
                        .toList());
    }

    static Block.Table problems(List<Problem> problems) {
        return new Block.Table(
                "problems",
                "Problem records",
                columns(
                        "problem",
                        "external_id",
                        "state",
                        "title",
                        "endpoints",
                        "codes",
                        "opened",
                        "has_it",
                        "resolution"),
                problems.stream()
                        .map(one -> List.of(
                                Cell.of(one.id().toString()),
                                Cell.of(one.external().orElse("")),
                                Cell.of(one.state().name()),
                                Cell.of(one.title()),
                                Cell.of(one.endpoints().size()),
                                Cell.of(one.codes().stream().sorted().toList().toString()),
                                Cell.of(one.opened()),
                                Cell.of(one.team()
                                        .or(() -> one.assignee().map(Object::toString))
                                        .orElse("")),
                                Cell.of(one.resolution())))
                        .toList());
    }

    static Block.Table history(String key, String title, List<HistoryEntry> entries) {
        return new Block.Table(
                key,
                title,
                columns("at", "who", "what", "remarks"),
                entries.stream()
                        .map(one -> List.of(
                                Cell.of(one.at()), Cell.of(one.who()), Cell.of(one.what()), Cell.of(one.remarks())))
                        .toList());
    }

    static Block.Table holds(OrderStory story) {
        return new Block.Table(
                "holds",
                "Holds",
                columns("kind", "who", "why", "since", "lifted"),
                story.holds().stream()
                        .map(hold -> List.of(
                                Cell.of(hold.kind().name()),
                                Cell.of(hold.who()),
                                Cell.of(hold.why()),
                                Cell.of(hold.since()),
                                Cell.of(hold.lifted())))
                        .toList());
    }

    static Block.Table lines(String key, String title, List<String> lines) {
        return new Block.Table(
                key,
                title,
                columns("line"),
                lines.stream().map(line -> List.of(Cell.of(line))).toList());
    }
}
