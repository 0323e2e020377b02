package packhorse.console.wave;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.console.gate.Judgement;
import packhorse.console.gate.Verdict;
import packhorse.console.gate.WaveGate;
import packhorse.console.wave.DeploymentMachine.Move;
import packhorse.core.state.Operation;

/**
 * What is to be done now, from what is so now. It remembers nothing: asked again in the same state it says the same, asked by another
 * console after a crash it says what the first one would have said. What it says is small steps, each of which leads to a state in which it
 * says the next; what a person has to decide it waits for.
 *
 * <table>
 * <caption>The wave at hand: the first that is not over</caption>
 * <tr><th>state</th><th>when</th><th>then</th></tr>
 * <tr><td>DEFINED</td><td>the deployment runs waves</td><td>Freeze</td></tr>
 * <tr><td>FROZEN</td><td>it has members</td><td>Preposition; else Skip</td></tr>
 * <tr><td>PREPOSITIONING</td><td>enough members have the content, or none is needed</td><td>Cover</td></tr>
 * <tr><td>PREPOSITIONED</td><td>it may begin</td><td>Arm</td></tr>
 * <tr><td>ARMED</td><td>it may begin and some site is open</td><td>Activate</td></tr>
 * <tr><td>ACTIVE</td><td>the gate says FAIL already, all have ended, or the wave's time is over; where a person forced one
 * site, the others have that time from their own first opening on</td><td>Drain</td></tr>
 * <tr><td>ACTIVE</td><td>someone is to be tried again</td><td>TryAgain</td></tr>
 * <tr><td>ACTIVE</td><td>someone has done a step and another one follows</td><td>NextStep</td></tr>
 * <tr><td>DRAINING</td><td>nothing is under way, or its time is over, and some have not ended</td><td>GiveUp</td></tr>
 * <tr><td>DRAINING</td><td>all have ended and the soak is over, or the gate says FAIL</td><td>Judge, or AskPerson</td></tr>
 * <tr><td>JUDGED</td><td>PASS, FAIL or waived; not the beta group before its evaluation</td><td>Close</td></tr>
 * <tr><td>JUDGED</td><td>INCONCLUSIVE</td><td>AskPerson</td></tr>
 * </table>
 *
 * <p>A hold keeps everything above ACTIVE from moving, and TryAgain, NextStep and TakeBack; what has begun is still drained, judged and
 * closed. Once a wave has failed, or the deployment is aborted, those that have not begun are skipped and the rest goes to analysis. A backout
 * has the time of a wave from the first opening of its last site on, and after an abort that of draining; what has not ended by then is given up. A person who aborts a backout
 * ends it: the product begins none by itself any more.
 *
 * <p>The product places its own holds and lifts them: POLICY while the plan is not what was signed, BLACKOUT while every site is closed.
 */
public final class Conduct {
    /** Why a plan that was changed after its signatures is held. */
    private static final String UNSIGNED = "the plan is not what was signed; have it signed again";

    private Conduct() {}

    /** The next steps, in their order; none where everybody waits. */
    public static List<Decision> next(View view, Instant now) {
        Deployment deployment = view.deployment();
        List<Decision> next = new ArrayList<>();
        holds(view, next);
        switch (deployment.state()) {
            case STAGING -> advanceIf(view.depotsStaged(), deployment, Move.DEPOTS_STAGED, next);
            case STAGED -> advanceIf(!deployment.isHeld(), deployment, Move.CHECK, next);
            case READINESS ->
                view.readiness()
                        .ifPresent(report -> advanceIf(
                                true, deployment, report.ready() ? Move.FOUND_READY : Move.FOUND_UNREADY, next));
            case READY -> advanceIf(view.notified() && !deployment.isHeld(), deployment, Move.NOTIFY, next);
            case BETA -> beta(view, now, next);
            case BETA_EVALUATION -> evaluation(view, next);
            case ROLLING -> rolling(view, now, next);
            case ABORTING -> {
                stop(view, now, "the deployment was aborted", next);
                boolean over = view.waves().stream().allMatch(wave -> wave.takingBack() == 0)
                        || (overdue(deployment, view.plan().timeouts().drain(), now) && giveUpBacks(view, next));
                advanceIf(over && deployment.wavesOver(), deployment, Move.ABORTED, next);
            }
            case ANALYSIS -> analysis(view, now, next);
            case BACKOUT -> backout(view, now, next);
            case PLANNED, SIMULATED, NOTIFIED, RECOVERY_CHECK, EVALUATION, CLOSED -> {
                // A person goes on from here, or nobody.
            }
        }
        return List.copyOf(next);
    }

