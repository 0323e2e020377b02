package packhorse.console.scheduler;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.console.change.Actor;
import packhorse.console.change.Outcome;
import packhorse.console.gate.Judgement;
import packhorse.console.gate.Verdict;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.NoticeKind;
import packhorse.console.wave.Decision;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.DeploymentMachine;
import packhorse.console.wave.DeploymentState;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Hold;
import packhorse.console.wave.HoldDesk;
import packhorse.console.wave.Wave;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveMachine;
import packhorse.console.wave.WaveState;

/**
 * Carries one decision out, inside one transaction: the machine's step, what it means for endpoints, the audit, and whom it is told to.
 * Everything in here looks at what the pages say now; what no longer fits does nothing.
 */
final class Carrier {
    private final Freezing freezing;
    private final Dispatcher dispatch;
    private final Bell bell;

    Carrier(Freezing freezing, Dispatcher dispatch, Bell bell) {
        this.freezing = freezing;
        this.dispatch = dispatch;
        this.bell = bell;
    }

    /** Whether it changed anything. */
    boolean carry(Pages pages, Sight sight, Decision decision) {
        Deployment deployment = sight.deployment();
        if (decision instanceof Decision.OfWave of
                && deployment.wave(of.wave().number()).state() != of.seen()) {
            return false;
        }
        return switch (decision) {
            case Decision.Advance advance -> advance(pages, sight, advance);
            case Decision.PlaceHold hold -> hold(pages, sight, hold.kind(), hold.why());
            case Decision.LiftHold hold -> lift(pages, sight, hold.kind());
            case Decision.Freeze freeze -> freeze(pages, sight, freeze.wave());
            case Decision.Preposition ahead -> preposition(pages, sight, ahead.wave());
            case Decision.Cover cover ->
                moved(
                        pages,
                        sight,
                        cover.wave(),
                        "cover",
                        WaveMachine.covered(deployment, cover.wave(), product(), sight.now()));
            case Decision.Arm arm ->
                moved(
                        pages,
                        sight,
                        arm.wave(),
                        "arm",
                        WaveMachine.arm(deployment, arm.wave(), sight.signed(), product(), sight.now()));
            case Decision.Activate activate -> activate(pages, sight, activate.wave());
            case Decision.TryAgain again -> tryAgain(pages, sight, again.wave());
            case Decision.NextStep step -> nextStep(pages, sight, step.wave());
            case Decision.Drain drain -> drain(pages, sight, drain);
            case Decision.GiveUp give -> giveUp(pages, sight, give.wave());
            case Decision.Judge judge -> judge(pages, sight, judge.wave(), judge.judgement());
            case Decision.AskPerson ask -> ask(pages, sight, ask);
            case Decision.TakeBack back -> takeBack(pages, sight, back.wave());
            case Decision.Close close ->
                moved(
                        pages,
                        sight,
                        close.wave(),
                        "close",
                        WaveMachine.close(deployment, close.wave(), product(), sight.now()));
            case Decision.Skip skip -> skip(pages, sight, skip);
        };
    }

    private static Actor product() {
        return Actor.product();
    }

    // ---- the deployment

    private boolean advance(Pages pages, Sight sight, Decision.Advance advance) {
        Deployment deployment = sight.deployment();
        if (deployment.state() != advance.seen()) {
            return false;
        }
        Optional<Deployment> moved = DeploymentMachine.move(
                        deployment, advance.move(), sight.signed(), product(), sight.now())
                .result();
        if (moved.isEmpty()) {
            return false;
        }
        Stored<Deployment> stored = pages.change(sight.stored(), moved.get());
        SortedDetails details = new SortedDetails()
                .with("from", deployment.state().name())
                .with("to", moved.get().state().name());
        if (moved.get().state() == DeploymentState.ANALYSIS) {
            details.with("recalled", String.valueOf(recallFailed(pages, moved.get())));
        }
        pages.audit("deployment." + word(advance.move()), sight.id().toString(), details.map());
        notice(advance.move()).ifPresent(kind -> tell(pages, sight, stored.value(), advance.move(), kind));
        return true;
    }

    /** Whatever a wave that failed has changed is to be taken back. */
    static long recallFailed(Pages pages, Deployment deployment) {
        long recalled = 0;
        for (Wave wave : deployment.failures()) {
            recalled += pages.waves().recall(wave.id());
        }
        return recalled;
    }

    private static String word(Enum<?> move) {
        return move.name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
    }

    private static Optional<NoticeKind> notice(DeploymentMachine.Move move) {
        return switch (move) {
            case NOTIFY -> Optional.of(NoticeKind.ANNOUNCED);
            case GO -> Optional.of(NoticeKind.GO);
            case NO_GO -> Optional.of(NoticeKind.NO_GO);
            case BACK_OUT -> Optional.of(NoticeKind.ROLLED_BACK);
            case RECOVERED, ANALYSE, FOUND_UNREADY -> Optional.of(NoticeKind.STATUS);
            case SIMULATE,
                    STAGE,
                    DEPOTS_STAGED,
                    CHECK,
                    FOUND_READY,
                    START_BETA,
                    START_WAVES,
                    EVALUATE_BETA,
                    EXTEND,
                    ABORT,
                    ABORTED,
                    EVALUATE,
                    CLOSE -> Optional.empty();
        };
    }

