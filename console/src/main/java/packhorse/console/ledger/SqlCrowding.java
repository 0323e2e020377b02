package packhorse.console.ledger;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;
import packhorse.console.ledger.Waves.Seat;
import packhorse.console.wave.Action;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Footing;
import packhorse.console.wave.WaveId;
import packhorse.core.topology.EndpointId;

/**
 * Read for many members together: some statements for each deployment that they are of, however many they are.
 *
 * <p>Cost: O(members asked for + what counts against the blast radius of their deployments), the latter in the order of an index.
 */
final class SqlCrowding implements Crowding {
    private record Around(String site, String pair, String host) {}

    /** A deployment's own. */
    private static final class Deployment {
        private long members;
        private long unverified;
        private final Map<String, Long> sizes = new HashMap<>();
        private final Map<String, Long> unverifiedAt = new HashMap<>();

        /** Of those asked for. */
        private final Set<String> counting = new HashSet<>();
    }

    private final Handle handle;
    private final Map<Seat, Around> around = new HashMap<>();
    private final Map<DeploymentId, Deployment> deployments = new HashMap<>();

    /** Whatever the order: who counts in a pair and on a host. */
    private final Map<String, Set<String>> pairs = new HashMap<>();

    private final Map<String, Set<String>> hosts = new HashMap<>();

    SqlCrowding(WaveScope scope, Collection<Seat> seats) {
        this.handle = scope.handle;
        Map<WaveId, Set<String>> waves = new TreeMap<>();
        seats.forEach(seat -> waves.computeIfAbsent(seat.wave(), unused -> new TreeSet<>())
                .add(seat.member().toString()));
        waves.forEach((wave, members) -> scope.named(
                        "SELECT endpoint, site, pair, host FROM member WHERE wave = ? AND endpoint IN (",
                        wave,
                        members,
                        ")")
                .map((row, context) -> Map.entry(
                        new Seat(wave, EndpointId.parse(row.getString(1))),
                        new Around(row.getString(2), row.getString(3), row.getString(4))))
                .forEach(one -> around.put(one.getKey(), one.getValue())));
        Map<DeploymentId, Set<Seat>> byDeployment = new HashMap<>();
        around.keySet()
                .forEach(seat -> byDeployment
                        .computeIfAbsent(seat.wave().deployment(), unused -> new HashSet<>())
                        .add(seat));
        byDeployment.forEach((deployment, some) -> deployments.put(deployment, read(deployment, some)));
        together("pair", around.values().stream().map(Around::pair).toList(), pairs);
        together("host", around.values().stream().map(Around::host).toList(), hosts);
    }

    private Deployment read(DeploymentId id, Set<Seat> seats) {
        Deployment deployment = new Deployment();
        deployment.members = members(handle, id);
        Map<String, Set<String>> names = new TreeMap<>();
        for (Seat seat : seats) {
            Around one = at(seat);
            names.computeIfAbsent("site", unused -> new TreeSet<>()).add(one.site());
            names.computeIfAbsent("pair", unused -> new TreeSet<>()).add(one.pair());
            names.computeIfAbsent("host", unused -> new TreeSet<>()).add(one.host());
        }
        names.forEach((kind, some) -> WaveScope.bound(
                        handle.createQuery(
                                        "SELECT name, size FROM crowd WHERE deployment = ? AND kind = ? AND name IN ("
                                                + WaveScope.marks(some.size()) + ")")
                                .bind(0, id.toString())
                                .bind(1, kind),
                        2,
                        some)
                .map((row, context) -> Map.entry(kind + " " + row.getString(1), row.getLong(2)))
                .forEach(size -> deployment.sizes.put(size.getKey(), size.getValue())));
        handle.createQuery("SELECT site, count(DISTINCT endpoint) FROM attempt WHERE unverified = 1 AND deployment = ?"
                        + " GROUP BY site")
                .bind(0, id.toString())
                .map((row, context) -> Map.entry(row.getString(1), row.getLong(2)))
                .forEach(site -> {
                    deployment.unverifiedAt.put(site.getKey(), site.getValue());
                    deployment.unverified += site.getValue();
                });
        if (deployment.unverified > 0) {
            List<String> members = seats.stream()
                    .map(seat -> seat.member().toString())
                    .distinct()
                    .toList();
            WaveScope.bound(
                            handle.createQuery(
                                            "SELECT DISTINCT endpoint FROM attempt WHERE unverified = 1 AND deployment"
                                                    + " = ? AND endpoint IN (" + WaveScope.marks(members.size()) + ")")
                                    .bind(0, id.toString()),
                            1,
                            members)
                    .mapTo(String.class)
                    .forEach(deployment.counting::add);
        }
        return deployment;
    }