    /** The product's own holds: placed while something may be changed on endpoints, lifted as soon as what they were placed for is over. */
    private static void holds(View view, List<Decision> next) {
        Deployment deployment = view.deployment();
        if (deployment.state().isFinal()) {
            return;
        }
        boolean changes = deployment.state().changesEndpoints();
        Optional<Hold> policy = holding(deployment, Hold.Kind.POLICY);
        if (!view.signed() && changes && policy.isEmpty()) {
            next.add(new Decision.PlaceHold(deployment.id(), Hold.Kind.POLICY, UNSIGNED));
        }
        if (view.signed() && policy.filter(hold -> hold.why().equals(UNSIGNED)).isPresent()) {
            next.add(new Decision.LiftHold(deployment.id(), Hold.Kind.POLICY));
        }
        Optional<Hold> closed = holding(deployment, Hold.Kind.BLACKOUT);
        if (view.blackout().isPresent() && changes && closed.isEmpty()) {
            next.add(new Decision.PlaceHold(
                    deployment.id(), Hold.Kind.BLACKOUT, view.blackout().get()));
        }
        if (view.blackout().isEmpty() && closed.isPresent()) {
            next.add(new Decision.LiftHold(deployment.id(), Hold.Kind.BLACKOUT));
        }
    }

    private static Optional<Hold> holding(Deployment deployment, Hold.Kind kind) {
        return deployment.holding().stream().filter(hold -> hold.kind() == kind).findFirst();
    }

    private static void advanceIf(boolean now, Deployment deployment, Move move, List<Decision> next) {
        if (now) {
            next.add(new Decision.Advance(deployment.id(), deployment.state(), move));
        }
    }

    private static void beta(View view, Instant now, List<Decision> next) {
        Deployment deployment = view.deployment();
        Wave group = deployment.wave(WaveId.BETA);
        if (group.state() == WaveState.JUDGED || group.state().isFinal()) {
            advanceIf(true, deployment, Move.EVALUATE_BETA, next);
        } else {
            step(view, group, now, next);
        }
    }

    private static void evaluation(View view, List<Decision> next) {
        Deployment deployment = view.deployment();
        Wave group = deployment.wave(WaveId.BETA);
        boolean byGate = view.plan().judging().by() == Judging.By.GATE;
        if (group.state() == WaveState.ACTIVE) {
            return;
        }
        if (byGate && group.verdict().filter(Verdict.PASS::equals).isPresent()) {
            advanceIf(view.signed() && !deployment.isHeld(), deployment, Move.GO, next);
        } else if (byGate && group.failed()) {
            advanceIf(true, deployment, Move.NO_GO, next);
        } else {
            next.add(new Decision.AskPerson(group.id(), group.state(), group.evidence()));
        }
    }

    private static void rolling(View view, Instant now, List<Decision> next) {
        Deployment deployment = view.deployment();
        if (!deployment.failures().isEmpty()) {
            stop(
                    view,
                    now,
                    deployment.failures().getFirst().id() + " has failed: "
                            + deployment.failures().getFirst().evidence(),
                    next);
        } else {
            deployment.current().ifPresent(wave -> step(view, wave, now, next));
        }
        advanceIf(deployment.wavesOver(), deployment, Move.ANALYSE, next);
    }

