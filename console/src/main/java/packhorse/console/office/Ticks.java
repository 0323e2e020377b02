package packhorse.console.office;

import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeTemplate;
import packhorse.console.change.ChecklistItem;
import packhorse.console.change.ChecklistItem.Answered;
import packhorse.console.change.ChecklistItem.Tick;
import packhorse.console.change.Finding;
import packhorse.console.change.Step;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Readiness;
import packhorse.console.wave.Readiness.Question;

/**
 * What people's ticks say where the product could not look whether a deployment is ready. A tick is of one deployment and of what was found
 * then, word by word: of other machines, or of the same ones as they are found later, it says nothing, and is made again. Only what a
 * standard change's template says is of every deployment, as it was approved.
 */
final class Ticks {
    private static final Finding.Answer UNKNOWN = Finding.Answer.UNKNOWN;
    private static final String NOT_LOOKED_AT = "the product cannot look at it";
    /** Of more nobody reads one line; the rest stays open. */
    private static final int FINDINGS_MAX = 1_000;

    /** Which item of the production checklist a person answers, where the product cannot. */
    private static final Map<Question, Item> ASKED = new EnumMap<>(Map.ofEntries(
            Map.entry(Question.BASELINE, new Item(Step.READINESS, "baseline")),
            Map.entry(Question.REACHABLE, new Item(Step.READINESS, "targets")),
            Map.entry(Question.ENTITLED, new Item(Step.READINESS, "targets")),
            Map.entry(Question.DISK, new Item(Step.READINESS, "machines")),
            Map.entry(Question.POWER, new Item(Step.READINESS, "machines")),
            Map.entry(Question.PREREQUISITES, new Item(Step.READINESS, "machines")),
            Map.entry(Question.DEPOTS, new Item(Step.READINESS, "depots")),
            Map.entry(Question.WINDOW, new Item(Step.READINESS, "window")),
            Map.entry(Question.FREEZES, new Item(Step.READINESS, "freezes")),
            Map.entry(Question.TOOLS, new Item(Step.STAGING, "means"))));

    private final Pages pages;
    private final ChangeOrder order;
    private final Optional<Deployment> deployment;

    /** For an order's last deployment. */
    Ticks(Pages pages, ChangeOrder order) {
        this(pages, order, Deployments.of(pages, order.id()).stream().reduce((before, after) -> after));
    }

    /** @param deployment whose readiness is asked for; empty where none was planned yet */
    Ticks(Pages pages, ChangeOrder order, Optional<Deployment> deployment) {
        this.pages = pages;
        this.order = order;
        this.deployment = deployment;
    }

    private record Item(Step step, String key) {}

    /** The same, with a finding of each question that people answer: what was not looked at is said. */
    static Map<Question, List<Finding>> asked(Map<Question, List<Finding>> found, Instant now) {
        Map<Question, List<Finding>> all = new EnumMap<>(Question.class);
        all.putAll(found);
        ASKED.keySet().forEach(question -> all.putIfAbsent(question, List.of(Finding.unknown(NOT_LOOKED_AT, now))));
        return all;
    }

    /** What was found of the deployment when it was looked at last, with what people say of it until it is ready. */
    Optional<Readiness> standing() {
        return comes() ? report().map(this::said) : report();
    }

    private boolean comes() {
        return deployment.isPresent() && deployment.get().state().compareTo(DeploymentState.READINESS) <= 0;
    }

    private Optional<Readiness> report() {
        return deployment
                .flatMap(one -> pages.find(Kinds.READINESS, one.id().toString()))
                .map(Stored::value);
    }

    /** A report with what people say of it now. */
    Readiness said(Readiness report) {
        Optional<ChangeTemplate> template = OrderFiller.template(pages, order);
        Map<Question, List<Finding>> said = new EnumMap<>(Question.class);
        said.putAll(report.findings());
        ASKED.forEach((question, item) -> said.computeIfPresent(
                question,
                (unused, found) -> found.stream()
                        .map(one -> one.own().answer() == UNKNOWN ? said(item, one.own(), template) : one)
                        .toList()));
        return new Readiness(said, report.at());
    }

    private Finding said(Item item, Finding found, Optional<ChangeTemplate> template) {
        Optional<Tick> ticked = order.checklist()
                .flatMap(list -> list.find(item.step(), item.key()))
                .flatMap(ChecklistItem::tick);
        if (ticked.isEmpty()) {
            return found;
        }
        Tick tick = ticked.get();
        Optional<String> of = tick.answered().flatMap(Answered::deployment);
        Optional<String> here = deployment.map(one -> one.id().toString());
        boolean always =
                template.filter(one -> one.says(item.step(), item.key(), tick)).isPresent();
        return always || (of.equals(here) && tick.answers(found))
                ? found.answered(tick.person() + " looked: " + tick.note())
                : found.unanswered(tick.person() + " ticked "
                        + (of.equals(here)
                                ? "another finding"
                                : of.map(other -> "it for " + other).orElse("it before this was planned"))
                        + ", so tick it again: packhorse order tick-item " + order.id() + " --step " + item.step()
                        + " --key " + item.key() + " --note WHAT");
    }

    /** What a tick is of; empty where the item asks for no deployment's readiness. */
    Optional<Answered> answered(Step step, String key) {
        List<Question> questions = questions(step, key);
        if (questions.isEmpty()) {
            return Optional.empty();
        }
        Map<Question, List<Finding>> found =
                asked(report().map(Readiness::findings).orElse(Map.of()), pages.now());
        return Optional.of(new Answered(
                deployment.map(one -> one.id().toString()),
                questions.stream()
                        .flatMap(question -> found.getOrDefault(question, List.of()).stream())
                        .map(Finding::own)
                        .filter(one -> one.answer() == UNKNOWN)
                        .map(Finding::text)
                        .distinct()
                        .limit(FINDINGS_MAX)
                        .toList()));
    }

    /** Why a tick would say nothing yet; empty where there is something that it is of. */
    Optional<String> tooEarly(Step step, String key) {
        if (questions(step, key).isEmpty()) {
            return Optional.empty();
        }
        if (deployment.isEmpty()) {
            return Optional.of(order.id() + ": a tick of " + key
                    + " is of a deployment, and none is planned: packhorse order plan-deployment " + order.id()
                    + ", then tick it");
        }
        boolean looks = order.checklist()
                .flatMap(list -> list.find(step, key))
                .filter(item -> item.performs().isEmpty())
                .isPresent();
        return comes() && looks && report().isEmpty()
                ? Optional.of(deployment.get().id() + " was not looked at yet, and a tick of " + key
                        + " is of what is found: packhorse wave stage "
                        + deployment.get().id() + ", read packhorse wave show-standing "
                        + deployment.get().id() + ", then tick it")
                : Optional.empty();
    }

    private static List<Question> questions(Step step, String key) {
        Item item = new Item(step, key);
        return ASKED.entrySet().stream()
                .filter(asked -> asked.getValue().equals(item))
                .map(Map.Entry::getKey)
                .toList();
    }
}
