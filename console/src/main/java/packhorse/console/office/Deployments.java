package packhorse.console.office;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.OrderId;
import packhorse.console.change.RepositoryDigest;
import packhorse.console.change.Stage;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Plan;
import packhorse.console.wave.PlanDigest;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveState;
import packhorse.core.content.Sha256;
import packhorse.core.state.Subject;

/** What is known of an order's plan and of its deployments, for whoever decides by it: the offices, and the scheduler. */
public final class Deployments {
    private Deployments() {}

    /** An order's deployments, in their order. */
    public static List<Deployment> of(Pages pages, OrderId order) {
        return Lists.of(pages, Kinds.DEPLOYMENT, order.text()).stream()
                .sorted(Comparator.comparing(Deployment::id))
                .toList();
    }

    /** An order's plan as it is now: for exactly what the order carries now. */
    public static Optional<Plan> plan(Pages pages, ChangeOrder order) {
        return pages.find(Kinds.PLAN, order.id().text()).map(Stored::value);
    }

    /** The plan that a deployment carries out. */
    static Plan planOf(Pages pages, DeploymentId id) {
        return pages.get(Kinds.PLAN, id.order().text()).value();
    }

    /**
     * The digest that signatures are bound to; empty where there is no plan, or it is not for what the order carries. What changes the
     * repository alone has no plan of waves: its signatures are bound to what is asked for and what is carried.
     */
    public static Optional<Sha256> digest(Pages pages, ChangeOrder order) {
        return digested(pages, order).map(Sha256::of);
    }

    /** The bytes that the digest is taken over; empty where there is none. */
    public static Optional<byte[]> digested(Pages pages, ChangeOrder order) {
        if (!order.category().touchesEndpoints() && order.category().has(Stage.PRODUCTION)) {
            return order.plans()
                    .distribution()
                    .releases()
                    .map(carried -> RepositoryDigest.bytes(order.category(), carried));
        }
        return plan(pages, order)
                .filter(plan -> fits(plan, order))
                .map(plan -> PlanDigest.bytes(plan, OrderFiller.manifests(order)));
    }

    /** Whether the signatures suffice for what a deployment carries out. */
    public static boolean signed(Pages pages, ChangeOrder order, Deployment deployment) {
        Optional<Sha256> now = digest(pages, order);
        return now.isPresent()
                && now.get().equals(deployment.plan())
                && order.approvals().suffice(now.get(), order.risk(), order.duties());
    }

    /** The order that a deployment carries out. */
    public static ChangeOrder order(Pages pages, DeploymentId id) {
        return pages.get(Kinds.ORDER, id.order().text()).value();
    }

    /** What a plan is about, from what an order carries. */
    static List<Subject> subjects(ChangeOrder order) {
        return order.plans().distribution().releases().stream()
                .flatMap(all -> all.releases().stream())
                .map(item -> new Subject(item.release(), item.isBundle(), Optional.of(item.manifest())))
                .toList();
    }

    private static boolean fits(Plan plan, ChangeOrder order) {
        return plan.subjects().equals(subjects(order));
    }

    /** Whether a deployment of the one plan goes on under the other: the same releases to the same waves of the same targets. */
    static boolean sameWaves(Plan one, Plan other) {
        return one.subjects().equals(other.subjects())
                && one.operation() == other.operation()
                && one.targets().equals(other.targets())
                && one.beta().equals(other.beta())
                && one.waves().equals(other.waves())
                && one.seed() == other.seed();
    }

    /** Whether nothing of it runs any more. */
    public static boolean isOver(Deployment deployment) {
        return switch (deployment.state()) {
            case EVALUATION, CLOSED -> true;
            case PLANNED,
                    SIMULATED,
                    STAGING,
                    STAGED,
                    READINESS,
                    READY,
                    NOTIFIED,
                    BETA,
                    BETA_EVALUATION,
                    ROLLING,
                    ANALYSIS,
                    BACKOUT,
                    RECOVERY_CHECK,
                    ABORTING -> false;
        };
    }

    /** How many endpoints have begun something and not ended it, over all of an order's deployments: orders, and what takes them back. */
    static long underWay(Pages pages, OrderId order) {
        long underWay = 0;
        for (Deployment deployment : of(pages, order)) {
            if (isOver(deployment)) {
                continue;
            }
            Plan plan = pages.get(Kinds.PLAN, order.text()).value();
            for (Wave wave : deployment.waves()) {
                if (wave.membership().isPresent()) {
                    underWay += pages.waves().takingBack(wave.id());
                    if (wave.state() == WaveState.ACTIVE || wave.state() == WaveState.DRAINING) {
                        underWay += pages.waves()
                                .tally(wave.id(), plan, pages.now())
                                .underWay();
                    }
                }
            }
        }
        return underWay;
    }
}
