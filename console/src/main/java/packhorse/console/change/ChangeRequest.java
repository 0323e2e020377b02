package packhorse.console.change;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What somebody wants changed, and what became of the wish. {@link RequestMachine} moves it.
 *
 * @param requester who wants it
 * @param round how often it was submitted
 * @param approvals what the board said, of every round
 * @param stoppages when the clock stood; as many as it was returned
 * @param submitted first of all times
 * @param decided when it was approved or rejected
 * @param order who carries it out
 * @param acceptance what the requester said at the end
 * @param review of an emergency, after it
 * @param closed when nothing more was to be done
 */
public record ChangeRequest(
        RequestId id,
        PersonId requester,
        RequestForm form,
        RequestState state,
        int round,
        Optional<Assessment> assessment,
        List<RequestApproval> approvals,
        List<Stoppage> stoppages,
        Optional<Instant> submitted,
        Optional<Instant> decided,
        Optional<OrderId> order,
        Optional<Acceptance> acceptance,
        Optional<LaterReview> review,
        Optional<Instant> closed,
        List<HistoryEntry> history) {
    public ChangeRequest {
        approvals = List.copyOf(approvals);
        stoppages = List.copyOf(stoppages);
        history = List.copyOf(history);
        if (round < 0) {
            throw new IllegalArgumentException(id + " was submitted " + round + " times");
        }
        boolean stands = !stoppages.isEmpty()
                && stoppages.get(stoppages.size() - 1).until().isEmpty();
        if (stands != (state == RequestState.RETURNED)) {
            throw new IllegalArgumentException(id + " is " + state + " and its clock " + (stands ? "stands" : "runs"));
        }
        if ((state == RequestState.ORDERED || state == RequestState.CLOSED) && order.isEmpty()) {
            throw new IllegalArgumentException(id + " is " + state + " without an order");
        }
    }

    /** One that was just begun. */
    public static ChangeRequest draft(RequestId id, PersonId requester, RequestForm form, Instant now) {
        return new ChangeRequest(
                id,
                requester,
                form,
                RequestState.DRAFT,
                0,
                Optional.empty(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(new HistoryEntry(now, requester.name(), "began " + id, "")));
    }

    /** How much may go wrong; a draft that says nothing counts as normal. */
    public RiskClass risk() {
        return form.risk().orElse(RiskClass.NORMAL);
    }

    /** How often it was returned for missing information. */
    public int returned() {
        return stoppages.size();
    }

    /** Who said yes to what is asked for now. */
    public Set<PersonId> approvedBy() {
        Set<PersonId> people = new HashSet<>();
        for (RequestApproval approval : approvals) {
            if (approval.round() == round && approval.verdict() == RequestApproval.Verdict.APPROVE) {
                people.add(approval.person());
            }
        }
        return people;
    }

    /** How many more have to say yes. */
    public int approvalsMissing() {
        return Math.max(0, risk().approvals() - approvedBy().size());
    }

    /** Until when it has to be done: the wished time, later by as long as the clock stood. */
    public Optional<Instant> due(Instant now) {
        Duration stood = Stoppage.total(stoppages, now);
        return form.deadline().map(wished -> wished.plus(stood));
    }

    /** Until when it has to be looked at again, where it has to be and was not. */
    public Optional<Instant> reviewDue() {
        return review.isPresent() || approvedBy().isEmpty()
                ? Optional.empty()
                : risk().reviewWithin().flatMap(within -> decided.map(at -> at.plus(within)));
    }

    Edit edit() {
        return new Edit(this);
    }

    /** The same with something changed; the machine's only. */
    static final class Edit {
        private final ChangeRequest before;
        private RequestForm form;
        private RequestState state;
        private int round;
        private Optional<Assessment> assessment;
        private final List<RequestApproval> approvals;
        private final List<Stoppage> stoppages;
        private Optional<Instant> submitted;
        private Optional<Instant> decided;
        private Optional<OrderId> order;
        private Optional<Acceptance> acceptance;
        private Optional<LaterReview> review;
        private Optional<Instant> closed;
        private final List<HistoryEntry> history;

        private Edit(ChangeRequest before) {
            this.before = before;
            this.form = before.form;
            this.state = before.state;
            this.round = before.round;
            this.assessment = before.assessment;
            this.approvals = new ArrayList<>(before.approvals);
            this.stoppages = new ArrayList<>(before.stoppages);
            this.submitted = before.submitted;
            this.decided = before.decided;
            this.order = before.order;
            this.acceptance = before.acceptance;
            this.review = before.review;
            this.closed = before.closed;
            this.history = new ArrayList<>(before.history);
        }

        Edit form(RequestForm now) {
            form = now;
            return this;
        }

        Edit state(RequestState now) {
            state = now;
            return this;
        }

        Edit nextRound(Instant now) {
            round++;
            assessment = Optional.empty();
            submitted = Optional.of(submitted.orElse(now));
            return this;
        }

        Edit assessment(Assessment now) {
            assessment = Optional.of(now);
            return this;
        }

        Edit approval(RequestApproval one) {
            approvals.add(one);
            return this;
        }

        Edit stop(Instant now, String missing) {
            stoppages.add(new Stoppage(now, Optional.empty(), missing));
            return this;
        }

        /** Lets the clock run again, where it stands. */
        Edit go(Instant now) {
            stoppages.replaceAll(stoppage -> stoppage.until().isPresent() ? stoppage : stoppage.endedAt(now));
            return this;
        }

        Edit decided(Instant now) {
            decided = Optional.of(now);
            return this;
        }

        Edit order(OrderId by) {
            order = Optional.of(by);
            return this;
        }

        Edit acceptance(Acceptance now) {
            acceptance = Optional.of(now);
            return this;
        }

        Edit review(LaterReview now) {
            review = Optional.of(now);
            return this;
        }

        Edit closed(Instant now) {
            closed = Optional.of(now);
            return this;
        }

        ChangeRequest said(Actor actor, Instant now, String what, String remarks) {
            history.add(HistoryEntry.by(actor, now, what, remarks));
            return new ChangeRequest(
                    before.id,
                    before.requester,
                    form,
                    state,
                    round,
                    assessment,
                    approvals,
                    stoppages,
                    submitted,
                    decided,
                    order,
                    acceptance,
                    review,
                    closed,
                    history);
        }
    }
}