    private static void analysis(View view, Instant now, List<Decision> next) {
        Deployment deployment = view.deployment();
        stop(view, now, "the deployment goes no further", next);
        if (!deployment.wavesOver()) {
            return;
        }
        boolean toTakeBack = view.waves().stream().anyMatch(wave -> wave.tally().of(Sorting.ROLLBACK) > 0);
        if (toTakeBack && view.plan().judging().automaticRollback() && !deployment.backoutCalledOff()) {
            advanceIf(view.signed() && !deployment.isHeld(), deployment, Move.BACK_OUT, next);
        }
    }

    private static boolean overdue(Deployment deployment, Duration time, Instant now) {
        return !now.isBefore(deployment.since().plus(time));
    }

    /** Ends rollbacks that have not ended; whether there are none. */
    private static boolean giveUpBacks(View view, List<Decision> next) {
        boolean none = true;
        for (Wave wave : view.deployment().waves()) {
            long running = view.of(wave).takingBack();
            none &= running == 0;
            if (running > 0) {
                next.add(new Decision.GiveUp(wave.id(), wave.state(), running));
            }
        }
        return none;
    }

    private static void backout(View view, Instant now, List<Decision> next) {
        Deployment deployment = view.deployment();
        if (overdue(deployment, view.plan().timeouts().wave(), now)
                && view.waves().stream().noneMatch(wave -> wave.lasts(now))) {
            // Whoever was not reached until now is left to a person, who may begin another backout.
            advanceIf(giveUpBacks(view, next), deployment, Move.RECOVERED, next);
            return;
        }
        Map<WaveId, WaveTally> tallies = new LinkedHashMap<>();
        for (Wave wave : deployment.waves()) {
            tallies.put(wave.id(), view.of(wave).tally());
        }
        for (WaveId id : BackoutOrder.waves(tallies)) {
            Wave wave = deployment.wave(id.number());
            View.WaveView seen = view.of(wave);
            if (seen.takingBack() > 0) {
                return;
            }
            if (seen.toTakeBack() > 0) {
                if (!deployment.isHeld()) {
                    next.add(new Decision.TakeBack(id, wave.state(), seen.toTakeBack()));
                }
                return;
            }
        }
        advanceIf(view.waves().stream().allMatch(wave -> wave.takingBack() == 0), deployment, Move.RECOVERED, next);
    }

    /** Ends whatever runs, leaves out whatever has not begun. */
    private static void stop(View view, Instant now, String why, List<Decision> next) {
        for (Wave wave : view.deployment().waves()) {
            switch (wave.state()) {
                case DEFINED, FROZEN, PREPOSITIONING, PREPOSITIONED, ARMED ->
                    next.add(new Decision.Skip(wave.id(), wave.state(), why));
                case ACTIVE -> next.add(new Decision.Drain(wave.id(), wave.state(), why));
                case DRAINING -> drain(view, wave, now, next);
                case JUDGED -> next.add(new Decision.Close(wave.id(), wave.state()));
                case CLOSED, SKIPPED -> {
                    // It is over.
                }
            }
        }
    }

