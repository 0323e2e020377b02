package packhorse.console.office;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import packhorse.console.change.Actor;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.OrderDesk;
import packhorse.console.change.OrderId;
import packhorse.console.change.OrderState;
import packhorse.console.change.Outcome;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.WaveId;

/**
 * Writes what a person does with a deployment: at the version that was seen, into the audit trail, and into its order, which knows who
 * operates it.
 */
final class DeploymentDesk {
    /** What decides about it, or stops it, and does not operate it. */
    private static final List<String> DECISIONS =
            List.of("deployment.decide", "deployment.hold", "wave.judge", "wave.waive", "wave.extend");

    /** What begins nothing: it is done behind a closed gate too, where something still runs. */
    private static final List<String> NARROWING =
            List.of("deployment.abort", "deployment.evaluate", "deployment.close", "wave.unforce", "wave.skip");

    private final Desk desk;
    private final OrderFiller filler;

    DeploymentDesk(Desk desk, OrderFiller filler) {
        this.desk = desk;
        this.filler = filler;
    }

    /** What becomes of a deployment, or the domain's reason why nothing does. */
    interface Act {
        Outcome<Deployment> on(Deployment deployment, Pages pages);
    }

    /** What becomes of a deployment's order. */
    interface OrderAct {
        Outcome<ChangeOrder> on(ChangeOrder order);
    }

    /** Acts on a deployment in a transaction of its own. */
    Stored<Deployment> act(Actor.Person who, DeploymentId id, OptionalLong seen, String what, String remarks, Act act) {
        return desk.write(who, pages -> act(pages, id, seen, what, remarks, act));
    }

    /** The same within a transaction that is under way. */
    Stored<Deployment> act(Pages pages, DeploymentId id, OptionalLong seen, String what, String remarks, Act act) {
        return act(pages, id, Optional.empty(), seen, what, remarks, act);
    }

    /** The same, about one of its waves. */
    Stored<Deployment> act(Actor.Person who, WaveId id, OptionalLong seen, String what, String remarks, Act act) {
        return desk.write(who, pages -> act(pages, id.deployment(), Optional.of(id), seen, what, remarks, act));
    }

    private Stored<Deployment> act(
            Pages pages,
            DeploymentId id,
            Optional<WaveId> wave,
            OptionalLong seen,
            String what,
            String remarks,
            Act act) {
        Stored<Deployment> stored = pages.get(Kinds.DEPLOYMENT, id.toString(), seen);
        Deployment after = Desk.require(act.on(stored.value(), pages));
        Stored<Deployment> kept = after.equals(stored.value()) ? stored : pages.change(stored, after);
        Map<String, String> details = new LinkedHashMap<>(
                Desk.details("remarks", remarks, "state", after.state().name()));
        wave.ifPresent(one -> details.put("wave", one.toString()));
        pages.audit(what, id.toString(), details);
        if (pages.who() instanceof Actor.Person person) {
            operated(pages, id.order(), what + " " + id, person);
        }
        return kept;
    }

    /** Whoever operates it is written down, so that go or no-go is not theirs alone; and what is found now is kept. */
    void operated(Pages pages, OrderId id, String what, Actor.Person who) {
        Stored<ChangeOrder> stored = pages.get(Kinds.ORDER, id.text());
        boolean decides = DECISIONS.stream().anyMatch(what::startsWith);
        boolean widens = NARROWING.stream().noneMatch(what::startsWith);
        if (stored.value().state() == OrderState.PRODUCTION && !decides && who.isOneOf(OrderDesk.OPERATORS)) {
            order(pages, id, order -> OrderDesk.operated(order, what, widens, who, pages.now()));
        } else {
            filler.refresh(pages, id);
        }
    }

    /** Acts on a deployment's order. */
    void order(Pages pages, OrderId id, OrderAct act) {
        Stored<ChangeOrder> stored = pages.get(Kinds.ORDER, id.text());
        pages.change(stored, filler.filled(pages, Desk.require(act.on(stored.value()))));
    }
}
