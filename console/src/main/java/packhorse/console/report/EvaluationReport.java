package packhorse.console.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.ChecklistItem;
import packhorse.console.change.Step;
import packhorse.console.wave.Sorting;

/** What came of an order, at its end: plan against actual, waves, failures by code, rollbacks, bytes spared, problems, lessons. */
public final class EvaluationReport {
    private static final String LESSONS = "lessons";

    private EvaluationReport() {}

    /** The report. */
    public static Report of(OrderStory story) {
        List<Report.Section> sections = new ArrayList<>();
        sections.add(new Report.Section("In short", result(story)));
        sections.add(Report.Section.of("Plan and actual", StatusReport.cost(story)));
        sections.add(Report.Section.of("Waves", Rows.waves(story), Rows.evidence(story)));
        sections.add(Report.Section.of("Failures", Rows.failures(story), Rows.holds(story)));
        sections.addAll(Savings.sections(story.sites()));
        sections.add(Report.Section.of("Problems", Rows.problems(story.problems())));
        sections.add(Report.Section.of("Acceptance", acceptance(story)));
        sections.add(Report.Section.of("Lessons", lessons(story)));
        return new Report("evaluation", "Evaluation report", story.about(), story.at(), sections);
    }

    private static List<Block> result(OrderStory story) {
        List<Block> blocks = new ArrayList<>();
        if (!story.order().state().isFinal()) {
            blocks.add(new Block.Warning(
                    "The order is not closed: " + story.order().state() + ". This is not final."));
        }
        long members = members(story);
        long done = count(story, Sorting.SUCCEEDED);
        long back = count(story, Sorting.ROLLBACK);
        blocks.add(new Block.Facts(List.of(
                Rows.fact(
                        "ending",
                        story.order()
                                .ending()
                                .map(ending -> Cell.of(ending.name()))
                                .orElseGet(Cell.Unknown::new)),
                Rows.fact("succeeded", new Cell.Share(done, members)),
                Rows.fact("to_be_taken_back", new Cell.Share(back, members)),
                Rows.fact("redistribute", new Cell.Share(count(story, Sorting.REDISTRIBUTE), members)),
                Rows.fact("excluded", new Cell.Share(count(story, Sorting.EXCLUDED), members)),
                Rows.fact("pending", new Cell.Share(count(story, Sorting.PENDING), members)),
                Rows.fact(
                        "attempts",
                        Cell.of(story.waves().stream()
                                .mapToLong(WaveStory::attempts)
                                .sum())),
                Rows.fact("reworks", Cell.of(story.order().reworks())))));
        long sorted = 0;
        for (Sorting sorting : Sorting.values()) {
            sorted += count(story, sorting);
        }
        if (sorted != members) {
            blocks.add(
                    new Block.Warning("The analysis sorts " + sorted + " endpoints and " + members + " were frozen."));
        }
        return blocks;
    }

    private static long members(OrderStory story) {
        return story.waves().stream().mapToLong(WaveStory::members).sum();
    }

    private static long count(OrderStory story, Sorting sorting) {
        return story.waves().stream().mapToLong(wave -> wave.of(sorting)).sum();
    }

    private static Block.Table acceptance(OrderStory story) {
        return new Block.Table(
                "acceptance",
                "What the requesters said",
                Rows.columns("request", "requester", "accepted", "satisfaction_of_5", "remarks", "at"),
                story.requests().stream().map(EvaluationReport::acceptance).toList());
    }

    private static List<Cell> acceptance(ChangeRequest request) {
        return request.acceptance()
                .map(said -> List.of(
                        Cell.of(request.id().toString()),
                        Cell.of(said.person().toString()),
                        Cell.of(said.accepted() ? "yes" : "no"),
                        Cell.of(said.satisfaction()),
                        Cell.of(said.remarks()),
                        Cell.of(said.at())))
                .orElseGet(() -> List.of(
                        Cell.of(request.id().toString()),
                        Cell.of(request.requester().toString()),
                        new Cell.Unknown(),
                        new Cell.Unknown(),
                        Cell.of(""),
                        new Cell.Unknown()));
    }

    private static Block.Table lessons(OrderStory story) {
        Optional<String> lessons = story.order()
                .closing()
                .find(Step.CLOSING, LESSONS)
                .flatMap(ChecklistItem::tick)
                .map(ChecklistItem.Tick::note);
        return Rows.lines(
                "lessons", "Lessons", lessons.map(note -> note.lines().toList()).orElse(List.of()));
    }
}
