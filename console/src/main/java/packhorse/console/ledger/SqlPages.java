package packhorse.console.ledger;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Query;
import packhorse.console.audit.AuditEntry;
import packhorse.console.change.Actor;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.Role;
import packhorse.console.json.Records;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.notice.Notice;
import packhorse.console.notice.Notifier;
import packhorse.console.wave.Deployment;
import packhorse.console.wave.Wave;
import packhorse.core.PlainText;

/** Pages over one transaction's handle. */
final class SqlPages implements Pages {
    private static final String COLUMNS = "id, version, changed_at, changed_by, body";

    private final Engine engine;
    private final Handle handle;
    private final Actor who;
    private final Instant now;
    private final boolean writing;
    private final WaveScope scope;

    SqlPages(Ledger ledger, Handle handle, Actor who, Instant now, boolean writing) {
        this.engine = ledger.engine();
        this.handle = handle;
        this.who = who;
        this.now = now;
        this.writing = writing;
        this.scope = new WaveScope(engine, handle, now, ledger.tallies(), writing);
    }

    private Handle writer() {
        if (!writing) {
            throw new IllegalStateException("only Books.write writes");
        }
        return handle;
    }

    @Override
    public <T> Optional<Stored<T>> find(Kind<T> kind, String id) {
        return handle.createQuery("SELECT " + COLUMNS + " FROM record WHERE kind = :kind AND id = :id")
                .bind("kind", kind.name())
                .bind("id", id)
                .map(stored(kind))
                .findOne();
    }

    private static <T> RowMapper<Stored<T>> stored(Kind<T> kind) {
        return (row, context) -> new Stored<>(
                kind,
                row.getString(1),
                row.getLong(2),
                Records.read(kind.type(), row.getString(5), "the ledger's " + kind + " " + row.getString(1)),
                Instant.ofEpochMilli(row.getLong(3)),
                row.getString(4));
    }

    @Override
    public <T> Stored<T> get(Kind<T> kind, String id) {
        return find(kind, id).orElseThrow(() -> notThere(kind, id));
    }

    private static Refusal notThere(Kind<?> kind, String id) {
        String shown = PlainText.line(id);
        return new Refusal(
                Why.NOT_THERE,
                "there is no " + kind + " " + (shown.length() <= ID_LENGTH_MAX ? shown : "with so long a name"));
    }

    @Override
    public <T> Stored<T> get(Kind<T> kind, String id, OptionalLong seen) {
        Stored<T> stored = get(kind, id);
        if (seen.isPresent() && seen.getAsLong() != stored.version()) {
            throw stale(stored, seen.getAsLong());
        }
        return stored;
    }

    private static Refusal stale(Stored<?> now, long seen) {
        return new Refusal(
                Why.STALE,
                "the " + now.kind() + " " + now.id() + " was changed meanwhile by " + now.by() + " at " + now.at()
                        + ": you saw version " + seen + ", it is " + now.version() + "; look again");
    }

    @Override
    public <T> Stored<T> add(Kind<T> kind, String id, T value) {
        if (id.isEmpty() || id.length() > ID_LENGTH_MAX || !PlainText.line(id).equals(id)) {
            throw new Refusal(
                    Why.INVALID,
                    "\"" + shortened(PlainText.line(id)) + "\" is no name of a " + kind + "; write one line of 1 to "
                            + ID_LENGTH_MAX + " characters");
        }
        int added = writer().createUpdate(
                        "INSERT INTO record (kind, id, version, state, parent, changed_at, changed_by, body) VALUES"
                                + " (:kind, :id, 1, :state, :parent, :at, :by, :body) ON CONFLICT (kind, id) DO NOTHING")
                .bind("kind", kind.name())
                .bind("id", id)
                .bind("state", kind.state(value))
                .bind("parent", kind.parent(value))
                .bind("at", now.toEpochMilli())
                .bind("by", who.name())
                .bind("body", Records.write(value))
                .execute();
        if (added == 0) {
            throw new Refusal(Why.EXISTS, "there is a " + kind + " " + id + " already");
        }
        runs(value);
        return new Stored<>(kind, id, 1, value, now, who.name());
    }

    private static String shortened(String text) {
        return text.length() <= ID_LENGTH_MAX ? text : text.substring(0, ID_LENGTH_MAX) + "…";
    }

    @Override
    public <T> Stored<T> change(Stored<T> seen, T value) {
        int changed = writer().createUpdate("UPDATE record SET version = version + 1, state = :state, parent ="
                        + " :parent, changed_at = :at, changed_by = :by, body = :body WHERE kind = :kind AND id = :id AND version"
                        + " = :seen")
                .bind("kind", seen.kind().name())
                .bind("id", seen.id())
                .bind("seen", seen.version())
                .bind("state", seen.kind().state(value))
                .bind("parent", seen.kind().parent(value))
                .bind("at", now.toEpochMilli())
                .bind("by", who.name())
                .bind("body", Records.write(value))
                .execute();
        if (changed == 0) {
            throw stale(get(seen.kind(), seen.id()), seen.version());
        }
        runs(value);
        return new Stored<>(seen.kind(), seen.id(), seen.version() + 1, value, now, who.name());
    }

