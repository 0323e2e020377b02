package packhorse.console.scheduler;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import packhorse.console.change.PersonId;
import packhorse.console.ledger.Leased;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.LeaseDesk;
import packhorse.console.wave.WaveId;
import packhorse.core.topology.EndpointId;

/**
 * Answers endpoints that ask whether they may begin. What the answer depends on is read, and the lease written, in one transaction under
 * the scheduler's fence: two consoles never count the same room in the blast radius, and one that was overtaken gives no lease any more.
 * A process that has not the fence passes; the endpoint's tracker asks the one that has.
 *
 * <p>Many questions belong into one call: they cost one flush together.
 */
public final class LeaseClerk {
    /** What one transaction answers; a longer one would keep the reports waiting. */
    static final int ASKS_MAX = 256;

    private final Transactions transactions;
    private final Right right;
    private final Onlooker onlooker;
    private final LongAdder granted = new LongAdder();
    private final LongAdder refused = new LongAdder();
    private final LongAdder passed = new LongAdder();

    public LeaseClerk(Transactions transactions, Right right, Surroundings surroundings) {
        this.transactions = transactions;
        this.right = right;
        this.onlooker = new Onlooker(surroundings);
    }

    /**
     * A question.
     *
     * @param site where the endpoint is now; absent: where it was when its wave was frozen
     * @param action as its desired item names it
     */
    public record Ask(EndpointId endpoint, Optional<String> site, String action) {}

    /** The answers, in the questions' order; empty: this process may not answer, ask another one. */
    public Optional<List<LeaseDesk.Ruling>> rule(List<Ask> asks) {
        List<LeaseDesk.Ruling> rulings = new ArrayList<>();
        for (int from = 0; from < asks.size(); from += ASKS_MAX) {
            OptionalLong number = right.number();
            List<Ask> some = asks.subList(from, Math.min(asks.size(), from + ASKS_MAX));
            if (number.isEmpty()) {
                passed.add(asks.size());
                return Optional.empty();
            }
            try {
                rulings.addAll(transactions.fenced(number.getAsLong(), pages -> ruled(pages, some)));
            } catch (Refusal e) {
                if (e.why() != Refusal.Why.FENCED) {
                    throw e;
                }
                right.lost();
                passed.add(asks.size());
                return Optional.empty();
            }
        }
        rulings.forEach(ruling -> (ruling instanceof LeaseDesk.Ruling.Granted ? granted : refused).increment());
        return Optional.of(rulings);
    }

    private List<LeaseDesk.Ruling> ruled(Pages pages, List<Ask> asks) {
        Map<DeploymentId, Optional<Sight>> sights = new HashMap<>();
        List<LeaseDesk.Ruling> rulings = new ArrayList<>();
        for (Ask ask : asks) {
            rulings.add(action(ask)
                    .flatMap(id -> pages.waves().action(id))
                    .filter(action -> action.endpoint().equals(ask.endpoint()))
                    .flatMap(action -> sights.computeIfAbsent(
                                    action.id().wave().deployment(), id -> onlooker.sight(pages, id))
                            .map(sight -> ruled(pages, sight, action, ask)))
                    .orElseGet(() ->
                            new LeaseDesk.Ruling.Refused("nobody ordered " + ask.action() + " of this endpoint")));
        }
        return rulings;
    }

    private static Optional<ActionId> action(Ask ask) {
        try {
            return Optional.of(ActionId.parse(ask.action()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private LeaseDesk.Ruling ruled(Pages pages, Sight sight, Action action, Ask ask) {
        WaveId wave = action.id().wave();
        String site = ask.site().orElseGet(() -> pages.waves().site(wave, action.endpoint()));
        Instant now = sight.now();
        Optional<PersonId> forcedBy = pages.find(ForcedWindow.KIND, wave.toString())
                .map(Stored::value)
                .filter(forced -> forced.opens(site, now))
                .map(ForcedWindow::person);
        LeaseDesk.Ruling ruling = LeaseDesk.rule(
                new LeaseDesk.Standing(
                        sight.deployment(),
                        action,
                        sight.signed(),
                        onlooker.timetable(pages, sight.plan(), site),
                        forcedBy,
                        sight.plan().timeouts().run(),
                        sight.plan().blastRadius(),
                        pages.waves().unverified(wave, action.endpoint()),
                        pages.waves().population(wave, action.endpoint())),
                now);
        if (ruling instanceof LeaseDesk.Ruling.Granted(Instant until)) {
            pages.waves()
                    .lease(new Leased(
                            action.leased(until), site, sight.deployment().plan(), forcedBy, now));
        }
        return ruling;
    }

    /** Leases given since the start. */
    public long granted() {
        return granted.sum();
    }

    /** Questions answered with no since the start. */
    public long refused() {
        return refused.sum();
    }

    /** Questions left to another console since the start. */
    public long passed() {
        return passed.sum();
    }
}
