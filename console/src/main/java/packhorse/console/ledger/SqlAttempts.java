package packhorse.console.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Analysis;
import packhorse.console.wave.Attempts;
import packhorse.console.wave.Line;
import packhorse.console.wave.Progress;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.Sorting;
import packhorse.console.wave.WaveId;
import packhorse.core.content.CodeClass;
import packhorse.core.state.ActionState;
import packhorse.core.topology.EndpointId;

/** Attempts, and what follows from them for their members. */
final class SqlAttempts {
    private final WaveScope scope;
    private final Handle handle;

    SqlAttempts(WaveScope scope) {
        this.scope = scope;
        this.handle = scope.handle;
    }

    Set<ActionId> dispatch(Purpose purpose, List<Action> actions) {
        Set<ActionId> busy = busy(actions);
        List<Action> free =
                actions.stream().filter(action -> !busy.contains(action.id())).toList();
        for (List<Action> some : pieces(free)) {
            insert(purpose, some);
        }
        switch (purpose) {
            case DEPLOY -> latest(free);
            case ROLL_BACK -> takingBack(free);
            case PREPOSITION -> {
                // It changes nothing of what is to be done with a member.
            }
        }
        scope.wrote(free.stream().map(Action::id).toList());
        return busy;
    }

    private static <T> List<List<T>> pieces(List<T> all) {
        List<List<T>> pieces = new ArrayList<>();
        for (int from = 0; from < all.size(); from += Bulk.ROWS_MAX) {
            pieces.add(all.subList(from, Math.min(all.size(), from + Bulk.ROWS_MAX)));
        }
        return pieces;
    }

    /** Those of a release line in which something else has not ended on their endpoint. */
    private Set<ActionId> busy(List<Action> actions) {
        Map<Line, List<Action>> lines =
                actions.stream().filter(action -> !action.ended()).collect(Collectors.groupingBy(Action::line));
        Set<ActionId> busy = new HashSet<>();
        lines.forEach((line, all) -> {
            for (List<Action> some : pieces(all)) {
                Set<String> endpoints = WaveScope.bound(
                                handle.createQuery("SELECT endpoint FROM attempt WHERE name = ? AND platform = ? AND"
                                                + " ended = 0 AND endpoint"
                                                + " IN (" + WaveScope.marks(some.size()) + ")")
                                        .bind(0, line.name().toString())
                                        .bind(1, line.platform().toString()),
                                2,
                                some.stream()
                                        .map(action -> action.endpoint().toString())
                                        .toList())
                        .mapTo(String.class)
                        .collect(Collectors.toSet());
                some.stream()
                        .filter(action -> endpoints.contains(action.endpoint().toString()))
                        .forEach(action -> busy.add(action.id()));
            }
        });
        return busy;
    }

    private void latest(List<Action> actions) {
        List<ActionId> later = new ArrayList<>();
        try (Bulk bulk = new Bulk(
                handle, "UPDATE member SET action = ?, step = ?, awaits = 0 WHERE wave = ? AND endpoint = ?")) {
            for (Action action : actions) {
                WaveId wave = action.id().wave();
                int step = scope.numbers(wave).job(action.id().number()).step();
                bulk.add(
                        action.id().toString(),
                        step,
                        wave.toString(),
                        action.endpoint().toString());
                if (step > 1) {
                    later.add(action.id());
                }
            }
            bulk.flush();
        }
        sum(later);
    }

    private void takingBack(List<Action> actions) {
        try (Bulk bulk = new Bulk(handle, "UPDATE member SET undo = 0 WHERE wave = ? AND endpoint = ?")) {
            for (Action action : actions) {
                if (!action.ended()) {
                    bulk.add(action.id().wave().toString(), action.endpoint().toString());
                }
            }
            bulk.flush();
        }
    }

    private record Place(WaveId wave, EndpointId endpoint) {}

    private record Around(String site, String pair, String host) {}

    private Map<Place, Around> around(List<Action> actions) {
        Map<WaveId, List<String>> endpoints = new TreeMap<>();
        actions.forEach(action -> endpoints
                .computeIfAbsent(action.id().wave(), unused -> new ArrayList<>())
                .add(action.endpoint().toString()));
        Map<Place, Around> places = new HashMap<>();
        endpoints.forEach((wave, some) -> scope.named(
                        "SELECT endpoint, site, pair, host FROM member WHERE wave = ? AND endpoint IN (",
                        wave,
                        some,
                        ")")
                .map((row, context) -> Map.entry(
                        new Place(wave, EndpointId.parse(row.getString(1))),
                        new Around(row.getString(2), row.getString(3), row.getString(4))))
                .forEach(place -> places.put(place.getKey(), place.getValue())));
        return places;
    }

