package packhorse.console.change;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the product finds in an order's own records, by the keys of {@link Checklists}: nobody is asked for what stands there already. What
 * it finds on endpoints, sites and in the repository is found by those who look there.
 */
public final class OrderFindings {
    private OrderFindings() {}

    /** For {@link Step#CHANGE_ORDER}. */
    public static Map<String, Finding> planning(ChangeOrder order, Instant now) {
        OrderPlans plans = order.plans();
        Map<String, Finding> found = new TreeMap<>();
        found.put(
                "estimate",
                plans.distribution()
                        .estimate()
                        .map(estimate -> Finding.met(
                                estimate.cost() + ", " + estimate.wan() + " over WAN links, " + estimate.workHours()
                                        + " hours",
                                now))
                        .orElseGet(() -> Finding.notMet("there is no estimate", now)));
        List<String> communications = new ArrayList<>(plans.communications().missing());
        plans.untold().forEach(one -> communications.add("how " + one + " is told"));
        found.put("communications", written("the communications plan", communications, now));
        found.put("backout", written("the backout plan", plans.backout().missing(), now));
        found.put(
                "guide",
                written(
                        "the deployment guide",
                        plans.guide().missing(plans.distribution().isCarried()),
                        now));
        return found;
    }

    /** For {@link Step#BUILDING}. */
    public static Map<String, Finding> building(ChangeOrder order, Instant now) {
        Map<String, Finding> found = new TreeMap<>();
        List<BuildReport> reports = new ArrayList<>();
        List<String> unbuilt = new ArrayList<>();
        order.plans().distribution().releases().stream()
                .flatMap(all -> all.releases().stream())
                .forEach(item -> order.build(item)
                        .filter(report -> report.manifest().equals(item.manifest()))
                        .ifPresentOrElse(
                                reports::add, () -> unbuilt.add(item.release().toString())));
        found.put(
                "built",
                reports.isEmpty() || !unbuilt.isEmpty()
                        ? Finding.notMet("not built yet: " + (unbuilt.isEmpty() ? "anything" : unbuilt), now)
                        : Finding.met(reports.size() + " releases built and signed", now));
        found.put("source", worst(reports, BuildReport::sourced, now));
        found.put("scan", worst(reports, report -> report.scan().finding(), now));
        found.put("unit-test", worst(reports, BuildReport::unitTested, now));
        found.put(
                "catalogued", worst(reports, report -> Finding.met(report.release() + ", " + report.size(), now), now));
        return found;
    }

    /**
     * For {@link Step#TEST}.
     *
     * @param scan what the scanner said of the releases this time
     * @param entry whether the entry criteria are met, where that was looked at
     */
    public static Map<String, Finding> test(
            ChangeOrder order, TestProgress progress, BuildReport.Scan scan, Finding entry, Instant now) {
        Map<String, Finding> found = new TreeMap<>();
        found.put("entry", entry);
        found.put("scan", scan.finding());
        int passed = 0;
        int planned = 0;
        for (TestProgress.Done done : progress.byLevel().values()) {
            passed += done.passed();
            planned += done.planned();
        }
        String cases = passed + " of " + planned + " cases passed";
        found.put(
                "cases",
                (passed == planned && planned > 0) || progress.passed()
                        ? Finding.met(cases, now)
                        : Finding.notMet(cases, now));
        found.put("times", progress.measured(now));
        found.put("exit", progress.exit(now));
        found.put(
                "rehearsal",
                order.plans()
                        .backout()
                        .rehearsed(
                                order.plans()
                                        .distribution()
                                        .releases()
                                        .map(Consignment::manifests)
                                        .orElse(List.of()),
                                now));
        return found;
    }

    /**
     * For {@link Step#CLOSING}.
     *
     * @param statusReport when it was written
     * @param evaluationReport when it was written
     */
    public static Map<String, Finding> closing(
            ChangeOrder order,
            List<ChangeRequest> requests,
            List<Problem> problems,
            Optional<Instant> statusReport,
            Optional<Instant> evaluationReport,
            Instant now) {
        Map<String, Finding> found = new TreeMap<>();
        found.put("status", report("the status report", statusReport, now));
        found.put("evaluation", report("the evaluation report", evaluationReport, now));
        List<RequestId> unsaid = requests.stream()
                .filter(request -> order.requests().contains(request.id())
                        && request.acceptance().isEmpty())
                .map(ChangeRequest::id)
                .toList();
        found.put(
                "acceptance",
                unsaid.isEmpty() && !requests.isEmpty()
                        ? Finding.met("every requester said what they think of it", now)
                        : Finding.notMet("nothing was said yet by the requesters of " + unsaid, now));
        List<ProblemId> loose = problems.stream()
                .filter(problem -> problem.order().equals(order.id()))
                .filter(problem -> problem.state() != ProblemState.CLOSED
                        && !order.handover().openProblems().contains(problem.id()))
                .map(Problem::id)
                .toList();
        found.put(
                "problems",
                loose.isEmpty()
                        ? Finding.met("no problem record is left behind", now)
                        : Finding.notMet("left behind: " + loose, now));
        found.put(
                "handover",
                written(
                        "the handover",
                        order.handover()
                                .missing(problems.stream()
                                        .filter(problem -> problem.order().equals(order.id()))
                                        .toList()),
                        now));
        return found;
    }

    private static Finding report(String what, Optional<Instant> written, Instant now) {
        return written.map(at -> Finding.met(what + " was written at " + at, now))
                .orElseGet(() -> Finding.notMet(what + " is not written", now));
    }

    private static Finding written(String what, List<String> missing, Instant now) {
        return missing.isEmpty()
                ? Finding.met(what + " is written", now)
                : Finding.notMet(what + " lacks " + String.join(", ", missing), now);
    }

    private static Finding worst(List<BuildReport> reports, Look look, Instant now) {
        List<Finding> all = reports.stream().map(look::at).toList();
        for (Finding.Answer answer : List.of(Finding.Answer.NOT_MET, Finding.Answer.UNKNOWN)) {
            Optional<Finding> one =
                    all.stream().filter(finding -> finding.answer() == answer).findFirst();
            if (one.isPresent()) {
                return one.get();
            }
        }
        return all.isEmpty() ? Finding.notMet("nothing is built yet", now) : all.get(0);
    }

    /** One thing that is looked at in a build report. */
    private interface Look {
        Finding at(BuildReport report);
    }
}