    private static void step(View view, Wave wave, Instant now, List<Decision> next) {
        Deployment deployment = view.deployment();
        WaveTally tally = view.of(wave).tally();
        boolean held = deployment.isHeld();
        switch (wave.state()) {
            case DEFINED -> {
                if (!held) {
                    next.add(new Decision.Freeze(wave.id(), wave.state()));
                }
            }
            case FROZEN -> {
                if (wave.members() == 0) {
                    next.add(new Decision.Skip(wave.id(), wave.state(), "nobody is in it"));
                } else if (!held) {
                    next.add(new Decision.Preposition(wave.id(), wave.state()));
                }
            }
            case PREPOSITIONING -> {
                // What a distribution is for is not sent ahead of it.
                boolean covered = view.plan().operation() == Operation.DISTRIBUTE
                        || !view.plan().operation().needsContent()
                        || view.plan().transfer().covers(tally.staged(), tally.members());
                if (covered && !held) {
                    next.add(new Decision.Cover(wave.id(), wave.state()));
                }
            }
            case PREPOSITIONED -> {
                if (WaveMachine.startable(deployment, wave.id(), view.signed()).isEmpty()) {
                    next.add(new Decision.Arm(wave.id(), wave.state()));
                }
            }
            case ARMED -> {
                if (view.of(wave).open()
                        && WaveMachine.startable(deployment, wave.id(), view.signed())
                                .isEmpty()) {
                    next.add(new Decision.Activate(wave.id(), wave.state()));
                }
            }
            case ACTIVE -> active(view, wave, now, next);
            case DRAINING -> drain(view, wave, now, next);
            case JUDGED -> judged(wave, next);
            case CLOSED, SKIPPED -> {
                // It is over.
            }
        }
    }

    private static void active(View view, Wave wave, Instant now, List<Decision> next) {
        WaveTally tally = view.of(wave).tally();
        Judgement early = WaveGate.judge(tally.evidence(false), view.plan().thresholds());
        boolean late = !now.isBefore(wave.since().plus(view.plan().timeouts().wave()))
                && !view.of(wave).lasts(now);
        if (early.verdict() == Verdict.FAIL) {
            next.add(new Decision.Drain(wave.id(), wave.state(), early.line()));
        } else if (late) {
            next.add(new Decision.Drain(wave.id(), wave.state(), "its time is over"));
        } else if (tally.retryable() > 0) {
            if (!view.deployment().isHeld()) {
                next.add(new Decision.TryAgain(wave.id(), wave.state(), tally.retryable()));
            }
        } else if (tally.nextSteps() > 0) {
            if (!view.deployment().isHeld()) {
                next.add(new Decision.NextStep(wave.id(), wave.state(), tally.nextSteps()));
            }
        } else if (tally.pending() == 0 && tally.waiting() == 0) {
            next.add(new Decision.Drain(wave.id(), wave.state(), "all have ended"));
        }
    }

    private static void drain(View view, Wave wave, Instant now, List<Decision> next) {
        WaveTally tally = view.of(wave).tally();
        Duration drained = Duration.between(wave.since(), now);
        boolean over = tally.underWay() == 0
                || drained.compareTo(view.plan().timeouts().drain()) >= 0;
        if (tally.pending() > 0) {
            if (over) {
                next.add(new Decision.GiveUp(wave.id(), wave.state(), tally.pending()));
            }
            return;
        }
        Judgement judgement = WaveGate.judge(tally.evidence(true), view.plan().thresholds());
        boolean soaked = drained.compareTo(soak(view.plan(), wave.id())) >= 0;
        boolean stopped = !view.deployment().state().runsWaves();
        if (judgement.verdict() != Verdict.FAIL && !soaked && !stopped) {
            return;
        }
        if (view.plan().judging().by() == Judging.By.PERSON && !stopped) {
            next.add(new Decision.AskPerson(wave.id(), wave.state(), judgement.line()));
        } else {
            next.add(new Decision.Judge(wave.id(), wave.state(), judgement));
        }
    }

    private static void judged(Wave wave, List<Decision> next) {
        Optional<Verdict> verdict = wave.verdict();
        if (wave.waiver().isEmpty()
                && verdict.filter(Verdict.INCONCLUSIVE::equals).isPresent()) {
            next.add(new Decision.AskPerson(wave.id(), wave.state(), wave.evidence()));
        } else {
            next.add(new Decision.Close(wave.id(), wave.state()));
        }
    }

    private static Duration soak(Plan plan, WaveId wave) {
        return wave.isBeta()
                ? plan.beta().map(BetaPlan::soak).orElse(Duration.ZERO)
                : plan.waves().get(wave.number() - 1).soak();
    }
}
