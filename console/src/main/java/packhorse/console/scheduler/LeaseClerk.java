package packhorse.console.scheduler;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.LongAdder;
import packhorse.console.calendar.Timetable;
import packhorse.console.change.PersonId;
import packhorse.console.ledger.Crowding;
import packhorse.console.ledger.Leased;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Stored;
import packhorse.console.ledger.Waves;
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
 * <p>Many questions belong into one call: they cost one flush, and about as many statements as one of them alone.
 */
public final class LeaseClerk {
    /** What one transaction answers; a longer one would keep the reports waiting. */
    public static final int ASKS_MAX = 256;

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

    /** What is read once for all questions of a transaction. */
    private record Round(
            Pages pages,
            Map<ActionId, Action> actions,
            Crowding crowding,
            Map<DeploymentId, Optional<Sight>> sights,
            Map<WaveId, Optional<ForcedWindow>> forced,
            Map<Place, Timetable> timetables) {}

    private record Place(DeploymentId deployment, String site) {}

    private List<LeaseDesk.Ruling> ruled(Pages pages, List<Ask> asks) {
        List<ActionId> ids =
                asks.stream().flatMap(ask -> action(ask).stream()).distinct().toList();
        Map<ActionId, Action> actions = new HashMap<>();
        pages.waves().locked(ids).forEach(action -> actions.put(action.id(), action));
        Round round = new Round(
                pages,
                actions,
                pages.waves()
                        .crowding(actions.values().stream()
                                .map(action -> new Waves.Seat(action.id().wave(), action.endpoint()))
                                .toList()),
                new HashMap<>(),
                new HashMap<>(),
                new HashMap<>());
        Map<ActionId, Leased> leases = new HashMap<>();
        List<LeaseDesk.Ruling> rulings = new ArrayList<>();
        for (Ask ask : asks) {
            rulings.add(action(ask)
                    .flatMap(id -> Optional.ofNullable(actions.get(id)))
                    .filter(action -> action.endpoint().equals(ask.endpoint()))
                    .flatMap(action -> round.sights()
                            .computeIfAbsent(action.id().wave().deployment(), id -> onlooker.sight(pages, id))
                            .map(sight -> ruled(round, sight, action, ask, leases)))
                    .orElseGet(() ->
                            new LeaseDesk.Ruling.Refused("nobody ordered " + ask.action() + " of this endpoint")));
        }
        pages.waves().lease(List.copyOf(leases.values()));
        return rulings;
    }

    private static Optional<ActionId> action(Ask ask) {
        try {
            return Optional.of(ActionId.parse(ask.action()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private LeaseDesk.Ruling ruled(Round round, Sight sight, Action action, Ask ask, Map<ActionId, Leased> leases) {
        WaveId wave = action.id().wave();
        String site = ask.site().orElseGet(() -> round.crowding().site(wave, action.endpoint()));
        Instant now = sight.now();
        Optional<PersonId> forcedBy = round.forced()
                .computeIfAbsent(
                        wave,
                        id -> round.pages()
                                .find(ForcedWindow.KIND, id.toString())
                                .map(Stored::value))
                .filter(forced -> forced.opens(site, now))
                .map(ForcedWindow::person);
        LeaseDesk.Ruling ruling = LeaseDesk.rule(
                new LeaseDesk.Standing(
                        sight.deployment(),
                        action,
                        sight.signed(),
                        round.timetables()
                                .computeIfAbsent(
                                        new Place(sight.id(), site),
                                        unused -> onlooker.timetable(round.pages(), sight.plan(), site)),
                        forcedBy,
                        sight.plan().timeouts().run(),
                        sight.plan().blastRadius(),
                        round.crowding().unverified(wave, action.endpoint()),
                        round.crowding().population(wave, action.endpoint())),
                now);
        if (ruling instanceof LeaseDesk.Ruling.Granted(Instant until)) {
            Action leased = action.leased(until);
            round.actions().put(leased.id(), leased);
            round.crowding().leased(leased);
            leases.put(leased.id(), new Leased(leased, site, sight.deployment().plan(), forcedBy, now));
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
