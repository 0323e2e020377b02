package packhorse.console.office;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.Finding;
import packhorse.console.change.GoNoGo;
import packhorse.console.change.Problem;
import packhorse.console.change.Step;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Readiness;
import packhorse.console.wave.Readiness.Question;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveState;

/**
 * What the product finds in an order's deployment, by the keys of the production stage's checklist. An item that a deployment never
 * came to, because it was aborted or its beta group failed, is met with that as its text: it is not open for ever.
 */
final class ProductionFindings {
    private ProductionFindings() {}

    /**
     * Looks at the last deployment.
     *
     * @param promoted whether production's repository offers the releases
     * @param repository whether what is to be done in the repository is done
     * @param readiness the last report
     */
    static Map<Step, Map<String, Finding>> look(
            ChangeOrder order,
            List<Deployment> deployments,
            Finding promoted,
            Finding repository,
            Optional<Readiness> readiness,
            List<Problem> problems,
            Instant now) {
        Map<Step, Map<String, Finding>> found = new EnumMap<>(Step.class);
        for (Step step : Step.values()) {
            found.put(step, new TreeMap<>());
        }
        put(found, Step.STAGING, "promoted", promoted);
        put(found, Step.STAGING, "repository", repository);
        if (deployments.isEmpty()) {
            Finding nothing = Finding.notMet("no deployment was planned yet", now);
            put(found, Step.STAGING, "depots", nothing);
            put(found, Step.NOTIFICATION, "told", nothing);
            put(found, Step.BETA_GROUP, "evidence", nothing);
            put(found, Step.BETA_GROUP, "go", nothing);
            put(found, Step.WAVES, "waves", nothing);
            put(found, Step.ANALYSIS, "sorted", nothing);
            return found;
        }
        Deployment last = deployments.get(deployments.size() - 1);
        put(
                found,
                Step.STAGING,
                "depots",
                isAtOrPast(last, DeploymentState.STAGED)
                        ? readiness
                                .map(report -> worst(report, now, Question.DEPOTS))
                                .orElseGet(() -> depotsNotLookedAt(now))
                        : Finding.notMet(last.id() + " is " + last.state(), now));
        put(
                found,
                Step.NOTIFICATION,
                "told",
                reached(last, DeploymentState.NOTIFIED, "the stakeholders were told", now));
        beta(order, last, found, now);
        put(found, Step.WAVES, "waves", waves(last, now));
        boolean sorted = isAtOrPast(last, DeploymentState.ANALYSIS) && last.wavesOver();
        put(
                found,
                Step.ANALYSIS,
                "sorted",
                sorted
                        ? Finding.met("every wave is over and every endpoint sorted", now)
                        : Finding.notMet(last.id() + " is " + last.state(), now));
        if (wasNeverReady(last, readiness)) {
            endedBefore(last, found, now);
        } else {
            readiness.ifPresent(report -> readiness(report, found, now));
        }
        backout(order, last, problems, found, now);
        return found;
    }

    /** What is true of depots before a wave: a person who looked says more. */
    static Finding depotsNotLookedAt(Instant now) {
        return Finding.unknown("depots fetch with the first wave: not looked at", now);
    }

    private static void beta(ChangeOrder order, Deployment last, Map<Step, Map<String, Finding>> found, Instant now) {
        Optional<Wave> group =
                last.waves().stream().filter(wave -> wave.id().isBeta()).findFirst();
        if (group.isEmpty()) {
            Finding none = Finding.met("the plan has no beta group", now);
            put(found, Step.BETA_GROUP, "evidence", none);
            put(found, Step.BETA_GROUP, "go", none);
            return;
        }
        put(
                found,
                Step.BETA_GROUP,
                "evidence",
                isJudged(group.get())
                        ? Finding.met(line(group.get()), now)
                        : Finding.notMet("the beta group is " + group.get().state(), now));
        Optional<GoNoGo> said = order.decisions().stream()
                .filter(one -> one.decision() != GoNoGo.Decision.EXTEND)
                .reduce((before, after) -> after);
        put(
                found,
                Step.BETA_GROUP,
                "go",
                said.isPresent() && isAtOrPast(last, DeploymentState.ROLLING)
                        ? Finding.met(
                                said.get().decision() + " at " + said.get().at(), now)
                        : reached(last, DeploymentState.ROLLING, "the gate decided: " + line(group.get()), now));
    }

    private static Finding waves(Deployment last, Instant now) {
        long judged = last.waves().stream().filter(ProductionFindings::isJudged).count();
        List<String> lines = last.waves().stream().map(ProductionFindings::line).toList();
        String text = judged + " of " + last.waves().size() + " waves judged or skipped: " + String.join("; ", lines);
        return judged == last.waves().size() ? Finding.met(text, now) : Finding.notMet(text, now);
    }

