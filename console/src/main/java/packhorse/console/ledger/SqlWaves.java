package packhorse.console.ledger;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import packhorse.console.change.PersonId;
import packhorse.console.law.World;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.ActionNumbers;
import packhorse.console.wave.Attempts;
import packhorse.console.wave.Cap;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Footing;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Progress;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveTally;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.core.topology.EndpointId;

/** The waves' tables. What follows from an attempt stands beside it, written by whoever writes the attempt. */
final class SqlWaves implements Waves {
    /** PostgreSQL takes 65,535 parameters a statement, SQLite 32,766. */
    private static final int NAMES_MAX = 1_000;

    private static final String ATTEMPT =
            "a.action, a.endpoint AS attempted_by, a.name, a.platform, a.operation, a.state,"
                    + " a.changed, a.verified, a.code_class, a.code, a.leased_until, a.since, a.given_up";

    private final Engine engine;
    private final Handle handle;
    private final Instant now;

    SqlWaves(Engine engine, Handle handle, Instant now) {
        this.engine = engine;
        this.handle = handle;
        this.now = now;
    }

    // ---- who

    @Override
    public void freeze(WaveId wave, FrozenMembership membership, List<MemberRow> rows, int steps) {
        int fixed = handle.createUpdate(
                        "INSERT INTO membership (wave, deployment, digest, members, steps) VALUES (:wave,"
                                + " :deployment, :digest, :members, :steps) ON CONFLICT (wave) DO NOTHING")
                .bind("steps", steps)
                .bind("wave", wave.toString())
                .bind("deployment", wave.deployment().toString())
                .bind("digest", membership.digest().hex())
                .bind("members", membership.size())
                .execute();
        if (fixed == 0) {
            throw new Refusal(Refusal.Why.EXISTS, "the members of " + wave + " are fixed already");
        }
        try (PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO member (wave, endpoint, number, site, pair, host, staged, gone, recalled,"
                        + " taken_back, action, step, partly) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, '', 1, 0)")) {
            int number = 0;
            for (MemberRow row : rows) {
                number++;
                batch.add(
                        wave.toString(),
                        row.endpoint().toString(),
                        number,
                        row.site(),
                        row.pair().orElse(""),
                        row.host().orElse(""));
                executeFull(batch);
            }
            executeRest(batch);
        }
        crowds(wave, rows, 1);
    }

    private static void executeFull(PreparedBatch batch) {
        if (batch.size() >= NAMES_MAX) {
            batch.execute();
        }
    }

    private static void executeRest(PreparedBatch batch) {
        if (batch.size() > 0) {
            batch.execute();
        }
    }

    private record Crowd(String kind, String name) implements Comparable<Crowd> {
        @Override
        public int compareTo(Crowd other) {
            int kinds = kind.compareTo(other.kind);
            return kinds != 0 ? kinds : name.compareTo(other.name);
        }
    }

    private void crowds(WaveId wave, List<MemberRow> rows, long sign) {
        Map<Crowd, Long> crowds = new TreeMap<>();
        for (MemberRow row : rows) {
            crowds.merge(new Crowd("site", row.site()), sign, Long::sum);
            row.pair().ifPresent(pair -> crowds.merge(new Crowd("pair", pair), sign, Long::sum));
            row.host().ifPresent(host -> crowds.merge(new Crowd("host", host), sign, Long::sum));
        }
        try (PreparedBatch batch =
                handle.prepareBatch("INSERT INTO crowd (deployment, kind, name, size) VALUES (?, ?, ?, ?) ON CONFLICT"
                        + " (deployment, kind, name) DO UPDATE SET size = crowd.size + excluded.size")) {
            crowds.forEach((crowd, size) -> {
                batch.add(wave.deployment().toString(), crowd.kind(), crowd.name(), size);
                executeFull(batch);
            });
            executeRest(batch);
        }
    }