    /** How many members all its waves have. */
    static long members(Handle handle, DeploymentId deployment) {
        return handle.createQuery("SELECT coalesce(sum(members), 0) FROM membership WHERE deployment = ?")
                .bind(0, deployment.toString())
                .mapTo(Long.class)
                .one();
    }

    private void together(String column, List<String> names, Map<String, Set<String>> into) {
        Set<String> some = new TreeSet<>(names);
        some.remove("");
        if (some.isEmpty()) {
            return;
        }
        WaveScope.bound(
                        handle.createQuery("SELECT DISTINCT " + column
                                + ", endpoint FROM attempt WHERE unverified = 1 AND " + column + " <> '' AND " + column
                                + " IN (" + WaveScope.marks(some.size()) + ")"),
                        0,
                        some)
                .map((row, context) -> Map.entry(row.getString(1), row.getString(2)))
                .forEach(one -> into.computeIfAbsent(one.getKey(), unused -> new HashSet<>())
                        .add(one.getValue()));
    }

    private Around at(Seat seat) {
        @Nullable Around one = around.get(seat);
        if (one == null) {
            throw new Refusal(Refusal.Why.INVALID, seat.member() + " is no member of " + seat.wave());
        }
        return one;
    }

    private Deployment of(WaveId wave) {
        return deployments.computeIfAbsent(wave.deployment(), unused -> new Deployment());
    }

    @Override
    public String site(WaveId wave, EndpointId member) {
        return at(new Seat(wave, member)).site();
    }

    @Override
    public Footing unverified(WaveId wave, EndpointId member) {
        Around one = at(new Seat(wave, member));
        Deployment deployment = of(wave);
        long itself = deployment.counting.contains(member.toString()) ? 1 : 0;
        return new Footing(
                deployment.unverified - itself,
                deployment.unverifiedAt.getOrDefault(one.site(), 0L) - itself,
                others(pairs, one.pair(), member),
                others(hosts, one.host(), member));
    }

    private static long others(Map<String, Set<String>> groups, String name, EndpointId member) {
        Set<String> group = groups.getOrDefault(name, Set.of());
        return group.size() - (group.contains(member.toString()) ? 1L : 0L);
    }

    @Override
    public Footing population(WaveId wave, EndpointId member) {
        Around one = at(new Seat(wave, member));
        Deployment deployment = of(wave);
        return new Footing(
                deployment.members,
                deployment.sizes.getOrDefault("site " + one.site(), 0L),
                deployment.sizes.getOrDefault("pair " + one.pair(), 0L),
                deployment.sizes.getOrDefault("host " + one.host(), 0L));
    }

    @Override
    public void leased(Action action) {
        if (!action.unverified()) {
            return;
        }
        Around one = at(new Seat(action.id().wave(), action.endpoint()));
        Deployment deployment = of(action.id().wave());
        String member = action.endpoint().toString();
        if (deployment.counting.add(member)) {
            deployment.unverified++;
            deployment.unverifiedAt.merge(one.site(), 1L, Long::sum);
        }
        if (!one.pair().isEmpty()) {
            pairs.computeIfAbsent(one.pair(), unused -> new HashSet<>()).add(member);
        }
        if (!one.host().isEmpty()) {
            hosts.computeIfAbsent(one.host(), unused -> new HashSet<>()).add(member);
        }
    }
}
