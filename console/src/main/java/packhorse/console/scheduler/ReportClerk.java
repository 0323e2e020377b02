package packhorse.console.scheduler;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import packhorse.console.ledger.Begun;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.StatusBook.Answer;
import packhorse.console.ledger.StatusBook.Arrival;
import packhorse.console.ledger.Statuses;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Heard;
import packhorse.core.content.CodeClass;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.state.ActionState;
import packhorse.core.topology.EndpointId;

/**
 * Takes in what endpoints say. A report is stored, and what it says of its action, of a member's content or of a rollback is written, in one
 * transaction; only then is its endpoint told that it may forget it. Any console may do that, the one with the scheduler's fence or not: the
 * rows it changes are held until its transaction ends.
 */
public final class ReportClerk {
    private final Transactions transactions;
    private final Runnable wake;
    private final LongAdder stored = new LongAdder();
    private final LongAdder late = new LongAdder();

    /** @param wake has the scheduler look at once */
    public ReportClerk(Transactions transactions, Runnable wake) {
        this.transactions = transactions;
        this.wake = wake;
    }

    /** Stores all of them for good; the answers are in the arrivals' order. */
    public List<Answer> store(List<Arrival> arrivals) {
        Statuses.Kept kept = transactions.write(pages -> {
            Statuses.Kept now = pages.statuses().store(arrivals);
            hear(pages, now.fresh());
            return now;
        });
        stored.add(kept.fresh().size());
        if (!kept.fresh().isEmpty()) {
            wake.run();
        }
        return kept.answers();
    }

    /** A report of an action, read. */
    private record Said(
            EndpointId endpoint,
            Instant received,
            StatusReport report,
            ActionState state,
            Optional<CodeClass> codeClass) {
        static Optional<Said> of(Statuses.Fresh fresh) {
            try {
                return Optional.of(new Said(
                        fresh.endpoint(),
                        fresh.received(),
                        fresh.report(),
                        ActionState.of(fresh.report().getState()),
                        codeClass(fresh.report().getCodeClass())));
            } catch (IllegalArgumentException e) {
                // A newer agent's state: it is stored, and stands for nothing.
                return Optional.empty();
            }
        }

        /** A newer agent's class says nothing of whether to try again; its state counts. */
        private static Optional<CodeClass> codeClass(int number) {
            try {
                return StateCodec.codeClass(number);
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }

    private void hear(Pages pages, List<Statuses.Fresh> fresh) {
        Map<ActionId, List<Said>> actions = new LinkedHashMap<>();
        for (Statuses.Fresh one : fresh) {
            Said.of(one)
                    .ifPresent(said -> attempt(said.report().getAction())
                            .ifPresent(id -> actions.computeIfAbsent(id, unused -> new ArrayList<>())
                                    .add(said)));
        }
        if (!actions.isEmpty()) {
            act(pages, actions);
        }
    }

    private static Optional<ActionId> attempt(String name) {
        try {
            return Optional.of(ActionId.parse(name));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void act(Pages pages, Map<ActionId, List<Said>> said) {
        // In one order, whoever does it: two transactions that hold rows of each other's would wait for ever.
        List<ActionId> ids = said.keySet().stream()
                .sorted(Comparator.comparing(ActionId::toString))
                .toList();
        List<Action> changed = new ArrayList<>();
        List<Begun> begun = new ArrayList<>();
        List<Action> ended = new ArrayList<>();
        for (Action before : pages.waves().locked(ids)) {
            Action now = before;
            for (Said one : said.getOrDefault(before.id(), List.of())) {
                if (!one.endpoint().equals(before.endpoint())) {
                    continue;
                }
                boolean first = !now.changed();
                Heard heard =
                        Heard.of(now, one.state(), one.codeClass(), one.report().getCode(), one.received());
                if (heard instanceof Heard.Late) {
                    late.increment();
                }
                now = heard.now();
                if (first && now.changed()) {
                    begun.add(new Begun(
                            now.id(),
                            now.endpoint(),
                            Instant.ofEpochMilli(one.report().getAtMillis())));
                }
            }
            if (!now.equals(before)) {
                changed.add(now);
                // Also one that the console gave up, and of which it is known now how it went.
                if (now.ended()) {
                    ended.add(now);
                }
            }
        }
        pages.waves().put(changed);
        pages.waves().begun(begun);
        pages.waves().sum(ended.stream().map(Action::id).toList());
    }

    /** Reports that came after their action's end, since the start. */
    public long late() {
        return late.sum();
    }

    /** Reports stored since the start. */
    public long stored() {
        return stored.sum();
    }
}