    private static void readiness(Readiness report, Map<Step, Map<String, Finding>> found, Instant now) {
        put(found, Step.READINESS, "baseline", worst(report, now, Question.BASELINE));
        put(found, Step.READINESS, "targets", worst(report, now, Question.REACHABLE, Question.ENTITLED));
        put(
                found,
                Step.READINESS,
                "machines",
                worst(report, now, Question.DISK, Question.POWER, Question.PREREQUISITES));
        put(found, Step.READINESS, "depots", worst(report, now, Question.DEPOTS));
        put(found, Step.READINESS, "approvals", worst(report, now, Question.APPROVALS));
        put(found, Step.READINESS, "rehearsal", worst(report, now, Question.BACKOUT));
        put(found, Step.READINESS, "window", worst(report, now, Question.WINDOW));
    }

    /** Whether it was aborted on its way: what is ready was found so, in all that was asked. */
    private static boolean wasNeverReady(Deployment last, Optional<Readiness> readiness) {
        boolean ended = last.state() == DeploymentState.ABORTING || isAtOrPast(last, DeploymentState.ANALYSIS);
        boolean ready = readiness
                .filter(report -> report.findings().values().stream()
                        .flatMap(List::stream)
                        .allMatch(one -> one.answer() == Finding.Answer.MET))
                .isPresent();
        return ended && !ready;
    }

    /** Whether it would have been ready nobody can find any more, and no tick is of it. */
    private static void endedBefore(Deployment last, Map<Step, Map<String, Finding>> found, Instant now) {
        Finding over = Finding.met(last.id() + " ended before it was ready", now);
        put(found, Step.STAGING, "depots", over);
        for (String key : List.of("baseline", "targets", "machines", "depots", "approvals", "rehearsal", "window")) {
            put(found, Step.READINESS, key, over);
        }
    }

    /** Of several questions one finding: the worst. */
    private static Finding worst(Readiness report, Instant now, Question... questions) {
        List<Finding> all = new ArrayList<>();
        for (Question question : questions) {
            List<Finding> some = report.findings().getOrDefault(question, List.of());
            all.addAll(some.isEmpty() ? List.of(Finding.unknown(question.title() + ": not looked at", now)) : some);
        }
        for (Finding.Answer answer : List.of(Finding.Answer.NOT_MET, Finding.Answer.UNKNOWN)) {
            Optional<Finding> one =
                    all.stream().filter(found -> found.answer() == answer).findFirst();
            if (one.isPresent()) {
                return one.get();
            }
        }
        return all.get(0);
    }

    private static void backout(
            ChangeOrder order,
            Deployment last,
            List<Problem> problems,
            Map<Step, Map<String, Finding>> found,
            Instant now) {
        put(
                found,
                Step.BACKOUT_AND_RECOVERY,
                "order",
                isAtOrPast(last, DeploymentState.RECOVERY_CHECK)
                        ? Finding.unknown(
                                "taken back from the last wave to the first; planned: "
                                        + String.join(
                                                ", ", order.plans().backout().order())
                                        + "; the product does not follow the plan's words: have a person compare",
                                now)
                        : Finding.notMet(last.id() + " is " + last.state(), now));
        put(
                found,
                Step.BACKOUT_AND_RECOVERY,
                "problems",
                problems.isEmpty()
                        ? Finding.notMet("no problem record says what went wrong", now)
                        : Finding.met(problems.size() + " problem records", now));
        int told = order.plans()
                .communications()
                .toldOf(CommunicationsPlan.Occasion.ROLLED_BACK)
                .size();
        put(
                found,
                Step.BACKOUT_AND_RECOVERY,
                "told",
                told == 0
                        ? Finding.unknown("the communications plan names nobody who is told of a rollback", now)
                        : reached(last, DeploymentState.BACKOUT, told + " were told", now));
    }

    private static Finding reached(Deployment last, DeploymentState wanted, String text, Instant now) {
        if (!isAtOrPast(last, wanted)) {
            return Finding.notMet(last.id() + " is " + last.state(), now);
        }
        boolean over = isAtOrPast(last, DeploymentState.ANALYSIS) && wanted != DeploymentState.BACKOUT;
        return Finding.met(over ? text + ", or it ended before: " + last.id() + " is " + last.state() : text, now);
    }

    /** Along the road; an aborted one counts as having left its waves. */
    private static boolean isAtOrPast(Deployment deployment, DeploymentState wanted) {
        DeploymentState state =
                deployment.state() == DeploymentState.ABORTING ? DeploymentState.ROLLING : deployment.state();
        return state.compareTo(wanted) >= 0;
    }

    private static boolean isJudged(Wave wave) {
        return switch (wave.state()) {
            case JUDGED, CLOSED, SKIPPED -> true;
            case DEFINED, FROZEN, PREPOSITIONING, PREPOSITIONED, ARMED, ACTIVE, DRAINING -> false;
        };
    }

    private static String line(Wave wave) {
        String name = wave.id().isBeta() ? "beta group" : "wave " + wave.id().number();
        return name + " "
                + (wave.state() == WaveState.SKIPPED
                        ? "SKIPPED"
                        : wave.verdict().map(Enum::name).orElse(wave.state().name()))
                + (wave.evidence().isEmpty() ? "" : " (" + wave.evidence() + ")");
    }

    private static void put(Map<Step, Map<String, Finding>> found, Step step, String key, Finding finding) {
        found.computeIfAbsent(step, unused -> new HashMap<>()).put(key, finding);
    }
}