    /** With what is known of the members beside them, so that the statement is one that drivers send in one piece. */
    private void insert(Purpose purpose, List<Action> actions) {
        Map<Place, Around> places = around(actions);
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO attempt (action, deployment, wave, endpoint, number, attempt, purpose, name, platform,"
                        + " operation, state, changed, verified, code_class, code, leased_until, since, given_up, ended,"
                        + " good, unverified, touched_at, site, pair, host) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                        + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (Action action : actions) {
                ActionId id = action.id();
                Around around = places.get(new Place(id.wave(), action.endpoint()));
                if (around == null) {
                    throw new Refusal(Refusal.Why.INVALID, action.endpoint() + " is no member of " + id.wave());
                }
                scope.known(id.toString(), around.site());
                bulk.add(
                        id.toString(),
                        id.wave().deployment().toString(),
                        id.wave().toString(),
                        action.endpoint().toString(),
                        id.number(),
                        id.attempt(),
                        purpose.name(),
                        action.line().name().toString(),
                        action.line().platform().toString(),
                        action.operation().name(),
                        action.state().number(),
                        truth(action.changed()),
                        truth(action.verified()),
                        action.codeClass().map(CodeClass::number).orElse(0),
                        action.code(),
                        leasedUntil(action),
                        action.since().toEpochMilli(),
                        truth(action.givenUp()),
                        truth(action.ended()),
                        truth(action.succeeded()),
                        truth(action.unverified()),
                        scope.now.toEpochMilli(),
                        around.site(),
                        around.pair(),
                        around.host());
            }
            bulk.flush();
        }
    }

    private static int truth(boolean value) {
        return value ? 1 : 0;
    }

    private static long leasedUntil(Action action) {
        return action.leasedUntil().map(Instant::toEpochMilli).orElse(0L);
    }

    void put(List<Action> actions) {
        if (actions.isEmpty()) {
            return;
        }
        try (Bulk bulk = new Bulk(
                handle,
                "UPDATE attempt SET state = ?, changed = ?, verified = ?, code_class = ?, code = ?, leased_until = ?,"
                        + " since = ?, given_up = ?, ended = ?, good = ?, unverified = ?, touched_at = ? WHERE action"
                        + " = ?")) {
            for (Action action : actions) {
                bulk.add(
                        action.state().number(),
                        truth(action.changed()),
                        truth(action.verified()),
                        action.codeClass().map(CodeClass::number).orElse(0),
                        action.code(),
                        leasedUntil(action),
                        action.since().toEpochMilli(),
                        truth(action.givenUp()),
                        truth(action.ended()),
                        truth(action.succeeded()),
                        truth(action.unverified()),
                        scope.now.toEpochMilli(),
                        action.id().toString());
            }
            bulk.flush();
        }
        scope.wrote(actions.stream().map(Action::id).toList());
    }

    void sum(Collection<ActionId> ended) {
        Map<WaveId, Set<Integer>> members = new TreeMap<>();
        for (ActionId id : ended) {
            int member = scope.numbers(id.wave()).job(id.number()).member();
            members.computeIfAbsent(id.wave(), unused -> new TreeSet<>()).add(member);
        }
        members.forEach((wave, all) -> {
            for (List<Integer> some : pieces(List.copyOf(all))) {
                sum(wave, some);
            }
        });
        scope.wrote(ended);
    }

    private record Summed(EndpointId endpoint, int number, boolean recalled) {}

    /**
     * Some members at once: two queries and one batch, however many. The members are held before their attempts are read: what another
     * transaction marks or sums of them comes wholly before or wholly after.
     */
    private void sum(WaveId wave, List<Integer> numbers) {
        List<Summed> members = scope.named(
                        "SELECT endpoint, number, recalled FROM member WHERE wave = ? AND number IN (",
                        wave,
                        numbers,
                        ") ORDER BY number" + scope.engine.lockRows())
                .map((row, context) ->
                        new Summed(EndpointId.parse(row.getString(1)), row.getInt(2), row.getInt(3) == 1))
                .list();
        Map<EndpointId, List<Action>> actions = new HashMap<>();
        scope.named(
                        "SELECT " + WaveScope.ATTEMPT + " FROM attempt a WHERE a.wave = ? AND a.endpoint IN (",
                        wave,
                        members.stream().map(one -> one.endpoint().toString()).toList(),
                        ")")
                .map((row, context) -> WaveScope.action(row))
                .forEach(action -> actions.computeIfAbsent(action.endpoint(), unused -> new ArrayList<>())
                        .add(action));
        String name = wave.toString();
        try (Bulk bulk = new Bulk(
                        handle,
                        "UPDATE member SET staged = ?, taken_back = ?, step = ?, partly = ?, awaits = ?, undo = ?"
                                + " WHERE wave = ? AND number = ?");
                Bulk over = new Bulk(
                        handle,
                        "UPDATE attempt SET unverified = 0 WHERE wave = ? AND endpoint = ? AND unverified = 1")) {
            for (Summed one : members) {
                Attempts attempts = new Attempts(
                        wave,
                        scope.numbers(wave),
                        one.number(),
                        one.endpoint(),
                        actions.getOrDefault(one.endpoint(), List.of()));
                Progress progress = attempts.progress();
                boolean takenBack = attempts.takenBack();
                bulk.add(
                        truth(attempts.staged()),
                        truth(takenBack),
                        progress.step(),
                        truth(progress.partly()),
                        truth(attempts.nextStep().isPresent()),
                        undo(attempts, one.recalled()),
                        name,
                        one.number());
                if (takenBack) {
                    over.add(name, one.endpoint().toString());
                }
            }
            bulk.flush();
            over.flush();
        }
    }

    /** As the column says. */
    private static int undo(Attempts attempts, boolean recalled) {
        if (!attempts.undoable()) {
            return 0;
        }
        return Analysis.classify(attempts.member("", false, recalled)) == Sorting.ROLLBACK ? 2 : 1;
    }

    List<Action> failedAhead(WaveId wave, RetryPolicy policy, int limit) {
        List<String> again = new ArrayList<>();
        again.add("(a.state IN (" + ActionState.TIMED_OUT.number() + ", " + ActionState.UNREACHABLE.number()
                + ") AND a.attempt < " + policy.silentAttempts() + ")");
        policy.attempts()
                .forEach((failure, attempts) ->
                        again.add("(a.code_class = " + failure.number() + " AND a.attempt < " + attempts + ")"));
        return handle.createQuery("SELECT " + WaveScope.ATTEMPT
                        + " FROM attempt a JOIN member m ON m.wave = a.wave AND m.endpoint"
                        + " = a.endpoint WHERE a.wave = :wave AND a.purpose = 'PREPOSITION' AND a.ended = 1 AND a.good"
                        + " = 0 AND m.gone = 0 AND (" + String.join(" OR ", again)
                        + ") AND NOT EXISTS (SELECT 1 FROM attempt b WHERE b.wave = a.wave AND b.endpoint ="
                        + " a.endpoint AND b.number = a.number AND b.attempt > a.attempt) ORDER BY a.since, a.action"
                        + " LIMIT :limit")
                .bind("wave", wave.toString())
                .bind("limit", limit)
                .map((row, context) -> WaveScope.action(row))
                .list();
    }

    long sentAgain(WaveId wave) {
        return handle.createQuery(
                        "SELECT count(*) FROM attempt WHERE wave = :wave AND purpose = 'PREPOSITION' AND attempt > 1")
                .bind("wave", wave.toString())
                .mapTo(Long.class)
                .one();
    }

    boolean hasUnfinished(WaveId wave) {
        return handle.createQuery("SELECT action FROM attempt WHERE wave = :wave AND ended = 0 LIMIT 1")
                .bind("wave", wave.toString())
                .mapTo(String.class)
                .findOne()
                .isPresent();
    }

    long takingBack(WaveId wave) {
        return handle.createQuery(
                        "SELECT count(*) FROM attempt WHERE wave = :wave AND purpose = 'ROLL_BACK' AND ended = 0")
                .bind("wave", wave.toString())
                .mapTo(Long.class)
                .one();
    }

    Optional<Action> action(ActionId id) {
        return handle.createQuery("SELECT " + WaveScope.ATTEMPT + " FROM attempt a WHERE a.action = ?")
                .bind(0, id.toString())
                .map((row, context) -> WaveScope.action(row))
                .findOne();
    }

    List<Action> locked(Collection<ActionId> ids) {
        List<String> names = ids.stream().map(ActionId::toString).sorted().toList();
        List<Action> actions = new ArrayList<>();
        for (List<String> some : pieces(names)) {
            WaveScope.bound(
                            handle.createQuery("SELECT " + WaveScope.ATTEMPT
                                    + ", a.site FROM attempt a WHERE a.action IN (" + WaveScope.marks(some.size())
                                    + ") ORDER BY a.action" + scope.engine.lockRows()),
                            0,
                            some)
                    .map((row, context) -> {
                        scope.known(row.getString("action"), row.getString("site"));
                        return WaveScope.action(row);
                    })
                    .forEach(actions::add);
        }
        return actions;
    }

    boolean hasLeftOut(WaveId wave, Line line) {
        return handle.createQuery(
                        "SELECT m.endpoint FROM member m WHERE m.wave = :wave AND m.action = '' AND m.gone = 0 AND NOT"
                                + " EXISTS (SELECT 1 FROM attempt a WHERE a.name = :name AND a.platform = :platform AND"
                                + " a.endpoint = m.endpoint AND a.ended = 0) LIMIT 1")
                .bind("name", line.name().toString())
                .bind("platform", line.platform().toString())
                .bind("wave", wave.toString())
                .mapTo(String.class)
                .findOne()
                .isPresent();
    }
}
