package packhorse.console.law;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditEntry;
import packhorse.console.audit.AuditLink;
import packhorse.console.change.Actor;
import packhorse.console.change.Duties;
import packhorse.console.change.Outcome;
import packhorse.console.change.PlanApproval;
import packhorse.console.change.PlanApprovals;
import packhorse.console.change.RiskClass;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Attempts;
import packhorse.console.wave.Conduct;
import packhorse.console.wave.Decision;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Heard;
import packhorse.console.wave.LeaseDesk;
import packhorse.console.wave.Member;
import packhorse.console.wave.Retry;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Tally;
import packhorse.console.wave.View;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveMachine;
import packhorse.console.wave.WaveTally;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;

/** What decides in the explorer's world: the product's own, piece by piece, so that a planted bug can take the place of one. */
class Machinery {
    /** The deployment as the one who decides sees it. */
    Deployment seen(Deployment deployment) {
        return deployment;
    }

    List<Decision> next(View view, Instant now) {
        return Conduct.next(view, now);
    }

    LeaseDesk.Ruling rule(LeaseDesk.Standing standing, Instant now) {
        return LeaseDesk.rule(standing, now);
    }

    /** Whether it counts against the blast radius. */
    boolean counts(Action action, Instant unusedNow) {
        return action.unverified();
    }

    /** Whether {@link #counts} needs to know how late it is. */
    boolean looksAtTheClock() {
        return false;
    }

    Action heard(Action action, ActionState said, Optional<CodeClass> codeClass, Instant at) {
        return Heard.of(action, said, codeClass, codeClass.isPresent() ? 1 : 0, at)
                .now();
    }

    WaveTally tally(Collection<Member> members, RetryPolicy policy, Instant now) {
        return Tally.of(members, policy, now);
    }

    Optional<ActionId> again(Member member, RetryPolicy policy, long retried, long members) {
        return Retry.rule(member, policy, retried, members) instanceof Retry.Ruling.Again again
                ? Optional.of(again.next())
                : Optional.empty();
    }

    /** The next rollback on an endpoint. */
    Optional<ActionId> nextBack(Attempts attempts, boolean recalled, Instant began) {
        return attempts.nextBack(recalled, began);
    }

    Outcome<Deployment> extend(Deployment deployment, WaveId wave, int extensionsMax, Actor actor, Instant now) {
        return WaveMachine.extend(deployment, wave, extensionsMax, actor, now);
    }

    boolean signed(PlanApprovals approvals, Sha256 plan, RiskClass risk, Duties duties) {
        return approvals.suffice(plan, risk, duties);
    }

    Outcome<PlanApprovals> sign(PlanApprovals approvals, Sha256 plan, Duties duties, Actor actor, Instant now) {
        return approvals.sign(PlanApproval.Capacity.BOARD, plan, plan, "", duties, actor, now);
    }

    AuditLink record(AuditChain chain, AuditEntry entry) {
        return chain.add(entry);
    }

    /** Whether a report is on the disk before it is acknowledged. */
    boolean storesBeforeItAcknowledges() {
        return true;
    }

    /** Whether an endpoint that has a lease until then begins at {@code now}; its clock may be behind. */
    boolean begins(Instant until, Instant now) {
        return now.isBefore(until.plus(LeaseDesk.CLOCK_SKEW));
    }

    /** What an endpoint reports when all went well. */
    List<ActionState> goodEnd() {
        return List.of(ActionState.COMMITTING, ActionState.COMMITTED);
    }

    /** Whether an endpoint that crashed knows afterwards that it had begun. */
    boolean remembersWhatItBegan() {
        return true;
    }
}
