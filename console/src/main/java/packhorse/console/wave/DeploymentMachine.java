package packhorse.console.wave;

import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import packhorse.console.change.Actor;
import packhorse.console.change.Outcome;
import packhorse.console.change.Role;
import packhorse.console.change.Transitions;
import packhorse.console.change.Who;
import packhorse.console.gate.Verdict;

/**
 * Moves a deployment.
 *
 * <pre>
 * from             move            to               who
 * PLANNED          SIMULATE        SIMULATED        INSTALLATION_COORDINATOR, CHANGE_COORDINATOR, product
 * PLANNED          ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * SIMULATED        STAGE           STAGING          INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * SIMULATED        ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * STAGING          DEPOTS_STAGED   STAGED           product
 * STAGING          ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * STAGED           CHECK           READINESS        INSTALLATION_COORDINATOR, CHANGE_COORDINATOR, product
 * STAGED           ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * READINESS        FOUND_READY     READY            product
 * READINESS        FOUND_UNREADY   PLANNED          product
 * READINESS        ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * READY            NOTIFY          NOTIFIED         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR, product
 * READY            ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * NOTIFIED         START_BETA      BETA             INSTALLATION_COORDINATOR
 * NOTIFIED         START_WAVES     ROLLING          INSTALLATION_COORDINATOR
 * NOTIFIED         ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * BETA             EVALUATE_BETA   BETA_EVALUATION  product
 * BETA             ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * BETA_EVALUATION  GO              ROLLING          APPROVER, INSTALLATION_COORDINATOR, product
 * BETA_EVALUATION  NO_GO           ANALYSIS         APPROVER, INSTALLATION_COORDINATOR, product
 * BETA_EVALUATION  EXTEND          BETA             APPROVER, INSTALLATION_COORDINATOR
 * BETA_EVALUATION  ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * ROLLING          ANALYSE         ANALYSIS         product
 * ROLLING          ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * ABORTING         ABORTED         ANALYSIS         product
 * ANALYSIS         BACK_OUT        BACKOUT          APPROVER, INSTALLATION_COORDINATOR, product
 * ANALYSIS         EVALUATE        EVALUATION       INSTALLATION_COORDINATOR, CHANGE_COORDINATOR, product
 * BACKOUT          RECOVERED       RECOVERY_CHECK   product
 * BACKOUT          ABORT           ABORTING         INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * RECOVERY_CHECK   BACK_OUT        BACKOUT          APPROVER, INSTALLATION_COORDINATOR
 * RECOVERY_CHECK   EVALUATE        EVALUATION       INSTALLATION_COORDINATOR, CHANGE_COORDINATOR
 * EVALUATION       CLOSE           CLOSED           CHANGE_COORDINATOR
 * </pre>
 *
 * <p>Guards, besides: nothing that widens (STAGE, START_BETA, START_WAVES, GO, BACK_OUT) without signatures that hold for the plan that is
 * carried out, and nothing that starts waves while a hold holds; START_BETA needs a beta group and START_WAVES none; the product says GO only to a
 * PASS, and a person to anything else only with a waiver on the beta group; EXTEND needs the beta group to run
 * again; ANALYSE, ABORTED and CLOSE need every wave to be over.
 */
public final class DeploymentMachine {
    /** What can be done with a deployment. */
    public enum Move {
        SIMULATE,
        STAGE,
        DEPOTS_STAGED,
        CHECK,
        FOUND_READY,
        FOUND_UNREADY,
        NOTIFY,
        START_BETA,
        START_WAVES,
        EVALUATE_BETA,
        GO,
        NO_GO,
        EXTEND,
        ANALYSE,
        ABORT,
        ABORTED,
        BACK_OUT,
        RECOVERED,
        EVALUATE,
        CLOSE
    }

    private static final Who COORDINATORS = Who.of(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);
    private static final Who COORDINATORS_OR_PRODUCT =
            Who.orProduct(Role.INSTALLATION_COORDINATOR, Role.CHANGE_COORDINATOR);
    private static final Who OPERATOR = Who.of(Role.INSTALLATION_COORDINATOR);
    private static final Who DECIDERS = Who.of(Role.APPROVER, Role.INSTALLATION_COORDINATOR);
    private static final Who DECIDERS_OR_PRODUCT = Who.orProduct(Role.APPROVER, Role.INSTALLATION_COORDINATOR);
    private static final Who PRODUCT = Who.onlyProduct();

    /** What makes more happen; it needs the plan's signatures. */
    private static final Set<Move> WIDENING =
            EnumSet.of(Move.STAGE, Move.START_BETA, Move.START_WAVES, Move.GO, Move.BACK_OUT);

    /** What lets waves begin; it needs that nothing is held. */
    private static final Set<Move> STARTING = EnumSet.of(Move.START_BETA, Move.START_WAVES, Move.GO);

    private static final Set<Move> ENDING = EnumSet.of(Move.ANALYSE, Move.ABORTED, Move.CLOSE);