    @Override
    public void thaw(WaveId wave) {
        List<MemberRow> rows = handle.createQuery("SELECT endpoint, site, pair, host FROM member WHERE wave = ?")
                .bind(0, wave.toString())
                .map((row, context) -> new MemberRow(
                        EndpointId.parse(row.getString(1)),
                        row.getString(2),
                        some(row.getString(3)),
                        some(row.getString(4))))
                .list();
        crowds(wave, rows, -1);
        handle.execute("DELETE FROM member WHERE wave = ?", wave.toString());
        handle.execute("DELETE FROM membership WHERE wave = ?", wave.toString());
    }

    private static Optional<String> some(String text) {
        return Optional.of(text).filter(one -> !one.isEmpty());
    }

    @Override
    public Optional<FrozenMembership> membership(WaveId wave) {
        Optional<Sha256> digest = handle.createQuery("SELECT digest FROM membership WHERE wave = ?")
                .bind(0, wave.toString())
                .map((row, context) -> Sha256.parse(row.getString(1)))
                .findOne();
        return digest.map(frozen -> new FrozenMembership(
                handle.createQuery("SELECT endpoint FROM member WHERE wave = ? ORDER BY endpoint")
                        .bind(0, wave.toString())
                        .setFetchSize(NAMES_MAX)
                        .map((row, context) -> EndpointId.parse(row.getString(1)))
                        .list(),
                frozen));
    }

    @Override
    public List<Tried> tried(WaveId wave, int after, int limit) {
        List<Tried> bare = handle.createQuery(
                        "SELECT number, endpoint, site, gone, recalled FROM member WHERE wave = :wave AND"
                                + " number > :after ORDER BY number LIMIT :limit")
                .bind("wave", wave.toString())
                .bind("after", after)
                .bind("limit", limit)
                .map((row, context) -> new Tried(
                        row.getInt(1),
                        EndpointId.parse(row.getString(2)),
                        row.getString(3),
                        row.getInt(4) == 1,
                        row.getInt(5) == 1,
                        List.of()))
                .list();
        if (bare.isEmpty()) {
            return bare;
        }
        // Numbers follow the endpoints' order.
        Map<EndpointId, List<Action>> actions = new HashMap<>();
        handle.createQuery("SELECT " + ATTEMPT
                        + " FROM attempt a WHERE a.wave = :wave AND a.endpoint >= :first AND a.endpoint" + " <= :last")
                .bind("wave", wave.toString())
                .bind("first", bare.getFirst().endpoint().toString())
                .bind("last", bare.getLast().endpoint().toString())
                .setFetchSize(NAMES_MAX)
                .map((row, context) -> action(row))
                .forEach(action -> actions.computeIfAbsent(action.endpoint(), unused -> new ArrayList<>())
                        .add(action));
        return bare.stream()
                .map(one -> new Tried(
                        one.number(),
                        one.endpoint(),
                        one.site(),
                        one.gone(),
                        one.recalled(),
                        actions.getOrDefault(one.endpoint(), List.of())))
                .toList();
    }

