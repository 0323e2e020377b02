package packhorse.console.wave;

import java.time.Instant;
import java.util.Optional;
import java.util.function.UnaryOperator;
import packhorse.console.change.Actor;
import packhorse.console.change.Outcome;
import packhorse.console.change.Role;
import packhorse.console.change.Transitions;
import packhorse.console.change.Who;
import packhorse.console.gate.Verdict;

/**
 * Moves a wave of a deployment.
 *
 * <pre>
 * from            move        to              who
 * DEFINED         FREEZE      FROZEN          product
 * DEFINED         SKIP        SKIPPED         APPROVER, product
 * FROZEN          PREPOSITION PREPOSITIONING  product
 * FROZEN          SKIP        SKIPPED         APPROVER, product
 * PREPOSITIONING  COVERED     PREPOSITIONED   product
 * PREPOSITIONING  SKIP        SKIPPED         APPROVER, product
 * PREPOSITIONED   ARM         ARMED           INSTALLATION_COORDINATOR, product
 * PREPOSITIONED   SKIP        SKIPPED         APPROVER, product
 * ARMED           ACTIVATE    ACTIVE          INSTALLATION_COORDINATOR, product
 * ARMED           SKIP        SKIPPED         APPROVER, product
 * ACTIVE          DRAIN       DRAINING        INSTALLATION_COORDINATOR, product
 * DRAINING        JUDGE       JUDGED          APPROVER, product
 * JUDGED          EXTEND      ACTIVE          APPROVER, INSTALLATION_COORDINATOR
 * JUDGED          CLOSE       CLOSED          INSTALLATION_COORDINATOR, product
 * </pre>
 *
 * <p>Guards, besides: a wave is armed and activated only where the deployment runs waves, the plan's signatures hold, nothing is held,
 * every wave before it lets it, and no other one runs; it is watched longer only where its verdict is INCONCLUSIVE, nobody waived it, no
 * other one runs and the plan allows one more time; the product skips only in a deployment that starts no waves any more, or a wave of
 * nobody. Whoever skips a wave by hand has to be an approver and say why. A verdict says nothing until a person waives it, either.
 */
public final class WaveMachine {
    /** What can be done with a wave. */
    public enum Move {
        FREEZE,
        PREPOSITION,
        COVERED,
        ARM,
        ACTIVATE,
        DRAIN,
        JUDGE,
        EXTEND,
        CLOSE,
        SKIP
    }

    private static final Who PRODUCT = Who.onlyProduct();
    private static final Who OPERATOR_OR_PRODUCT = Who.orProduct(Role.INSTALLATION_COORDINATOR);
    private static final Who DECIDERS = Who.of(Role.APPROVER, Role.INSTALLATION_COORDINATOR);
    /** Whoever could waive a verdict anyway, or the gate: who operates it does not say by himself how it was. */
    private static final Who JUDGES = Who.orProduct(Role.APPROVER);

    private static final Who SKIPPERS = Who.orProduct(Role.APPROVER);

    /** The table, as above. */
    public static final Transitions<WaveState, Move> TABLE = new Transitions<WaveState, Move>()
            .row(WaveState.DEFINED, Move.FREEZE, WaveState.FROZEN, PRODUCT)
            .row(WaveState.DEFINED, Move.SKIP, WaveState.SKIPPED, SKIPPERS)
            .row(WaveState.FROZEN, Move.PREPOSITION, WaveState.PREPOSITIONING, PRODUCT)
            .row(WaveState.FROZEN, Move.SKIP, WaveState.SKIPPED, SKIPPERS)
            .row(WaveState.PREPOSITIONING, Move.COVERED, WaveState.PREPOSITIONED, PRODUCT)
            .row(WaveState.PREPOSITIONING, Move.SKIP, WaveState.SKIPPED, SKIPPERS)
            .row(WaveState.PREPOSITIONED, Move.ARM, WaveState.ARMED, OPERATOR_OR_PRODUCT)
            .row(WaveState.PREPOSITIONED, Move.SKIP, WaveState.SKIPPED, SKIPPERS)
            .row(WaveState.ARMED, Move.ACTIVATE, WaveState.ACTIVE, OPERATOR_OR_PRODUCT)
            .row(WaveState.ARMED, Move.SKIP, WaveState.SKIPPED, SKIPPERS)
            .row(WaveState.ACTIVE, Move.DRAIN, WaveState.DRAINING, OPERATOR_OR_PRODUCT)
            .row(WaveState.DRAINING, Move.JUDGE, WaveState.JUDGED, JUDGES)
            .row(WaveState.JUDGED, Move.EXTEND, WaveState.ACTIVE, DECIDERS)
            .row(WaveState.JUDGED, Move.CLOSE, WaveState.CLOSED, OPERATOR_OR_PRODUCT);

