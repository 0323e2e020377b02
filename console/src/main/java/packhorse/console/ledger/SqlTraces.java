package packhorse.console.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import packhorse.console.audit.AuditChain;
import packhorse.console.audit.AuditLink;
import packhorse.console.change.PersonId;
import packhorse.console.law.World;
import packhorse.console.wave.Action;
import packhorse.console.wave.ActionId;
import packhorse.console.wave.Cap;
import packhorse.console.wave.DeploymentId;
import packhorse.console.wave.Plan;
import packhorse.core.content.Sha256;
import packhorse.core.topology.EndpointId;

/** Traces in one transaction. */
final class SqlTraces implements Traces {
    /** A journal with how many of its reports are stored up to its head, and the newest that is stored at all. */
    private static final String JOURNAL =
            "SELECT h.endpoint, h.journal, h.sequence, h.missing, (SELECT count(*) FROM status s"
                    + " WHERE s.endpoint = h.endpoint AND s.journal = h.journal AND s.sequence <= h.sequence),"
                    + " coalesce((SELECT max(s.sequence) FROM status s WHERE s.endpoint = h.endpoint AND s.journal = h.journal), 0)"
                    + " FROM report_head h WHERE ";

    private static final RowMapper<World.Journal> AS_JOURNAL = (row, context) -> {
        long head = row.getLong(3);
        long missing = row.getLong(4);
        long stored = row.getLong(5);
        long newest = row.getLong(6);
        return new World.Journal(
                EndpointId.parse(row.getString(1)),
                row.getLong(2),
                Math.min(head, stored + missing),
                // A head that went back: the endpoint was told of what is stored beyond it.
                Math.max(head, newest),
                missing == 0 && stored == head && newest <= head);
    };

    private final Handle handle;

    SqlTraces(Handle handle) {
        this.handle = handle;
    }

    @Override
    public List<World.Exposure> exposures(DeploymentId deployment, Plan plan) {
        List<World.Exposure> exposures = new ArrayList<>();
        exposures.add(new World.Exposure(
                "of all targets",
                plan.blastRadius().fleet(),
                SqlCrowding.members(handle, deployment),
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

    private record Marked<T>(T value, Mark mark) {}

    private static <T> Some<T> some(List<Marked<T>> found, int limit) {
        return new Some<>(
                found.stream().map(Marked::value).toList(),
                found.size() < limit
                        ? Optional.empty()
                        : Optional.of(found.getLast().mark()));
    }

    private static Mark mark(long at, String name) {
        return new Mark(Instant.ofEpochMilli(at), name);
    }

    @Override
    public Some<Action> changed(Mark after, int limit) {
        return some(
                handle.createQuery("SELECT a.touched_at AS touched_at, " + WaveScope.ATTEMPT
                                + " FROM attempt a WHERE a.touched_at >= :at AND (a.touched_at > :at OR a.action > :name)"
                                + " ORDER BY a.touched_at, a.action LIMIT :limit")
                        .bind("at", after.at().toEpochMilli())
                        .bind("name", after.name())
                        .bind("limit", limit)
                        .map((row, context) -> {
                            Action action = WaveScope.action(row);
                            return new Marked<>(
                                    action,
                                    mark(row.getLong("touched_at"), action.id().toString()));
                        })
                        .list(),
                limit);
    }

    @Override
    public Some<World.Start> begun(Mark after, int limit) {
        return some(
                handle.createQuery("SELECT b.action, b.endpoint, b.at, p.site, p.plan, p.forced_by, b.heard_at FROM"
                                + " beginning b JOIN permit p ON p.action = b.action WHERE b.heard_at >= :at AND"
                                + " (b.heard_at > :at OR b.action > :name) ORDER BY b.heard_at, b.action LIMIT :limit")
                        .bind("at", after.at().toEpochMilli())
                        .bind("name", after.name())
                        .bind("limit", limit)
                        .map((row, context) -> new Marked<>(
                                new World.Start(
                                        ActionId.parse(row.getString(1)),
                                        EndpointId.parse(row.getString(2)),
                                        row.getString(4),
                                        Instant.ofEpochMilli(row.getLong(3)),
                                        Sha256.parse(row.getString(5)),
                                        WaveScope.some(row.getString(6)).map(PersonId::new)),
                                mark(row.getLong(7), row.getString(1))))
                        .list(),
                limit);
    }

    @Override
    public World.Audit audit(long after, int limit) {
        // The head first: links that another console adds between the two reads are left for the next look.
        AuditChain head = handle.createQuery("SELECT number, digest FROM audit_head WHERE one = 1")
                .map((row, context) -> new AuditChain(row.getLong(1), Sha256.parse(row.getString(2))))
                .one();
        List<AuditLink> links = handle.createQuery("SELECT number, bytes, digest FROM audit WHERE number > :after AND"
                        + " number <= :head ORDER BY number LIMIT :limit")
                .bind("after", after)
                .bind("head", head.number())
                .bind("limit", limit)
                .map((row, context) -> new AuditLink(row.getLong(1), row.getBytes(2), Sha256.parse(row.getString(3))))
                .list();
        return links.size() < limit
                ? new World.Audit(head.number(), head.digest(), links)
                : new World.Audit(links.getLast().number(), links.getLast().digest(), links);
    }

    @Override
    public List<World.Journal> journals(JournalName after, int limit) {
        return handle.createQuery(
                        JOURNAL + "h.endpoint >= :endpoint AND (h.endpoint > :endpoint OR h.journal > :journal)"
                                + " ORDER BY h.endpoint, h.journal LIMIT :limit")
                .bind("endpoint", after.endpoint())
                .bind("journal", after.journal())
                .bind("limit", limit)
                .map(AS_JOURNAL)
                .list();
    }

    @Override
    public List<World.Journal> journals(Collection<EndpointId> endpoints) {
        if (endpoints.isEmpty()) {
            return List.of();
        }
        Query query = handle.createQuery(JOURNAL + "h.endpoint IN (<endpoints>) ORDER BY h.endpoint, h.journal");
        return query.bindList(
                        "endpoints",
                        endpoints.stream().map(EndpointId::toString).toList())
                .map(AS_JOURNAL)
                .list();
    }
}