    private void tell(Pages pages, Sight sight, Deployment now, DeploymentMachine.Move move, NoticeKind kind) {
        String evidence = now.waves().stream()
                .filter(wave -> !wave.evidence().isEmpty())
                .reduce((before, last) -> last)
                .map(wave -> wave.id() + ": " + wave.evidence())
                .orElse("");
        String line = switch (move) {
            case NOTIFY ->
                sight.id() + " is ready and begins soon: " + sight.plan().operation() + " of "
                        + sight.plan().subjects();
            case FOUND_UNREADY -> sight.id() + " is not ready; look at its readiness report";
            default -> sight.id() + " is " + now.state() + (evidence.isEmpty() ? "" : "; " + evidence);
        };
        bell.ring(
                pages,
                sight.order(),
                kind,
                sight.id().toString(),
                line,
                Map.of(
                        "evidence",
                        evidence,
                        "reason",
                        evidence,
                        "state",
                        now.state().name(),
                        "done",
                        evidence,
                        "starts",
                        sight.order()
                                .plans()
                                .distribution()
                                .start()
                                .map(Object::toString)
                                .orElse(""),
                        "sites",
                        String.join(", ", sight.order().plans().distribution().sites())));
    }

    /** Places a hold of the product's. */
    boolean hold(Pages pages, Sight sight, Hold.Kind kind, String why) {
        Outcome<Deployment> placed = HoldDesk.place(sight.deployment(), kind, why, product(), sight.now());
        if (placed.result().filter(now -> !now.equals(sight.deployment())).isEmpty()) {
            return false;
        }
        pages.change(sight.stored(), placed.result().orElseThrow());
        pages.audit(
                "deployment.hold",
                sight.id().toString(),
                new SortedDetails().with("kind", kind.name()).with("why", why).map());
        bell.ring(
                pages,
                sight.order(),
                kind == Hold.Kind.LAW ? NoticeKind.LAW_BROKEN : NoticeKind.HELD,
                sight.id().toString(),
                sight.id() + " is held: " + why,
                Map.of("reason", why, "law", why));
        return true;
    }

    /** Lifts a hold of the product's whose reason is gone. */
    boolean lift(Pages pages, Sight sight, Hold.Kind kind) {
        Optional<Deployment> lifted =
                HoldDesk.lift(sight.deployment(), kind, product(), sight.now()).result();
        if (lifted.isEmpty()) {
            return false;
        }
        pages.change(sight.stored(), lifted.get());
        pages.audit(
                "deployment.lift",
                sight.id().toString(),
                new SortedDetails().with("kind", kind.name()).map());
        return true;
    }

    // ---- a wave

    private boolean moved(Pages pages, Sight sight, WaveId wave, String what, Outcome<Deployment> outcome) {
        return moved(pages, sight, wave, what, outcome, new TreeMap<>());
    }

    private boolean moved(
            Pages pages,
            Sight sight,
            WaveId wave,
            String what,
            Outcome<Deployment> outcome,
            Map<String, String> details) {
        if (outcome.result().isEmpty()) {
            return false;
        }
        pages.change(sight.stored(), outcome.result().get());
        answered(pages, wave);
        pages.audit("wave." + what, wave.toString(), details);
        return true;
    }

    /** What was asked of a person about the wave as it was is no question any more. */
    private static void answered(Pages pages, WaveId wave) {
        pages.find(Question.KIND, wave.toString()).ifPresent(pages::remove);
    }

    private boolean freeze(Pages pages, Sight sight, WaveId wave) {
        if (sight.deployment().isHeld()) {
            return false;
        }
        SortedDetails details = new SortedDetails();
        FrozenMembership membership = freezing.freeze(pages, sight, wave, details.map());
        details.with("members", String.valueOf(membership.size()))
                .with("digest", membership.digest().hex());
        return moved(
                pages,
                sight,
                wave,
                "freeze",
                WaveMachine.freeze(sight.deployment(), wave, membership, product(), sight.now()),
                details.map());
    }

    private boolean preposition(Pages pages, Sight sight, WaveId wave) {
        if (sight.deployment().isHeld()
                || !moved(
                        pages,
                        sight,
                        wave,
                        "preposition",
                        WaveMachine.preposition(sight.deployment(), wave, product(), sight.now()))) {
            return false;
        }
        dispatch.sendAhead(pages, sight, wave);
        return true;
    }