    private static Action action(ResultSet row) throws SQLException {
        int codeClass = row.getInt("code_class");
        long leasedUntil = row.getLong("leased_until");
        return new Action(
                ActionId.parse(row.getString("action")),
                EndpointId.parse(row.getString("attempted_by")),
                new Line(ReleaseName.parse(row.getString("name")), new Platform(row.getString("platform"))),
                Operation.valueOf(row.getString("operation")),
                ActionState.of(row.getInt("state")),
                row.getInt("changed") == 1,
                row.getInt("verified") == 1,
                codeClass == 0 ? Optional.empty() : Optional.of(CodeClass.of(codeClass)),
                row.getInt("code"),
                leasedUntil == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(leasedUntil)),
                Instant.ofEpochMilli(row.getLong("since")),
                row.getInt("given_up") == 1);
    }

    @Override
    public List<String> sites(WaveId wave) {
        return handle.createQuery("SELECT DISTINCT site FROM member WHERE wave = ? ORDER BY site")
                .bind(0, wave.toString())
                .mapTo(String.class)
                .list();
    }

    @Override
    public String site(WaveId wave, EndpointId member) {
        return handle.createQuery("SELECT site FROM member WHERE wave = ? AND endpoint = ?")
                .bind(0, wave.toString())
                .bind(1, member.toString())
                .mapTo(String.class)
                .one();
    }

    // ---- numbers

    @Override
    public WaveTally tally(WaveId wave, Plan plan, Instant at) {
        return new SqlTally(handle, wave, plan, at).take();
    }

    private ActionNumbers numbers(WaveId wave) {
        return handle.createQuery("SELECT members, steps FROM membership WHERE wave = ?")
                .bind(0, wave.toString())
                .map((row, context) -> new ActionNumbers(Math.max(1, row.getInt(1)), row.getInt(2)))
                .one();
    }

    @Override
    public long toTakeBack(WaveId wave, Instant began) {
        ActionNumbers numbers = numbers(wave);
        long count = 0;
        int after = 0;
        while (true) {
            List<Tried> page = tried(wave, after, NAMES_MAX);
            for (Tried one : page) {
                Attempts attempts = new Attempts(wave, numbers, one.number(), one.endpoint(), one.actions());
                count += attempts.nextBack(one.recalled(), began).isPresent() ? 1 : 0;
                after = one.number();
            }
            if (page.size() < NAMES_MAX) {
                return count;
            }
        }
    }

    @Override
    public long takingBack(WaveId wave) {
        return handle.createQuery(
                        "SELECT count(*) FROM attempt WHERE wave = :wave AND purpose = 'ROLL_BACK' AND ended = 0")
                .bind("wave", wave.toString())
                .mapTo(Long.class)
                .one();
    }

    // ---- attempts

    @Override
    public Set<ActionId> dispatch(Purpose purpose, List<Action> actions) {
        Set<ActionId> busy = busy(actions);
        List<Action> free =
                actions.stream().filter(action -> !busy.contains(action.id())).toList();
        insert(purpose, free);
        if (purpose == Purpose.DEPLOY) {
            latest(free);
        }
        return busy;
    }

    /** Those of a release line in which something else has not ended on their endpoint. */
    private Set<ActionId> busy(List<Action> actions) {
        Map<Line, List<Action>> lines = new HashMap<>();
        actions.stream()
                .filter(action -> !action.ended())
                .forEach(action -> lines.computeIfAbsent(action.line(), unused -> new ArrayList<>())
                        .add(action));
        Set<ActionId> busy = new HashSet<>();
        lines.forEach((line, some) -> {
            Set<String> endpoints = new HashSet<>(handle.createQuery(
                            "SELECT endpoint FROM attempt WHERE name = :name AND platform = :platform AND ended = 0")
                    .bind("name", line.name().toString())
                    .bind("platform", line.platform().toString())
                    .mapTo(String.class)
                    .list());
            some.stream()
                    .filter(action -> endpoints.contains(action.endpoint().toString()))
                    .forEach(action -> busy.add(action.id()));
        });
        return busy;
    }

    private void latest(List<Action> actions) {
        if (actions.isEmpty()) {
            return;
        }
        List<ActionId> later = new ArrayList<>();
        Map<WaveId, ActionNumbers> numbers = new HashMap<>();
        try (PreparedBatch batch =
                handle.prepareBatch("UPDATE member SET action = ?, step = ? WHERE wave = ? AND endpoint = ?")) {
            for (Action action : actions) {
                int step = numbers.computeIfAbsent(action.id().wave(), this::numbers)
                        .job(action.id().number())
                        .step();
                batch.add(
                        action.id().toString(),
                        step,
                        action.id().wave().toString(),
                        action.endpoint().toString());
                executeFull(batch);
                if (step > 1) {
                    later.add(action.id());
                }
            }
            executeRest(batch);
        }
        sum(later);
    }

    private void insert(Purpose purpose, List<Action> actions) {
        for (int from = 0; from < actions.size(); from += NAMES_MAX) {
            insertSome(purpose, actions.subList(from, Math.min(actions.size(), from + NAMES_MAX)));
        }
    }

    private record Place(String wave, String endpoint) {}

    private Map<Place, Around> around(List<Action> actions) {
        Map<WaveId, List<String>> endpoints = new TreeMap<>();
        actions.forEach(action -> endpoints
                .computeIfAbsent(action.id().wave(), unused -> new ArrayList<>())
                .add(action.endpoint().toString()));
        Map<Place, Around> places = new HashMap<>();
        endpoints.forEach((wave, some) -> named(
                        "SELECT endpoint, site, pair, host FROM member WHERE wave = ? AND endpoint IN (",
                        wave,
                        some,
                        ")")
                .map((row, context) -> Map.entry(
                        new Place(wave.toString(), row.getString(1)),
                        new Around(row.getString(2), row.getString(3), row.getString(4))))
                .forEach(place -> places.put(place.getKey(), place.getValue())));
        return places;
    }

    private Query named(String begin, WaveId wave, Collection<?> values, String end) {
        Query query = handle.createQuery(begin + marks(values.size()) + end).bind(0, wave.toString());
        int at = 1;
        for (Object value : values) {
            query.bind(at, value);
            at++;
        }
        return query;
    }

    /** With what is known of the members beside them, so that the statement is one that drivers send in one piece. */
    private void insertSome(Purpose purpose, List<Action> actions) {
        Map<Place, Around> places = around(actions);
        try (PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO attempt (action, deployment, wave, endpoint, number, attempt, purpose, name, platform,"
                        + " operation, state, changed, verified, code_class, code, leased_until, since, given_up, ended,"
                        + " good, unverified, touched_at, site, pair, host) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,"
                        + " ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (Action action : actions) {
                ActionId id = action.id();
                Place place = new Place(id.wave().toString(), action.endpoint().toString());
                Around around = places.get(place);
                if (around == null) {
                    throw new Refusal(Refusal.Why.INVALID, action.endpoint() + " is no member of " + id.wave());
                }
                batch.add(
                        id.toString(),
                        id.wave().deployment().toString(),
                        place.wave(),
                        place.endpoint(),
                        id.number(),
                        id.attempt(),
                        purpose.name(),
                        action.line().name().toString(),
                        action.line().platform().toString(),
                        action.operation().name(),
                        action.state().number(),
                        action.changed() ? 1 : 0,
                        action.verified() ? 1 : 0,
                        action.codeClass().map(CodeClass::number).orElse(0),
                        action.code(),
                        action.leasedUntil().map(Instant::toEpochMilli).orElse(0L),
                        action.since().toEpochMilli(),
                        action.givenUp() ? 1 : 0,
                        action.ended() ? 1 : 0,
                        action.succeeded() ? 1 : 0,
                        action.unverified() ? 1 : 0,
                        now.toEpochMilli(),
                        around.site(),
                        around.pair(),
                        around.host());
            }
            executeRest(batch);
        }
    }

    @Override
    public void sum(Collection<ActionId> ended) {
        Map<WaveId, ActionNumbers> numbers = new HashMap<>();
        Map<WaveId, Set<Integer>> members = new TreeMap<>();
        for (ActionId id : ended) {
            int member = numbers.computeIfAbsent(id.wave(), this::numbers)
                    .job(id.number())
                    .member();
            members.computeIfAbsent(id.wave(), unused -> new TreeSet<>()).add(member);
        }
        members.forEach((wave, all) -> {
            ActionNumbers named = numbers(wave);
            List<Integer> sorted = List.copyOf(all);
            for (int from = 0; from < sorted.size(); from += NAMES_MAX) {
                sum(wave, named, sorted.subList(from, Math.min(sorted.size(), from + NAMES_MAX)));
            }
        });
    }

    /** Some members at once: two queries and one batch, however many. */
    private void sum(WaveId wave, ActionNumbers numbers, List<Integer> members) {
        Map<EndpointId, Integer> byEndpoint = new HashMap<>();
        named("SELECT endpoint, number FROM member WHERE wave = ? AND number IN (", wave, members, ")")
                .map((row, context) -> Map.entry(EndpointId.parse(row.getString(1)), row.getInt(2)))
                .forEach(member -> byEndpoint.put(member.getKey(), member.getValue()));
        Map<EndpointId, List<Action>> actions = new HashMap<>();
        named(
                        "SELECT " + ATTEMPT + " FROM attempt a WHERE a.wave = ? AND a.endpoint IN (",
                        wave,
                        byEndpoint.keySet().stream().map(EndpointId::toString).toList(),
                        ")")
                .map((row, context) -> action(row))
                .forEach(action -> actions.computeIfAbsent(action.endpoint(), unused -> new ArrayList<>())
                        .add(action));
        List<EndpointId> takenBack = new ArrayList<>();
        try (PreparedBatch batch =
                handle.prepareBatch("UPDATE member SET staged = ?, taken_back = ?, step = ?, partly = ?"
                        + " WHERE wave = ? AND number = ?")) {
            new TreeMap<>(byEndpoint).forEach((endpoint, number) -> {
                Attempts attempts =
                        new Attempts(wave, numbers, number, endpoint, actions.getOrDefault(endpoint, List.of()));
                Progress progress = attempts.progress();
                batch.add(
                        attempts.staged() ? 1 : 0,
                        attempts.takenBack() ? 1 : 0,
                        progress.step(),
                        progress.partly() ? 1 : 0,
                        wave.toString(),
                        number);
                if (attempts.takenBack()) {
                    takenBack.add(endpoint);
                }
            });
            executeRest(batch);
        }
        try (PreparedBatch batch =
                handle.prepareBatch("UPDATE attempt SET unverified = 0 WHERE wave = ? AND endpoint = ?")) {
            takenBack.forEach(endpoint -> batch.add(wave.toString(), endpoint.toString()));
            executeRest(batch);
        }
    }

    @Override
    public boolean hasUnfinished(WaveId wave) {
        return handle.createQuery("SELECT action FROM attempt WHERE wave = :wave AND ended = 0 LIMIT 1")
                .bind("wave", wave.toString())
                .mapTo(String.class)
                .findOne()
                .isPresent();
    }

    @Override
    public Optional<Action> action(ActionId id) {
        return handle.createQuery("SELECT " + ATTEMPT + " FROM attempt a WHERE a.action = ?")
                .bind(0, id.toString())
                .map((row, context) -> action(row))
                .findOne();
    }

    @Override
    public List<Action> locked(Collection<ActionId> ids) {
        List<String> names = ids.stream().map(ActionId::toString).sorted().toList();
        List<Action> actions = new ArrayList<>();
        for (int from = 0; from < names.size(); from += NAMES_MAX) {
            List<String> some = names.subList(from, Math.min(names.size(), from + NAMES_MAX));
            Query query = handle.createQuery("SELECT " + ATTEMPT + " FROM attempt a WHERE a.action IN ("
                    + marks(some.size()) + ") ORDER BY a.action" + engine.lockRows());
            for (int i = 0; i < some.size(); i++) {
                query.bind(i, some.get(i));
            }
            actions.addAll(query.map((row, context) -> action(row)).list());
        }
        return actions;
    }

    static String marks(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    @Override
    public void put(List<Action> actions) {
        try (PreparedBatch batch =
                handle.prepareBatch("UPDATE attempt SET state = ?, changed = ?, verified = ?, code_class = ?, code ="
                        + " ?, leased_until = ?, since = ?, given_up = ?, ended = ?, good = ?, unverified = ?, touched_at"
                        + " = ? WHERE action = ?")) {
            for (Action action : actions) {
                batch.add(
                        action.state().number(),
                        action.changed() ? 1 : 0,
                        action.verified() ? 1 : 0,
                        action.codeClass().map(CodeClass::number).orElse(0),
                        action.code(),
                        action.leasedUntil().map(Instant::toEpochMilli).orElse(0L),
                        action.since().toEpochMilli(),
                        action.givenUp() ? 1 : 0,
                        action.ended() ? 1 : 0,
                        action.succeeded() ? 1 : 0,
                        action.unverified() ? 1 : 0,
                        now.toEpochMilli(),
                        action.id().toString());
                executeFull(batch);
            }
            executeRest(batch);
        }
    }

    @Override
    public boolean hasLeftOut(WaveId wave, Line line) {
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

    // ---- marks

    @Override
    public long recall(WaveId wave) {
        return handle.execute("UPDATE member SET recalled = 1 WHERE wave = ? AND recalled = 0", wave.toString());
    }

    // ---- leases

    @Override
    public void lease(Leased lease) {
        put(List.of(lease.action()));
        handle.createUpdate("INSERT INTO permit (action, endpoint, site, plan, forced_by, leased_at) VALUES (:action,"
                        + " :endpoint, :site, :plan, :forcedBy, :at) ON CONFLICT (action) DO UPDATE SET site ="
                        + " excluded.site, plan = excluded.plan, forced_by = excluded.forced_by, leased_at ="
                        + " excluded.leased_at")
                .bind("action", lease.action().id().toString())
                .bind("endpoint", lease.action().endpoint().toString())
                .bind("site", lease.site())
                .bind("plan", lease.plan().hex())
                .bind("forcedBy", lease.forcedBy().map(PersonId::toString).orElse(""))
                .bind("at", lease.at().toEpochMilli())
                .execute();
    }

    @Override
    public void begun(List<Begun> begun) {
        try (PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO beginning (action, endpoint, at, heard_at) VALUES (?, ?, ?, ?) ON CONFLICT"
                        + " (action) DO NOTHING")) {
            for (Begun one : begun) {
                batch.add(
                        one.action().toString(),
                        one.endpoint().toString(),
                        one.at().toEpochMilli(),
                        now.toEpochMilli());
                executeFull(batch);
            }
            executeRest(batch);
        }
    }

    private record Around(String site, String pair, String host) {}

    private Around around(WaveId wave, EndpointId member) {
        return handle.createQuery("SELECT site, pair, host FROM member WHERE wave = ? AND endpoint = ?")
                .bind(0, wave.toString())
                .bind(1, member.toString())
                .map((row, context) -> new Around(row.getString(1), row.getString(2), row.getString(3)))
                .one();
    }

    @Override
    public Footing unverified(WaveId wave, EndpointId member) {
        Around around = around(wave, member);
        String deployment = wave.deployment().toString();
        return new Footing(
                unverified("deployment = :in", deployment, "", member),
                unverified("deployment = :in AND site = :at", deployment, around.site(), member),
                around.pair().isEmpty() ? 0 : unverified("pair = :in AND pair <> ''", around.pair(), "", member),
                around.host().isEmpty() ? 0 : unverified("host = :in AND host <> ''", around.host(), "", member));
    }

    private long unverified(String where, String in, String at, EndpointId member) {
        Query query = handle.createQuery("SELECT count(DISTINCT endpoint) FROM attempt WHERE unverified = 1 AND "
                        + where + " AND endpoint <> :member")
                .bind("in", in)
                .bind("member", member.toString());
        if (!at.isEmpty()) {
            query.bind("at", at);
        }
        return query.mapTo(Long.class).one();
    }

    @Override
    public Footing population(WaveId wave, EndpointId member) {
        Around around = around(wave, member);
        Map<String, Long> sizes = new HashMap<>();
        handle.createQuery("SELECT kind, size FROM crowd WHERE deployment = :deployment AND ((kind = 'site' AND name ="
                        + " :site) OR (kind = 'pair' AND name = :pair) OR (kind = 'host' AND name = :host))")
                .bind("deployment", wave.deployment().toString())
                .bind("site", around.site())
                .bind("pair", around.pair())
                .bind("host", around.host())
                .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                .forEach(size -> sizes.put(size.getKey(), size.getValue()));
        return new Footing(
                fleet(wave.deployment()),
                sizes.getOrDefault("site", 0L),
                sizes.getOrDefault("pair", 0L),
                sizes.getOrDefault("host", 0L));
    }

    private long fleet(DeploymentId deployment) {
        return handle.createQuery("SELECT coalesce(sum(members), 0) FROM membership WHERE deployment = ?")
                .bind(0, deployment.toString())
                .mapTo(Long.class)
                .one();
    }

    // ---- what the laws look at

    @Override
    public List<World.Exposure> exposures(DeploymentId deployment, Plan plan) {
        List<World.Exposure> exposures = new ArrayList<>();
        exposures.add(new World.Exposure(
                "of all targets",
                plan.blastRadius().fleet(),
                fleet(deployment),
                handle.createQuery(
                                "SELECT count(DISTINCT endpoint) FROM attempt WHERE unverified = 1 AND deployment = ?")
                        .bind(0, deployment.toString())
                        .mapTo(Long.class)
                        .one()));
        exposed(deployment, "site", "at ", plan.blastRadius().site(), exposures);
        exposed(deployment, "pair", "of the pair ", plan.blastRadius().pair(), exposures);
        exposed(deployment, "host", "on the host ", plan.blastRadius().host(), exposures);
        return exposures;
    }

    private void exposed(DeploymentId deployment, String kind, String words, Cap cap, List<World.Exposure> exposures) {
        handle.createQuery(
                        "SELECT c.name, c.size, count(DISTINCT a.endpoint) FROM attempt a JOIN crowd c ON c.deployment"
                                + " = a.deployment AND c.kind = :kind AND c.name = a." + kind
                                + " WHERE a.deployment = :deployment AND"
                                + " a.unverified = 1 GROUP BY c.name, c.size ORDER BY c.name")
                .bind("kind", kind)
                .bind("deployment", deployment.toString())
                .map((row, context) ->
                        new World.Exposure(words + row.getString(1), cap, row.getLong(2), row.getLong(3)))
                .forEach(exposures::add);
    }

    @Override
    public List<Action> changedSince(Instant since, int limit) {
        return handle.createQuery(
                        "SELECT " + ATTEMPT + " FROM attempt a WHERE a.touched_at >= :since ORDER BY a.touched_at,"
                                + " a.action LIMIT :limit")
                .bind("since", since.toEpochMilli())
                .bind("limit", limit)
                .map((row, context) -> action(row))
                .list();
    }

    @Override
    public List<World.Start> begunSince(Instant since, int limit) {
        return handle.createQuery(
                        "SELECT b.action, b.endpoint, b.at, p.site, p.plan, p.forced_by FROM beginning b JOIN permit p"
                                + " ON p.action = b.action WHERE b.heard_at >= :since ORDER BY b.heard_at, b.action LIMIT"
                                + " :limit")
                .bind("since", since.toEpochMilli())
                .bind("limit", limit)
                .map((row, context) -> new World.Start(
                        ActionId.parse(row.getString(1)),
                        EndpointId.parse(row.getString(2)),
                        row.getString(4),
                        Instant.ofEpochMilli(row.getLong(3)),
                        Sha256.parse(row.getString(5)),
                        some(row.getString(6)).map(PersonId::new)))
                .list();
    }
}
