package packhorse.console.office;

import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.change.BuildReport;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.ChangeRequest;
import packhorse.console.change.ChangeTemplate;
import packhorse.console.change.Consignment;
import packhorse.console.change.Defect;
import packhorse.console.change.Finding;
import packhorse.console.change.OrderDesk;
import packhorse.console.change.OrderFindings;
import packhorse.console.change.OrderId;
import packhorse.console.change.Problem;
import packhorse.console.change.Stage;
import packhorse.console.change.Step;
import packhorse.console.change.TestProgress;
import packhorse.console.change.TestResult;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Readiness;
import packhorse.core.content.Sha256;

/**
 * Fills an order's checklist with what the product finds: in the order's own records, in its tests, in its deployments, in the written
 * reports, and with what the template of a standard change says. It is asked before and after each act, and whenever an order is
 * shown, so a finding is never older than what somebody decides by.
 */
public final class OrderFiller {
    /** The order as it stands now, with the checklist at work filled in. */
    public ChangeOrder filled(Pages pages, ChangeOrder order) {
        Instant now = pages.now();
        ChangeOrder filled = template(pages, order)
                .map(standard -> OrderDesk.fill(order, standard, now))
                .orElse(order);
        return switch (filled.state()) {
            case PLANNING -> fill(filled, Step.CHANGE_ORDER, OrderFindings.planning(filled, now));
            case BUILDING -> fill(filled, Step.BUILDING, OrderFindings.building(filled, now));
            case TEST -> fill(filled, Step.TEST, test(pages, filled, now));
            case PRODUCTION -> production(pages, filled, now);
            case CLOSING -> fill(filled, Step.CLOSING, closing(pages, filled, now));
            case PLAN_APPROVAL, CLOSED, CANCELLED -> filled;
        };
    }

    /** Fills in what was found; what is found again as it was keeps the time at which it was found first, so that looking changes nothing. */
    private static ChangeOrder fill(ChangeOrder order, Step step, Map<String, Finding> found) {
        Map<String, Finding> kept = new HashMap<>(found);
        order.checklist().stream()
                .flatMap(list -> list.items().stream())
                .filter(item -> item.step() == step)
                .forEach(item -> item.finding()
                        .filter(before -> Optional.ofNullable(found.get(item.key()))
                                .filter(now -> now.answer() == before.answer()
                                        && now.text().equals(before.text()))
                                .isPresent())
                        .ifPresent(before -> kept.put(item.key(), before)));
        return OrderDesk.fill(order, step, kept);
    }

    /** Keeps what is found now, in somebody else's transaction; nothing where it is as it was. */
    public void refresh(Pages pages, OrderId id) {
        Stored<ChangeOrder> stored = pages.get(Kinds.ORDER, id.text());
        ChangeOrder now = filled(pages, stored.value());
        if (!now.equals(stored.value())) {
            pages.change(stored, now);
        }
    }

    /** How the test of exactly these releases stands. */
    static TestProgress progress(Pages pages, ChangeOrder order) {
        List<TestResult> results = Lists.of(
                        pages, OfficeKinds.TEST_RESULT, order.id().text())
                .stream()
                .map(TestRecord::result)
                .toList();
        List<Defect> defects = Lists.of(pages, Kinds.DEFECT, order.id().text());
        return TestProgress.of(order.plans().test(), results, defects, manifests(order));
    }

    /** Why exactly what the order carries did not pass its test; empty where it did, or where its category has none. */
    static Optional<String> untested(Pages pages, ChangeOrder order) {
        if (!order.category().has(Stage.TEST)) {
            return Optional.empty();
        }
        List<String> open = progress(pages, order).open();
        return open.isEmpty()
                ? Optional.empty()
                : Optional.of("what it carries has not passed its test (" + String.join("; ", open) + "): "
                        + untestedWays(pages, order));
    }

    /** What its road has for an order that did not pass. */
    private static String untestedWays(Pages pages, ChangeOrder order) {
        if (order.category().has(Stage.BUILDING)) {
            return "carry what passed, or take it back with REWORK and test it";
        }
        boolean defects = Lists.of(pages, Kinds.DEFECT, order.id().text()).stream()
                .anyMatch(defect -> defect.state().isOpen());
        return "carry what passed, " + (defects ? "mend and verify its defects or dismiss them, " : "")
                + "or cancel it and ask for another";
    }

    /** The manifests of what the order carries. */
    static List<Sha256> manifests(ChangeOrder order) {
        return order.plans()
                .distribution()
                .releases()
                .map(Consignment::manifests)
                .orElse(List.of());
    }

    private static Map<String, Finding> test(Pages pages, ChangeOrder order, Instant now) {
        BuildReport.Scan scan = pages.find(OfficeKinds.SCAN, order.id().text())
                .map(Stored::value)
                .filter(scanned -> scanned.isOf(manifests(order)))
                .map(OrderScan::scan)
                .orElseGet(() -> new BuildReport.Scan(Optional.empty(), List.of(), now));
        Finding entry = Finding.unknown("the product cannot look at the entry criteria", now);
        return OrderFindings.test(order, progress(pages, order), scan, entry, now);
    }

    private static ChangeOrder production(Pages pages, ChangeOrder order, Instant now) {
        List<Deployment> deployments = Deployments.of(pages, order.id());
        Optional<Readiness> readiness = new Ticks(pages, order).standing();
        ChangeOrder filled = order;
        for (Map.Entry<Step, Map<String, Finding>> one : ProductionFindings.look(
                        order,
                        deployments,
                        Promotions.promoted(pages, order),
                        Promotions.repository(pages, order),
                        readiness,
                        Lists.of(pages, Kinds.PROBLEM, order.id().text()),
                        now)
                .entrySet()) {
            filled = fill(filled, one.getKey(), one.getValue());
        }
        return filled;
    }

    private static Map<String, Finding> closing(Pages pages, ChangeOrder order, Instant now) {
        List<Problem> problems = Lists.of(pages, Kinds.PROBLEM, order.id().text());
        return OrderFindings.closing(
                order,
                requests(pages, order),
                problems,
                written(pages, order, WrittenReport.Form.STATUS),
                written(pages, order, WrittenReport.Form.EVALUATION),
                now);
    }

    private static Optional<Instant> written(Pages pages, ChangeOrder order, WrittenReport.Form form) {
        return Lists.of(pages, OfficeKinds.REPORT, order.id().text()).stream()
                .filter(report -> report.form() == form)
                .map(WrittenReport::at)
                .max(Instant::compareTo);
    }

    /** The requests that an order carries out. */
    static List<ChangeRequest> requests(Pages pages, ChangeOrder order) {
        return order.requests().stream()
                .map(id -> pages.get(Kinds.REQUEST, id.text()).value())
                .toList();
    }

    /** The template that all of an order's requests follow; empty where they follow none, or not the same. */
    static Optional<ChangeTemplate> template(Pages pages, ChangeOrder order) {
        return template(pages, requests(pages, order));
    }

    /** The template that all these requests follow. */
    static Optional<ChangeTemplate> template(Pages pages, List<ChangeRequest> requests) {
        List<Optional<String>> names = requests.stream()
                .map(request -> request.form().template())
                .distinct()
                .toList();
        return names.size() == 1
                ? names.get(0).flatMap(name -> pages.find(Kinds.TEMPLATE, name)).map(Stored::value)
                : Optional.empty();
    }
}