    private WaveMachine() {}

    /** Fixes who is in it. */
    public static Outcome<Deployment> freeze(
            Deployment deployment, WaveId wave, FrozenMembership membership, Actor actor, Instant now) {
        return step(deployment, wave, Move.FREEZE, actor, now, Optional.empty(), moved -> moved.frozen(membership));
    }

    /** Sends the content ahead. */
    public static Outcome<Deployment> preposition(Deployment deployment, WaveId wave, Actor actor, Instant now) {
        return step(deployment, wave, Move.PREPOSITION, actor, now, Optional.empty(), moved -> moved);
    }

    /** Enough of its members have the content. */
    public static Outcome<Deployment> covered(Deployment deployment, WaveId wave, Actor actor, Instant now) {
        return step(deployment, wave, Move.COVERED, actor, now, Optional.empty(), moved -> moved);
    }

    /** Makes it wait for its opening. */
    public static Outcome<Deployment> arm(
            Deployment deployment, WaveId wave, boolean signed, Actor actor, Instant now) {
        return step(deployment, wave, Move.ARM, actor, now, startable(deployment, wave, signed), moved -> moved);
    }

    /** Lets its members begin. */
    public static Outcome<Deployment> activate(
            Deployment deployment, WaveId wave, boolean signed, Actor actor, Instant now) {
        return step(deployment, wave, Move.ACTIVATE, actor, now, startable(deployment, wave, signed), moved -> moved);
    }

    /** Lets nobody begin any more, those who have begun end. */
    public static Outcome<Deployment> drain(Deployment deployment, WaveId wave, Actor actor, Instant now) {
        return step(deployment, wave, Move.DRAIN, actor, now, Optional.empty(), moved -> moved);
    }

    /** Says how it was. */
    public static Outcome<Deployment> judge(
            Deployment deployment, WaveId wave, Verdict verdict, String evidence, Actor actor, Instant now) {
        return step(
                deployment, wave, Move.JUDGE, actor, now, Optional.empty(), moved -> moved.judged(verdict, evidence));
    }

    /** Watches longer. */
    public static Outcome<Deployment> extend(
            Deployment deployment, WaveId id, int extensionsMax, Actor actor, Instant now) {
        Wave wave = deployment.wave(id.number());
        Optional<String> why;
        if (wave.verdict().filter(Verdict.INCONCLUSIVE::equals).isEmpty()
                || wave.waiver().isPresent()) {
            why = Optional.of("only an inconclusive wave is watched longer");
        } else if (wave.extensions() >= extensionsMax) {
            why = Optional.of(
                    "it was watched longer " + wave.extensions() + " times, which is all that the plan allows");
        } else if (!deployment.state().runsWaves() && deployment.state() != DeploymentState.BETA_EVALUATION) {
            why = Optional.of("the deployment is " + deployment.state() + " and runs no waves");
        } else {
            why = otherRuns(deployment, id);
        }
        return step(deployment, id, Move.EXTEND, actor, now, why, Wave::extended);
    }

