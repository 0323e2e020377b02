package packhorse.console.ledger;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import packhorse.console.change.PersonId;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.FrozenMembership;
import packhorse.console.wave.Line;
import packhorse.console.wave.Plan;
import packhorse.console.wave.Purpose;
import packhorse.console.wave.RetryPolicy;
import packhorse.console.wave.WaveId;
import packhorse.console.wave.WaveTally;
import packhorse.core.topology.EndpointId;

/**
 * The waves' tables. What follows from an attempt stands beside it, written by whoever writes the attempt. Members, attempts, counts and what
 * stands around a member each have a class of their own; here are leases.
 */
final class SqlWaves implements Waves {
    private final WaveScope scope;
    private final Handle handle;
    private final SqlMembers members;
    private final SqlAttempts attempts;

    SqlWaves(WaveScope scope) {
        this.scope = scope;
        this.handle = scope.handle;
        this.members = new SqlMembers(scope);
        this.attempts = new SqlAttempts(scope);
    }

    @Override
    public void freeze(WaveId wave, FrozenMembership membership, List<MemberRow> rows, int steps) {
        members.freeze(wave, membership, rows, steps);
    }

    @Override
    public void thaw(WaveId wave) {
        members.thaw(wave);
    }

    @Override
    public Optional<FrozenMembership> membership(WaveId wave) {
        return members.membership(wave);
    }

    @Override
    public List<Tried> tried(WaveId wave, Who who, int after, int limit) {
        return members.tried(wave, who, after, limit);
    }

    @Override
    public List<Action> attempts(WaveId wave, Collection<EndpointId> of) {
        return members.attempts(wave, of);
    }

    @Override
    public List<String> sites(WaveId wave) {
        return members.sites(wave);
    }

    @Override
    public String site(WaveId wave, EndpointId member) {
        return members.site(wave, member);
    }

    @Override
    public WaveTally tally(WaveId wave, Plan plan, Instant at) {
        return new SqlTally(scope, wave, plan, at).take();
    }

    @Override
    public long toTakeBack(WaveId wave, Instant began) {
        return members.toTakeBack(wave, began);
    }

    @Override
    public long takingBack(WaveId wave) {
        return attempts.takingBack(wave);
    }

    @Override
    public Set<ActionId> dispatch(Purpose purpose, List<Action> actions) {
        return attempts.dispatch(purpose, actions);
    }

    @Override
    public boolean hasUnfinished(WaveId wave) {
        return attempts.hasUnfinished(wave);
    }

    @Override
    public Optional<Action> action(ActionId id) {
        return attempts.action(id);
    }

    @Override
    public List<Action> locked(Collection<ActionId> ids) {
        return attempts.locked(ids);
    }

    @Override
    public void put(List<Action> actions) {
        attempts.put(actions);
    }

    @Override
    public List<Action> failedAhead(WaveId wave, RetryPolicy policy, int limit) {
        return attempts.failedAhead(wave, policy, limit);
    }

    @Override
    public long sentAgain(WaveId wave) {
        return attempts.sentAgain(wave);
    }

    @Override
    public boolean hasLeftOut(WaveId wave, Line line) {
        return attempts.hasLeftOut(wave, line);
    }

    @Override
    public long recall(WaveId wave) {
        return members.recall(wave);
    }

    @Override
    public void sum(Collection<ActionId> ended) {
        attempts.sum(ended);
    }

    // ---- leases

    @Override
    public void lease(List<Leased> leases) {
        List<Leased> sorted = leases.stream()
                .sorted(Comparator.comparing(lease -> lease.action().id().toString()))
                .toList();
        put(sorted.stream().map(Leased::action).toList());
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO permit (action, endpoint, site, plan, forced_by, leased_at) VALUES (?, ?, ?, ?, ?, ?) ON"
                        + " CONFLICT (action) DO UPDATE SET site ="
                        + " excluded.site, plan = excluded.plan, forced_by = excluded.forced_by, leased_at ="
                        + " excluded.leased_at")) {
            for (Leased lease : sorted) {
                bulk.add(
                        lease.action().id().toString(),
                        lease.action().endpoint().toString(),
                        lease.site(),
                        lease.plan().hex(),
                        lease.forcedBy().map(PersonId::toString).orElse(""),
                        lease.at().toEpochMilli());
            }
            bulk.flush();
        }
    }

    @Override
    public void begun(List<Begun> begun) {
        if (begun.isEmpty()) {
            return;
        }
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO beginning (action, endpoint, at, heard_at) VALUES (?, ?, ?, ?) ON CONFLICT"
                        + " (action) DO NOTHING")) {
            for (Begun one : begun) {
                bulk.add(
                        one.action().toString(),
                        one.endpoint().toString(),
                        one.at().toEpochMilli(),
                        scope.now.toEpochMilli());
            }
            bulk.flush();
        }
    }

    @Override
    public Crowding crowding(Collection<Seat> seats) {
        return new SqlCrowding(scope, seats);
    }
}
