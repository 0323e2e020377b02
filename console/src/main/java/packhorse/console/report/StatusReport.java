package packhorse.console.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChecklistItem;
import packhorse.console.change.Estimate;
import packhorse.console.change.ProblemState;
import packhorse.console.wave.Hold;
import packhorse.console.wave.Sorting;

/** How an order stands, at any time: what is done, what is next, issues, risks, and what it took against the plan. */
public final class StatusReport {
    private StatusReport() {}

    /** The report. */
    public static Report of(OrderStory story) {
        return new Report(
                "status",
                "Status report",
                story.about(),
                story.at(),
                List.of(
                        new Report.Section("State", state(story)),
                        new Report.Section("Done", done(story)),
                        new Report.Section("Next", next(story)),
                        new Report.Section("Issues", issues(story)),
                        new Report.Section("Risks", risks(story)),
                        Report.Section.of("Resources and cost against plan", cost(story))));
    }

    private static List<Block> state(OrderStory story) {
        List<Block> blocks = new ArrayList<>();
        story.holds().stream()
                .filter(Hold::holds)
                .forEach(hold -> blocks.add(new Block.Warning(
                        "Held since " + hold.since() + " by " + hold.who() + " (" + hold.kind() + "): " + hold.why())));
        blocks.add(new Block.Facts(List.of(
                Rows.fact("order", Cell.of(story.order().id().toString())),
                Rows.fact(
                        "external_id", Cell.of(story.order().head().externalId().orElse(""))),
                Rows.fact("state", Cell.of(story.order().state().name())),
                Rows.fact(
                        "stage",
                        Cell.of(story.order()
                                .stage()
                                .map(entry -> entry.stage().name())
                                .orElse(""))),
                Rows.fact("risk", Cell.of(story.order().risk().name())),
                Rows.fact("manager", Cell.of(story.order().head().manager().toString())),
                Rows.fact("target_date", Cell.of(story.order().head().targetDate())),
                Rows.fact(
                        "waves_ended",
                        new Cell.Share(story.wavesEnded(), story.waves().size())))));
        return blocks;
    }

    private static List<Block> done(OrderStory story) {
        long members = story.waves().stream().mapToLong(WaveStory::members).sum();
        List<Block.Bar> bars = new ArrayList<>();
        for (Sorting sorting : Sorting.values()) {
            long count =
                    story.waves().stream().mapToLong(wave -> wave.of(sorting)).sum();
            bars.add(new Block.Bar(sorting.name(), count, new Cell.Share(count, members)));
        }
        return List.of(
                new Block.Bars("endpoints", "Endpoints of all frozen waves", bars),
                Rows.waves(story),
                new Block.Table(
                        "stages",
                        "Stages",
                        Rows.columns("stage", "gate", "entered", "left"),
                        story.order().stages().stream()
                                .map(entry -> List.of(
                                        Cell.of(entry.stage().name()),
                                        Cell.of(entry.gate().state().name()),
                                        Cell.of(entry.entered()),
                                        Cell.of(entry.left())))
                                .toList()));
    }

    private static List<Block> next(OrderStory story) {
        ChangeOrder order = story.order();
        List<ChecklistItem> open = switch (order.state()) {
            case PLANNING -> order.planning().open();
            case BUILDING, TEST, PRODUCTION ->
                order.stage().map(entry -> entry.checklist().open()).orElse(List.of());
            case CLOSING -> order.closing().open();
            case PLAN_APPROVAL, CLOSED, CANCELLED -> List.of();
        };
        return List.of(
                new Block.Words(story.next()
                        .map(wave -> "The next wave is " + wave.id() + " " + wave.name() + ", " + wave.state() + ".")
                        .orElse("No wave is to come.")),
                checklist("open_items", "To be done before the step is left", open));
    }

    static Block.Table checklist(String key, String title, List<ChecklistItem> items) {
        return new Block.Table(
                key,
                title,
                Rows.columns("step", "item", "activity", "performs", "required", "done", "by", "at", "evidence"),
                items.stream().map(StatusReport::row).toList());
    }

    private static List<Cell> row(ChecklistItem item) {
        return List.of(
                Cell.of(item.step().title()),
                Cell.of(item.key()),
                Cell.of(item.activity()),
                Cell.of(item.performs().map(role -> role.title()).orElse("the product")),
                Cell.of(item.required() ? "yes" : "no"),
                Cell.of(item.isDone() ? "yes" : "no"),
                Cell.of(item.tick().map(tick -> tick.person().toString()).orElse("")),
                Cell.of(item.finding()
                        .map(found -> found.at())
                        .or(() -> item.tick().map(ChecklistItem.Tick::at))),
                Cell.of(item.finding()
                        .map(found -> found.answer() + ": " + found.text())
                        .or(() -> item.tick()
                                .map(tick -> tick.note()
                                        + tick.attachment()
                                                .map(name -> " (" + name + ")")
                                                .orElse("")))
                        .orElse("")));
    }

    private static List<Block> issues(OrderStory story) {
        return List.of(
                Rows.problems(story.problems().stream()
                        .filter(one -> one.state() != ProblemState.CLOSED && one.state() != ProblemState.RESOLVED)
                        .toList()),
                Rows.failures(story),
                Rows.holds(story));
    }

    private static List<Block> risks(OrderStory story) {
        return List.of(Rows.lines("flags", "Yellow flags", story.flags()));
    }

    /** What was planned beside what was measured; nothing is made up for what nobody wrote down. */
    static Block.Table cost(OrderStory story) {
        Optional<Estimate> estimate = story.order().plans().distribution().estimate();
        Savings.Site total = Savings.total(story.sites());
        List<List<Cell>> rows = new ArrayList<>();
        rows.add(List.of(
                Cell.of("WAN bytes"),
                estimate.<Cell>map(one -> new Cell.Bytes(one.sites().stream()
                                .mapToLong(site -> site.wan().bytes())
                                .sum()))
                        .orElseGet(Cell.Unknown::new),
                story.sites().isEmpty()
                        ? new Cell.Unknown()
                        : new Cell.Bytes(total.bytes().wan())));
        rows.add(List.of(
                Cell.of("hours of people"),
                estimate.<Cell>map(one -> Cell.of(one.workHours())).orElseGet(Cell.Unknown::new),
                story.spent().<Cell>map(Cell.Length::new).orElseGet(Cell.Unknown::new)));
        rows.add(List.of(
                Cell.of("cost"),
                estimate.map(one -> Cell.of(one.cost())).orElseGet(Cell.Unknown::new),
                new Cell.Unknown()));
        rows.add(List.of(
                Cell.of("begin"),
                Cell.of(story.order().plans().distribution().start()),
                Cell.of(story.waves().stream()
                        .flatMap(wave -> wave.began().stream())
                        .min(java.util.Comparator.naturalOrder()))));
        rows.add(List.of(
                Cell.of("end"),
                Cell.of(story.order().plans().distribution().end()),
                Cell.of(
                        story.wavesEnded() == story.waves().size()
                                ? story.waves().stream()
                                        .flatMap(wave -> wave.ended().stream())
                                        .max(java.util.Comparator.naturalOrder())
                                : Optional.empty())));
        return new Block.Table(
                "plan_and_actual",
                "Planned and measured"
                        + estimate.map(one -> ", planned by " + one.basis()).orElse(""),
                Rows.columns("what", "planned", "actual"),
                rows);
    }
}
