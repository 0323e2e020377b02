package packhorse.console.office;

import java.util.List;
import java.util.Optional;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.OrderId;
import packhorse.console.change.YellowFlag;
import packhorse.console.gate.SiteTally;
import packhorse.console.gate.WaveGate;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.scheduler.Question;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Readiness;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveTally;

/** What people see of deployments: which there are, how far one is, and what stands against going on. */
public final class DeploymentView {
    private final Desk desk;
    private final Population population;

    /** @param population whom targets name */
    public DeploymentView(Books books, Population population) {
        this.desk = new Desk(books);
        this.population = population;
    }

    /**
     * A deployment with what stands against going on.
     *
     * @param notLookedAt what no flag can be raised from
     */
    public record Standing(
            Stored<Deployment> deployment,
            boolean signed,
            List<YellowFlag> flags,
            List<String> notLookedAt,
            List<String> blocking) {}

    /** A page of deployments. */
    public List<Stored<Deployment>> list(
            Optional<DeploymentState> state, Optional<OrderId> order, Narrowing narrowing, String after, int limit) {
        return desk.read(pages -> Lists.page(
                pages,
                Kinds.DEPLOYMENT,
                state.map(DeploymentState::name),
                order.map(OrderId::text),
                narrowing.over(ListFields.deployments(pages)),
                after,
                limit));
    }

    /** One deployment. */
    public Stored<Deployment> get(DeploymentId id) {
        return desk.read(pages -> pages.get(Kinds.DEPLOYMENT, id.toString()));
    }

    /** How far it is, counted now. */
    public DeploymentProgress progress(DeploymentId id) {
        return desk.read(pages -> {
            Deployment deployment = pages.get(Kinds.DEPLOYMENT, id.toString()).value();
            Plan plan = Deployments.planOf(pages, id);
            return new DeploymentProgress(
                    id,
                    deployment.state(),
                    deployment.since(),
                    deployment.holding(),
                    deployment.waves().stream()
                            .map(wave -> progress(pages, plan, wave))
                            .toList(),
                    deployment.waves().stream()
                            .flatMap(wave -> pages.find(Question.KIND, wave.id().toString()).stream())
                            .map(asked -> asked.value().evidence())
                            .findFirst());
        });
    }

    private static DeploymentProgress.WaveProgress progress(Pages pages, Plan plan, Wave wave) {
        WaveTally tally = wave.membership().isPresent()
                ? pages.waves().tally(wave.id(), plan, pages.now())
                : WaveTally.untouched(0);
        long succeeded = 0;
        long failed = 0;
        long unreported = 0;
        for (SiteTally site : tally.sites()) {
            succeeded += site.succeeded();
            failed += site.failed();
            unreported += site.unreported();
        }
        return new DeploymentProgress.WaveProgress(
                wave.id(),
                wave.id().isBeta()
                        ? "beta group"
                        : plan.waves().get(wave.id().number() - 1).name(),
                wave.state(),
                wave.since(),
                tally.members(),
                tally.staged(),
                tally.members() - tally.pending(),
                succeeded,
                failed,
                unreported,
                tally.underWay(),
                tally.unverified(),
                wave.verdict(),
                wave.evidence(),
                gate(plan, wave, tally));
    }

    /** What the gate sees of a wave that has begun. */
    private static List<String> gate(Plan plan, Wave wave, WaveTally tally) {
        return switch (wave.state()) {
            case ACTIVE ->
                WaveGate.judge(tally.evidence(false), plan.thresholds()).figures();
            case DRAINING, JUDGED, CLOSED ->
                WaveGate.judge(tally.evidence(true), plan.thresholds()).figures();
            case DEFINED, FROZEN, PREPOSITIONING, PREPOSITIONED, ARMED, SKIPPED -> List.of();
        };
    }

    /** One deployment with what stands against going on: what was signed, the yellow flags, what is not ready. */
    public Standing standing(DeploymentId id) {
        return desk.read(pages -> {
            Stored<Deployment> stored = pages.get(Kinds.DEPLOYMENT, id.toString());
            ChangeOrder order = Deployments.order(pages, id);
            return new Standing(
                    stored,
                    Deployments.signed(pages, order, stored.value()),
                    Flags.raise(pages, order, population),
                    Flags.notLookedAt(pages, order),
                    pages.find(Kinds.READINESS, id.toString())
                            .map(report -> report.value().blocking())
                            .orElse(List.of()));
        });
    }

    /** Says what was found when it was looked at last. */
    public Stored<Readiness> readiness(DeploymentId id) {
        return desk.read(pages -> pages.get(Kinds.READINESS, id.toString()));
    }
}