    private boolean activate(Pages pages, Sight sight, WaveId wave) {
        if (!moved(
                pages,
                sight,
                wave,
                "activate",
                WaveMachine.activate(sight.deployment(), wave, sight.signed(), product(), sight.now()))) {
            return false;
        }
        dispatch.first(pages, sight, wave);
        // They were sent their starts as a person's word has them now.
        Onlooker.forced(pages, wave)
                .filter(one -> one.value().isOpen(sight.now()))
                .ifPresent(one -> pages.change(one, one.value().toldAt(sight.now())));
        bell.ring(
                pages,
                sight.order(),
                wave.isBeta() ? NoticeKind.BETA_STARTED : NoticeKind.WAVE_STARTED,
                wave.toString(),
                wave + " begins on " + sight.deployment().wave(wave.number()).members() + " endpoints",
                Map.of(
                        "wave",
                        wave.toString(),
                        "endpoints",
                        String.valueOf(sight.deployment().wave(wave.number()).members())));
        return true;
    }

    private boolean tryAgain(Pages pages, Sight sight, WaveId wave) {
        if (sight.deployment().isHeld()) {
            return false;
        }
        return audited(pages, wave, "retry", dispatch.again(pages, sight, wave));
    }

    private boolean nextStep(Pages pages, Sight sight, WaveId wave) {
        if (sight.deployment().isHeld()) {
            return false;
        }
        return audited(pages, wave, "next-step", dispatch.nextStep(pages, sight, wave));
    }

    private boolean drain(Pages pages, Sight sight, Decision.Drain drain) {
        return moved(
                pages,
                sight,
                drain.wave(),
                "drain",
                WaveMachine.drain(sight.deployment(), drain.wave(), product(), sight.now()),
                new SortedDetails().with("why", drain.why()).map());
    }

    private boolean giveUp(Pages pages, Sight sight, WaveId wave) {
        return audited(pages, wave, "give-up", dispatch.giveUp(pages, sight, wave));
    }

    private boolean takeBack(Pages pages, Sight sight, WaveId wave) {
        if (sight.deployment().isHeld() || sight.deployment().state() != DeploymentState.BACKOUT) {
            return false;
        }
        return audited(pages, wave, "take-back", dispatch.takeBack(pages, sight, wave));
    }

    private static boolean audited(Pages pages, WaveId wave, String what, long members) {
        if (members > 0) {
            pages.audit("wave." + what, wave.toString(), Map.of("members", String.valueOf(members)));
        }
        return members > 0;
    }

    private boolean judge(Pages pages, Sight sight, WaveId wave, Judgement judgement) {
        String evidence = judgement.line();
        if (!moved(
                pages,
                sight,
                wave,
                "judge",
                WaveMachine.judge(sight.deployment(), wave, judgement.verdict(), evidence, product(), sight.now()),
                new SortedDetails()
                        .with("verdict", judgement.verdict().name())
                        .with("evidence", evidence)
                        .map())) {
            return false;
        }
        bell.ring(
                pages,
                sight.order(),
                judgement.verdict() == Verdict.PASS ? NoticeKind.WAVE_JUDGED : NoticeKind.GATE_FAILED,
                wave.toString(),
                wave + " is judged " + judgement.verdict() + ": " + evidence
                        + (judgement.verdict() == Verdict.INCONCLUSIVE ? "; a person has to decide" : ""),
                Map.of("wave", wave.toString(), "verdict", judgement.verdict().name(), "evidence", evidence));
        return true;
    }

    /** Whether a person was asked this already. */
    static boolean asked(Pages pages, Sight sight, Decision.AskPerson ask) {
        int extensions = sight.deployment().wave(ask.wave().number()).extensions();
        return pages.find(Question.KIND, ask.wave().toString())
                .map(Stored::value)
                .filter(before -> before.seen() == ask.seen() && before.extensions() == extensions)
                .isPresent();
    }

    private boolean ask(Pages pages, Sight sight, Decision.AskPerson ask) {
        if (asked(pages, sight, ask)) {
            return false;
        }
        Wave wave = sight.deployment().wave(ask.wave().number());
        Optional<Stored<Question>> asked = pages.find(Question.KIND, ask.wave().toString());
        Question question = new Question(ask.wave(), ask.seen(), wave.extensions(), ask.evidence(), sight.now());
        if (asked.isPresent()) {
            pages.change(asked.get(), question);
        } else {
            pages.add(Question.KIND, ask.wave().toString(), question);
        }
        pages.audit("wave.ask", ask.wave().toString(), Map.of("evidence", ask.evidence()));
        bell.ring(
                pages,
                sight.order(),
                NoticeKind.WAVE_JUDGED,
                ask.wave() + " asked",
                ask.wave() + " waits for a person to decide: " + ask.evidence(),
                Map.of("wave", ask.wave().toString(), "verdict", "a person decides", "evidence", ask.evidence()));
        return true;
    }

    private boolean skip(Pages pages, Sight sight, Decision.Skip skip) {
        WaveState before = sight.deployment().wave(skip.wave().number()).state();
        if (!moved(
                pages,
                sight,
                skip.wave(),
                "skip",
                WaveMachine.skip(sight.deployment(), skip.wave(), skip.why(), product(), sight.now()),
                new SortedDetails().with("why", skip.why()).map())) {
            return false;
        }
        if (before != WaveState.DEFINED && before != WaveState.FROZEN) {
            dispatch.callBack(pages, sight, skip.wave());
        }
        return true;
    }
}