    /** The table, as above. */
    public static final Transitions<DeploymentState, Move> TABLE = new Transitions<DeploymentState, Move>()
            .row(DeploymentState.PLANNED, Move.SIMULATE, DeploymentState.SIMULATED, COORDINATORS_OR_PRODUCT)
            .row(DeploymentState.PLANNED, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.SIMULATED, Move.STAGE, DeploymentState.STAGING, COORDINATORS)
            .row(DeploymentState.SIMULATED, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.STAGING, Move.DEPOTS_STAGED, DeploymentState.STAGED, PRODUCT)
            .row(DeploymentState.STAGING, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.STAGED, Move.CHECK, DeploymentState.READINESS, COORDINATORS_OR_PRODUCT)
            .row(DeploymentState.STAGED, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.READINESS, Move.FOUND_READY, DeploymentState.READY, PRODUCT)
            .row(DeploymentState.READINESS, Move.FOUND_UNREADY, DeploymentState.PLANNED, PRODUCT)
            .row(DeploymentState.READINESS, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.READY, Move.NOTIFY, DeploymentState.NOTIFIED, COORDINATORS_OR_PRODUCT)
            .row(DeploymentState.READY, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.NOTIFIED, Move.START_BETA, DeploymentState.BETA, OPERATOR)
            .row(DeploymentState.NOTIFIED, Move.START_WAVES, DeploymentState.ROLLING, OPERATOR)
            .row(DeploymentState.NOTIFIED, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.BETA, Move.EVALUATE_BETA, DeploymentState.BETA_EVALUATION, PRODUCT)
            .row(DeploymentState.BETA, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.BETA_EVALUATION, Move.GO, DeploymentState.ROLLING, DECIDERS_OR_PRODUCT)
            .row(DeploymentState.BETA_EVALUATION, Move.NO_GO, DeploymentState.ANALYSIS, DECIDERS_OR_PRODUCT)
            .row(DeploymentState.BETA_EVALUATION, Move.EXTEND, DeploymentState.BETA, DECIDERS)
            .row(DeploymentState.BETA_EVALUATION, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.ROLLING, Move.ANALYSE, DeploymentState.ANALYSIS, PRODUCT)
            .row(DeploymentState.ROLLING, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.ABORTING, Move.ABORTED, DeploymentState.ANALYSIS, PRODUCT)
            .row(
                    DeploymentState.ANALYSIS,
                    Move.BACK_OUT,
                    DeploymentState.BACKOUT,
                    Who.orProduct(Role.INSTALLATION_COORDINATOR, Role.APPROVER))
            .row(DeploymentState.ANALYSIS, Move.EVALUATE, DeploymentState.EVALUATION, COORDINATORS_OR_PRODUCT)
            .row(DeploymentState.BACKOUT, Move.RECOVERED, DeploymentState.RECOVERY_CHECK, PRODUCT)
            .row(DeploymentState.BACKOUT, Move.ABORT, DeploymentState.ABORTING, COORDINATORS)
            .row(DeploymentState.RECOVERY_CHECK, Move.BACK_OUT, DeploymentState.BACKOUT, DECIDERS)
            .row(DeploymentState.RECOVERY_CHECK, Move.EVALUATE, DeploymentState.EVALUATION, COORDINATORS)
            .row(DeploymentState.EVALUATION, Move.CLOSE, DeploymentState.CLOSED, Who.of(Role.CHANGE_COORDINATOR));

    private DeploymentMachine() {}

    /**
     * Moves it, or says why not.
     *
     * @param signed whether the signatures hold for the plan that is carried out
     */
    public static Outcome<Deployment> move(Deployment deployment, Move move, boolean signed, Actor actor, Instant now) {
        return switch (TABLE.step(deployment.id().toString(), deployment.state(), move, actor)) {
            case Outcome.Rejected<DeploymentState> no -> no.as();
            case Outcome.Moved<DeploymentState>(DeploymentState to) ->
                guard(deployment, move, signed, actor)
                        .map(why -> Outcome.<Deployment>rejected(deployment.id() + ": " + why))
                        .orElseGet(() -> Outcome.moved(deployment.at(to, now)));
        };
    }

    private static Optional<String> guard(Deployment deployment, Move move, boolean signed, Actor actor) {
        if (WIDENING.contains(move) && !signed) {
            return Optional.of("the plan has changed since it was signed, or was never signed; have it signed first");
        }
        if (STARTING.contains(move) && deployment.isHeld()) {
            return Optional.of(deployment.holding().getFirst().line() + "; lift it first");
        }
        if (ENDING.contains(move) && !deployment.wavesOver()) {
            return Optional.of("wave "
                    + deployment
                            .current()
                            .map(wave -> wave.id() + " is " + wave.state())
                            .orElse("")
                    + "; wait until it is over");
        }
        boolean beta = deployment.waves().stream().anyMatch(wave -> wave.id().isBeta());
        return switch (move) {
            case START_BETA -> beta ? Optional.empty() : Optional.of("the plan has no beta group; start the waves");
            case START_WAVES -> beta ? Optional.of("the plan has a beta group; start that first") : Optional.empty();
            case GO -> {
                Wave group = deployment.wave(WaveId.BETA);
                if (group.verdict().filter(Verdict.PASS::equals).isPresent()) {
                    yield Optional.empty();
                }
                yield actor instanceof Actor.Person && group.waiver().isPresent()
                        ? Optional.empty()
                        : Optional.of("the beta group has not passed (" + group.evidence()
                                + "); a person has to waive that first");
            }
            case EXTEND ->
                deployment.wave(WaveId.BETA).state() == WaveState.ACTIVE
                        ? Optional.empty()
                        : Optional.of("the beta group is not watched longer yet; extend that first");
            default -> Optional.empty();
        };
    }
}