    /** Ends it. */
    public static Outcome<Deployment> close(Deployment deployment, WaveId wave, Actor actor, Instant now) {
        return step(deployment, wave, Move.CLOSE, actor, now, Optional.empty(), moved -> moved);
    }

    /** Leaves it out. A person's word lets what follows begin; the product's does not. */
    public static Outcome<Deployment> skip(Deployment deployment, WaveId id, String reason, Actor actor, Instant now) {
        Wave wave = deployment.wave(id.number());
        if (actor instanceof Actor.Person person) {
            if (reason.isBlank()) {
                return Outcome.rejected(id + ": say why it is left out");
            }
            return step(
                    deployment,
                    id,
                    Move.SKIP,
                    actor,
                    now,
                    Optional.empty(),
                    moved -> moved.waived(new Waiver(person.id(), reason, now)));
        }
        boolean empty = wave.state() == WaveState.FROZEN && wave.members() == 0;
        boolean stopped = !deployment.failures().isEmpty()
                || deployment.state() == DeploymentState.ABORTING
                || deployment.state() == DeploymentState.ANALYSIS;
        return step(
                deployment,
                id,
                Move.SKIP,
                actor,
                now,
                empty || stopped ? Optional.empty() : Optional.of("it may still run"),
                moved -> moved);
    }

    /** Lets what follows begin although the verdict is no PASS: by an approver, who says why. */
    public static Outcome<Deployment> waive(Deployment deployment, WaveId id, String why, Actor actor, Instant now) {
        Wave wave = deployment.wave(id.number());
        if (!(actor instanceof Actor.Person person) || !Who.of(Role.APPROVER).includes(actor)) {
            return Outcome.rejected(id + ": a verdict is waived by APPROVER; " + actor.name() + " is none");
        }
        if (wave.state() != WaveState.JUDGED
                || wave.verdict().filter(Verdict.PASS::equals).isPresent()
                || wave.waiver().isPresent()) {
            return Outcome.rejected(id + " is " + wave.state() + ": there is no verdict to waive");
        }
        if (why.isBlank()) {
            return Outcome.rejected(id + ": say why it goes on although the verdict is "
                    + wave.verdict().map(Verdict::name).orElse("none"));
        }
        return Outcome.moved(deployment.with(wave.waived(new Waiver(person.id(), why, now))));
    }

    /** Why a wave may not begin; empty where it may. */
    static Optional<String> startable(Deployment deployment, WaveId id, boolean signed) {
        if (deployment.state() != (id.isBeta() ? DeploymentState.BETA : DeploymentState.ROLLING)) {
            return Optional.of("the deployment is " + deployment.state());
        }
        if (!signed) {
            return Optional.of("the plan is not what was signed; have it signed first");
        }
        if (deployment.isHeld()) {
            return Optional.of(deployment.holding().getFirst().line());
        }
        if (!deployment.mayFollow(id)) {
            return Optional.of("a wave before it has not passed, and nobody waived that");
        }
        return otherRuns(deployment, id);
    }

    private static Optional<String> otherRuns(Deployment deployment, WaveId id) {
        return deployment
                .running()
                .filter(other -> !other.id().equals(id))
                .map(other -> other.id() + " is " + other.state() + "; one wave at a time");
    }

    private static Outcome<Deployment> step(
            Deployment deployment,
            WaveId id,
            Move move,
            Actor actor,
            Instant now,
            Optional<String> guarded,
            UnaryOperator<Wave> change) {
        Wave wave = deployment.wave(id.number());
        return switch (TABLE.step(id.toString(), wave.state(), move, actor)) {
            case Outcome.Rejected<WaveState> no -> no.as();
            case Outcome.Moved<WaveState>(WaveState to) ->
                guarded.map(why -> Outcome.<Deployment>rejected(id + ": " + move + " is not possible: " + why))
                        .orElseGet(() -> Outcome.moved(deployment.with(change.apply(wave.at(to, now)))));
        };
    }
}
