package packhorse.console.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import packhorse.console.ledger.Waves.Tried;
import packhorse.console.ledger.Waves.Who;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionNumbers;
import packhorse.console.wave.Attempts;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.WaveId;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/** Who is in which wave. */
final class SqlMembers {
    private final WaveScope scope;
    private final Handle handle;

    SqlMembers(WaveScope scope) {
        this.scope = scope;
        this.handle = scope.handle;
    }

    void freeze(WaveId wave, FrozenMembership membership, List<MemberRow> rows, int steps) {
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
        scope.membersChanged(wave);
        String name = wave.toString();
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO member (wave, endpoint, number, site, pair, host, staged, gone, recalled,"
                        + " taken_back, action, step, partly) VALUES (?, ?, ?, ?, ?, ?, 0, 0, 0, 0, '', 1, 0)")) {
            int number = 0;
            for (MemberRow row : rows) {
                number++;
                bulk.add(
                        name,
                        row.endpoint().toString(),
                        number,
                        row.site(),
                        row.pair().orElse(""),
                        row.host().orElse(""));
                scope.wrote(name, row.site());
            }
            bulk.flush();
        }
        crowds(wave, rows, 1);
    }

    private record Crowd(String kind, String name) implements Comparable<Crowd> {
        @Override
        public int compareTo(Crowd other) {
            int kinds = kind.compareTo(other.kind);
            return kinds != 0 ? kinds : name.compareTo(other.name);
        }
    }

    private void crowds(WaveId wave, List<MemberRow> rows, long sign) {
        Map<Crowd, Long> crowds = new HashMap<>();
        for (MemberRow row : rows) {
            crowds.merge(new Crowd("site", row.site()), sign, Long::sum);
            row.pair().ifPresent(pair -> crowds.merge(new Crowd("pair", pair), sign, Long::sum));
            row.host().ifPresent(host -> crowds.merge(new Crowd("host", host), sign, Long::sum));
        }
        String deployment = wave.deployment().toString();
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO crowd (deployment, kind, name, size) VALUES (?, ?, ?, ?) ON CONFLICT"
                        + " (deployment, kind, name) DO UPDATE SET size = crowd.size + excluded.size")) {
            new TreeMap<>(crowds).forEach((crowd, size) -> bulk.add(deployment, crowd.kind(), crowd.name(), size));
            bulk.flush();
        }
    }

    void thaw(WaveId wave) {
        List<MemberRow> rows = handle.createQuery("SELECT endpoint, site, pair, host FROM member WHERE wave = ?")
                .bind(0, wave.toString())
                .map((row, context) -> new MemberRow(
                        EndpointId.parse(row.getString(1)),
                        row.getString(2),
                        WaveScope.some(row.getString(3)),
                        WaveScope.some(row.getString(4))))
                .list();
        scope.wroteAll(wave);
        crowds(wave, rows, -1);
        handle.execute("DELETE FROM member WHERE wave = ?", wave.toString());
        handle.execute("DELETE FROM membership WHERE wave = ?", wave.toString());
        scope.membersChanged(wave);
    }

    Optional<FrozenMembership> membership(WaveId wave) {
        Optional<Sha256> digest = handle.createQuery("SELECT digest FROM membership WHERE wave = ?")
                .bind(0, wave.toString())
                .map((row, context) -> Sha256.parse(row.getString(1)))
                .findOne();
        return digest.map(frozen -> new FrozenMembership(
                handle.createQuery("SELECT endpoint FROM member WHERE wave = ? ORDER BY endpoint")
                        .bind(0, wave.toString())
                        .setFetchSize(Bulk.ROWS_MAX)
                        .map((row, context) -> EndpointId.parse(row.getString(1)))
                        .list(),
                frozen));
    }

    /** Each is found by an index of its own, so that whoever asks for few reads few. */
    private static String where(Who who) {
        return switch (who) {
            case ALL -> "";
            case WITHOUT_ATTEMPT -> " AND action = '' AND gone = 0";
            case FAILED ->
                " AND endpoint IN (SELECT a.endpoint FROM attempt a WHERE a.wave = :wave AND a.ended = 1 AND a.good ="
                        + " 0)";
            case AWAITING_STEP -> " AND awaits = 1";
            case TO_TAKE_BACK -> " AND undo = 2";
        };
    }

    List<Tried> tried(WaveId wave, Who who, int after, int limit) {
        List<Tried> bare = handle.createQuery(
                        "SELECT number, endpoint, site, gone, recalled FROM member WHERE wave = :wave" + where(who)
                                + " AND number > :after ORDER BY number LIMIT :limit")
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
        Map<EndpointId, List<Action>> actions = actions(wave, bare);
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

    private Map<EndpointId, List<Action>> actions(WaveId wave, List<Tried> members) {
        Map<EndpointId, List<Action>> actions = new HashMap<>();
        attempts(wave, members.stream().map(Tried::endpoint).toList())
                .forEach(action -> actions.computeIfAbsent(action.endpoint(), unused -> new ArrayList<>())
                        .add(action));
        return actions;
    }

    List<Action> attempts(WaveId wave, Collection<EndpointId> members) {
        List<String> names = members.stream().map(EndpointId::toString).toList();
        List<Action> attempts = new ArrayList<>();
        for (int from = 0; from < names.size(); from += Bulk.ROWS_MAX) {
            scope.named(
                            "SELECT " + WaveScope.ATTEMPT
                                    + ", a.site FROM attempt a WHERE a.wave = ? AND a.endpoint IN (",
                            wave,
                            names.subList(from, Math.min(names.size(), from + Bulk.ROWS_MAX)),
                            ")")
                    .setFetchSize(Bulk.ROWS_MAX)
                    .map((row, context) -> {
                        scope.known(row.getString("action"), row.getString("site"));
                        return WaveScope.action(row);
                    })
                    .forEach(attempts::add);
        }
        return attempts;
    }

    List<String> sites(WaveId wave) {
        return handle.createQuery(
                        "SELECT s.site FROM wave_site s WHERE s.wave = :wave AND EXISTS (SELECT 1 FROM member m"
                                + " WHERE m.wave = s.wave AND m.site = s.site) ORDER BY s.site")
                .bind("wave", wave.toString())
                .mapTo(String.class)
                .list();
    }

    String site(WaveId wave, EndpointId member) {
        return handle.createQuery("SELECT site FROM member WHERE wave = ? AND endpoint = ?")
                .bind(0, wave.toString())
                .bind(1, member.toString())
                .mapTo(String.class)
                .one();
    }

    /** Looks at those of whom something is in place and to be taken back, and at nobody else. */
    long toTakeBack(WaveId wave, Instant began) {
        long count = 0;
        int after = 0;
        while (true) {
            List<Tried> page = tried(wave, Who.TO_TAKE_BACK, after, Bulk.ROWS_MAX);
            for (Tried one : page) {
                ActionNumbers numbers = scope.numbers(wave);
                Attempts attempts = new Attempts(wave, numbers, one.number(), one.endpoint(), one.actions());
                count += attempts.nextBack(one.recalled(), began).isPresent() ? 1 : 0;
                after = one.number();
            }
            if (page.size() < Bulk.ROWS_MAX) {
                return count;
            }
        }
    }

    long recall(WaveId wave) {
        long recalled = handle.execute(
                "UPDATE member SET recalled = 1, undo = CASE WHEN undo = 1 THEN 2 ELSE undo END WHERE wave = ? AND"
                        + " recalled = 0",
                wave.toString());
        if (recalled > 0) {
            scope.wroteAll(wave);
        }
        return recalled;
    }
}