    /** Says to the database which of a deployment's waves run, so that it keeps the first law whatever was decided. */
    private void runs(Object value) {
        if (!(value instanceof Deployment deployment)) {
            return;
        }
        handle.execute(
                "DELETE FROM running_wave WHERE deployment = ?", deployment.id().toString());
        for (Wave wave : deployment.waves()) {
            if (wave.state().runs()
                    && handle.execute(
                                    "INSERT INTO running_wave (wave, deployment) VALUES (?, ?) ON CONFLICT DO NOTHING",
                                    wave.id().toString(),
                                    deployment.id().toString())
                            == 0) {
                throw new Refusal(
                        Why.REFUSED,
                        wave.id() + " cannot run: another wave of " + deployment.id() + " runs; let it end first");
            }
        }
    }

    @Override
    public void remove(Stored<?> seen) {
        int removed = writer().createUpdate("DELETE FROM record WHERE kind = :kind AND id = :id AND version = :seen")
                .bind("kind", seen.kind().name())
                .bind("id", seen.id())
                .bind("seen", seen.version())
                .execute();
        if (removed == 0) {
            throw stale(get(seen.kind(), seen.id()), seen.version());
        }
    }

    @Override
    public <T> List<Stored<T>> list(Kind<T> kind, Look look) {
        return looked("SELECT " + COLUMNS, kind, look, " ORDER BY id LIMIT " + look.limit())
                .map(stored(kind))
                .list();
    }

    @Override
    public long count(Kind<?> kind, Look look) {
        return looked("SELECT count(*)", kind, look, "").mapTo(Long.class).one();
    }

    private Query looked(String select, Kind<?> kind, Look look, String end) {
        Query query = handle.createQuery(select + " FROM record WHERE kind = :kind AND id > :after"
                + (look.state().isPresent() ? " AND state = :state" : "")
                + (look.parent().isPresent() ? " AND parent = :parent" : "") + end);
        query.bind("kind", kind.name()).bind("after", look.after());
        look.state().ifPresent(state -> query.bind("state", state));
        look.parent().ifPresent(parent -> query.bind("parent", parent));
        return query;
    }

    @Override
    public String next(String prefix, int year) {
        long count = count(writer(), prefix + "-" + year);
        return String.format(Locale.ROOT, "%s-%04d-%04d", prefix, year, count);
    }

    /** One more than the last time. */
    static long count(Handle handle, String name) {
        return handle.createQuery("INSERT INTO counter (name, value) VALUES (:name, 1) ON CONFLICT (name) DO UPDATE SET"
                        + " value = counter.value + 1 RETURNING value")
                .bind("name", name)
                .mapTo(Long.class)
                .one();
    }

    @Override
    public void audit(String what, String subject, Map<String, String> details) {
        String role = switch (who) {
            case Actor.Person person ->
                person.roles().stream().sorted().map(Role::name).collect(Collectors.joining(","));
            case Actor.Product product -> "system";
        };
        AuditBook.add(writer(), new AuditEntry(now, who.name(), role, what, subject, new TreeMap<>(details)));
    }

    @Override
    public void tell(Notifier notifier, Notice notice, CommunicationsPlan plan) {
        OutboxBook.tell(writer(), notifier, notice, plan, now);
    }

    @Override
    public List<OutboxBook.Delivery> told(
            Optional<OutboxBook.State> state,
            Optional<CommunicationsPlan.Means> means,
            Optional<OutboxBook.Delivery> after,
            int limit) {
        return OutboxBook.page(handle, state, means, after, limit);
    }

    @Override
    public Optional<OutboxBook.Delivery> told(String id) {
        return OutboxBook.find(handle, id);
    }

    @Override
    public int sendAgain(String batch) {
        return OutboxBook.revive(writer(), batch, now);
    }

    @Override
    public boolean toldInPerson(String id) {
        return OutboxBook.toldInPerson(writer(), id, who.name(), now);
    }

    @Override
    public int forgetTold(Instant before) {
        return OutboxBook.forget(writer(), before);
    }

    @Override
    public Waves waves() {
        return new SqlWaves(scope);
    }

    @Override
    public Desired desired() {
        return new SqlDesired(handle);
    }

    @Override
    public Statuses statuses() {
        return arrivals -> StatusBook.store(writer(), arrivals);
    }

    @Override
    public Fleet fleet() {
        return new SqlFleet(engine, handle, now, scope);
    }

    @Override
    public Traces traces() {
        return new SqlTraces(handle);
    }

    @Override
    public Chronicle chronicle() {
        return new SqlChronicle(handle);
    }

    @Override
    public Attachments attachments() {
        return new SqlAttachments(handle, this::writer);
    }

    @Override
    public Answers answers() {
        return new SqlAnswers(handle);
    }

    @Override
    public Actor who() {
        return who;
    }

    @Override
    public Instant now() {
        return now;
    }

    /** Before the transaction's end, by whoever began it. */
    void end() {
        scope.end();
    }
}
