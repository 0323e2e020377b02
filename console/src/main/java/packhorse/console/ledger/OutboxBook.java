package packhorse.console.ledger;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.PreparedBatch;
import org.jdbi.v3.core.statement.Query;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.change.OrderState;
import packhorse.console.change.RequestState;
import packhorse.console.notice.Message;
import packhorse.console.notice.Notice;
import packhorse.console.notice.NoticeKind;
import packhorse.console.notice.Notifier;
import packhorse.console.notice.Outbox;
import packhorse.console.notice.OutboxEntry;
import packhorse.console.notice.Parcel;
import packhorse.console.notice.Told;
import packhorse.console.notice.Tries;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

/**
 * What people and other systems are to be told, and what became of it: the outbox and the delivery log in one.
 *
 * <p><b>Problem.</b> A decision must not be taken without those being told who wait for it, nor told of one that was not taken; two
 * consoles must not both send, and one that dies while it sends must not take the message with it.
 *
 * <p><b>Algorithm.</b> Entries are written in the decision's own transaction, each under an id that follows from the happening and the
 * recipient. Whoever sends claims entries for a while: one statement that takes only what nobody holds, by the database's clock. Entries
 * that one recipient gets together become one batch at their first claim, and stay that batch: so the message's id is on the disk before
 * it is sent, and the same at every further try. Who dies between sending and writing that down is followed by another who sends the
 * same message under the same id: at least once, and whoever gets it twice can tell.
 */
public final class OutboxBook implements Outbox {
    private static final String ENTRY = "id, kind, about, means, stakeholder, address, gather, subject, text, facts,"
            + " created_at, due, batch, tries";
    private static final String HELD =
            "batch = :batch AND state = 'WAITING' AND leased_by = :holder AND leased_until > 0";
    private static final Comparator<Row> ORDER = Comparator.comparing(
                    (Row row) -> row.entry().due())
            .thenComparing(row -> row.entry().id());

    private final Ledger ledger;

    public OutboxBook(Ledger ledger) {
        this.ledger = ledger;
    }

    /** Where an entry stands. */
    public enum State {
        WAITING,
        TOLD,
        DEAD
    }

    /**
     * A line of the delivery log.
     *
     * @param entry what, to whom and how
     * @param batch the message that it is, or is part of; empty while nobody tried
     * @param tries that failed
     * @param reason of the last failure, in one line; empty: there was none
     * @param told when it came through; empty while it did not
     * @param by who told it: a console, or the person who did it
     */
    public record Delivery(
            OutboxEntry entry,
            String batch,
            State state,
            int tries,
            String reason,
            Optional<Instant> told,
            String by) {}

    private record Row(OutboxEntry entry, String batch, int tries) {}

    /** Adds entries by themselves; those that are there already stay as they are. Returns how many are new. */
    public int add(List<OutboxEntry> entries) {
        return ledger.write(handle -> add(handle, entries));
    }

    /** Tells of a happening, inside the transaction that makes it happen. Returns how many entries are new. */
    static int tell(Handle handle, Notifier notifier, Notice notice, CommunicationsPlan plan, Instant now) {
        return add(handle, notifier.entries(notice, plan, gather -> told(handle, gather, now), now));
    }

    /** Tells of a happening by itself. Returns how many entries are new. */
    public int tell(Notifier notifier, Notice notice, CommunicationsPlan plan, Instant now) {
        return ledger.write(handle -> tell(handle, notifier, notice, plan, now));
    }

    static int forget(Handle handle, Instant before) {
        List<String> over = new ArrayList<>();
        for (RequestState state : RequestState.values()) {
            if (state.isFinal()) {
                over.add("'" + state.name() + "'");
            }
        }
        for (OrderState state : OrderState.values()) {
            if (state.isFinal()) {
                over.add("'" + state.name() + "'");
            }
        }
        return handle.createUpdate("DELETE FROM outbox WHERE state IN ('TOLD', 'DEAD') AND created_at < :before AND NOT"
                        + " EXISTS (SELECT 1 FROM record r WHERE r.kind IN ('request', 'order', 'problem') AND r.id ="
                        + " outbox.about AND r.state NOT IN (" + String.join(", ", over) + "))")
                .bind("before", before.toEpochMilli())
                .execute();
    }

    static int add(Handle handle, List<OutboxEntry> entries) {
        if (entries.isEmpty()) {
            return 0;
        }
        int added = 0;
        try (PreparedBatch batch = handle.prepareBatch(
                "INSERT INTO outbox (id, kind, about, means, stakeholder, address, gather, subject, text, facts,"
                        + " created_at, due, state, batch, tries, reason, told_at, told_by, leased_by, leased_until)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'WAITING', '', 0, '', 0, '', '', 0) ON CONFLICT"
                        + " (id) DO NOTHING")) {
            for (OutboxEntry entry : entries) {
                batch.add(
                        entry.id(),
                        entry.kind().name(),
                        entry.about(),
                        entry.means().name(),
                        entry.stakeholder(),
                        entry.address(),
                        entry.gather(),
                        entry.message().subject(),
                        entry.message().text(),
                        json(entry.facts()),
                        entry.created().toEpochMilli(),
                        entry.due().toEpochMilli());
            }
            for (int rows : batch.execute()) {
                added += rows > 0 ? 1 : 0;
            }
        }
        return added;
    }

    /** When the recipient of {@code gather} heard last and will hear next. */
    static Told told(Handle handle, String gather, Instant now) {
        return handle.createQuery("SELECT max(CASE WHEN due <= :now OR batch <> '' THEN due END), min(CASE WHEN due >"
                        + " :now AND batch = '' AND state = 'WAITING' THEN due END) FROM outbox WHERE gather ="
                        + " :gather")
                .bind("now", now.toEpochMilli())
                .bind("gather", gather)
                .map((row, context) -> new Told(instant(row, 1), instant(row, 2)))
                .one();
    }

    private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    @Override
    public List<Parcel> claim(String holder, Instant now, Duration lease, int limit) {
        return ledger.write(handle -> {
            Map<String, List<Row>> batches = new LinkedHashMap<>();
            for (Row row : taken(handle, holder, now, lease, limit)) {
                batches.computeIfAbsent(key(row), unused -> new ArrayList<>()).add(row);
            }
            List<Parcel> parcels = new ArrayList<>();
            for (List<Row> rows : batches.values()) {
                String batch = rows.getFirst().batch();
                if (batch.isEmpty()) {
                    batch = rows.getFirst().entry().id();
                    bind(handle, batch, rows);
                } else {
                    rows = whole(handle, holder, batch, lease);
                }
                parcels.add(new Parcel(
                        batch,
                        rows.stream().map(Row::entry).toList(),
                        rows.getFirst().tries()));
            }
            return List.copyOf(parcels);
        });
    }

    /** What belongs into one message: what was one before, or what is gathered, or it alone. */
    private static String key(Row row) {
        if (!row.batch().isEmpty()) {
            return "batch " + row.batch();
        }
        return row.entry().gather().isEmpty()
                ? "alone " + row.entry().id()
                : "gather " + row.entry().gather();
    }

    /** Both conditions twice: PostgreSQL looks at the outer one again when another came first, and not at the inner one. */
    private List<Row> taken(Handle handle, String holder, Instant now, Duration lease, int limit) {
        return handle
                .createQuery("UPDATE outbox SET leased_by = :holder, leased_until = <now> + :lease WHERE"
                        + " id IN (SELECT id FROM outbox WHERE state = 'WAITING' AND means <> 'IN_PERSON' AND due <="
                        + " :due AND leased_until <= <now> ORDER BY due, id LIMIT :limit) AND state = 'WAITING' AND"
                        + " leased_until <= <now> RETURNING " + ENTRY)
                .define("now", ledger.engine().nowMillis())
                .bind("holder", holder)
                .bind("lease", lease.toMillis())
                .bind("due", now.toEpochMilli())
                .bind("limit", limit)
                .map((row, context) -> row(row))
                .list()
                .stream()
                .sorted(ORDER)
                .toList();
    }

    /** All of a batch: the limit may have cut it. Its entries are leased together, so that nobody else has the rest. */
    private List<Row> whole(Handle handle, String holder, String batch, Duration lease) {
        return handle
                .createQuery("UPDATE outbox SET leased_by = :holder, leased_until = <now> + :lease WHERE batch = :batch"
                        + " AND state = 'WAITING' RETURNING " + ENTRY)
                .define("now", ledger.engine().nowMillis())
                .bind("holder", holder)
                .bind("lease", lease.toMillis())
                .bind("batch", batch)
                .map((row, context) -> row(row))
                .list()
                .stream()
                .sorted(ORDER)
                .toList();
    }

    private static void bind(Handle handle, String batch, List<Row> rows) {
        try (PreparedBatch update = handle.prepareBatch("UPDATE outbox SET batch = ? WHERE id = ?")) {
            rows.forEach(row -> update.add(batch, row.entry().id()));
            update.execute();
        }
    }

    @Override
    public boolean settle(String holder, Parcel parcel, Tries.Next next, Instant now) {
        return ledger.write(handle -> switch (next) {
            case Tries.Next.Done done ->
                handle.createUpdate("UPDATE outbox SET state = 'TOLD', told_at = :now, told_by = :holder, leased_until"
                                        + " = 0 WHERE " + HELD)
                                .bind("now", now.toEpochMilli())
                                .bind("batch", parcel.id())
                                .bind("holder", holder)
                                .execute()
                        > 0;
            case Tries.Next.Again again ->
                handle.createUpdate("UPDATE outbox SET due = :due, tries = tries + 1, reason = :reason, leased_until ="
                                        + " 0 WHERE " + HELD)
                                .bind("due", again.due().toEpochMilli())
                                .bind("reason", again.reason())
                                .bind("batch", parcel.id())
                                .bind("holder", holder)
                                .execute()
                        > 0;
            case Tries.Next.Dead dead ->
                handle.createUpdate("UPDATE outbox SET state = 'DEAD', tries = tries + 1, reason = :reason,"
                                        + " leased_until = 0 WHERE " + HELD)
                                .bind("reason", dead.reason())
                                .bind("batch", parcel.id())
                                .bind("holder", holder)
                                .execute()
                        > 0;
        });
    }

    /** Sends a dead message again, under its old id, with all tries before it. Returns how many entries it holds; 0: it is not dead. */
    public int revive(String batch, Instant now) {
        return ledger.write(handle -> revive(handle, batch, now));
    }

    /** The same inside a transaction. */
    static int revive(Handle handle, String batch, Instant now) {
        return handle.createUpdate("UPDATE outbox SET state = 'WAITING', tries = 0, due = :now, leased_until = 0 WHERE"
                        + " batch = :batch AND state = 'DEAD'")
                .bind("now", now.toEpochMilli())
                .bind("batch", batch)
                .execute();
    }

    /** What a person is to tell in person, the longest due first. */
    public List<OutboxEntry> toTell(Instant now, int limit) {
        return ledger.read(handle -> handle.createQuery("SELECT " + ENTRY + " FROM outbox WHERE state = 'WAITING' AND"
                        + " means = 'IN_PERSON' AND due <= :now ORDER BY due, id LIMIT :limit")
                .bind("now", now.toEpochMilli())
                .bind("limit", limit)
                .map((row, context) -> row(row).entry())
                .list());
    }

    /** Writes down that {@code who} told it in person; false: it is told already, or is not for a person. */
    public boolean toldInPerson(String id, String who, Instant now) {
        return ledger.write(handle -> toldInPerson(handle, id, who, now));
    }

    /** The same inside a transaction. */
    static boolean toldInPerson(Handle handle, String id, String who, Instant now) {
        return handle.createUpdate("UPDATE outbox SET state = 'TOLD', told_at = :now, told_by = :who WHERE id = :id"
                                + " AND state = 'WAITING' AND means = 'IN_PERSON'")
                        .bind("now", now.toEpochMilli())
                        .bind("who", who)
                        .bind("id", id)
                        .execute()
                > 0;
    }

    /** One line of the delivery log, inside a transaction. */
    static Optional<Delivery> find(Handle handle, String id) {
        return deliveries(handle, "id = :of", id, 1).stream().findFirst();
    }

    /**
     * A page of all lines, the oldest first, inside a transaction.
     *
     * @param state only these; empty: all
     * @param means only these; empty: all
     * @param after the last line of the page before; empty: from the beginning
     */
    static List<Delivery> page(
            Handle handle, Optional<State> state, Optional<Means> means, Optional<Delivery> after, int limit) {
        String which = "(:state = '' OR state = :state) AND (:means = '' OR means = :means) AND (created_at > :at OR"
                + " (created_at = :at AND id > :of)) ORDER BY created_at, id";
        return lines(handle, which, limit)
                .bind("state", state.map(State::name).orElse(""))
                .bind("means", means.map(Means::name).orElse(""))
                .bind(
                        "at",
                        after.map(one -> one.entry().created().toEpochMilli()).orElse(Long.MIN_VALUE))
                .bind("of", after.map(one -> one.entry().id()).orElse(""))
                .map((row, context) -> delivery(row))
                .list();
    }

    /** The delivery log of an order, a request or a problem, the oldest first; at most {@code limit} lines. */
    public List<Delivery> log(String about, int limit) {
        return ledger.read(handle -> log(handle, about, limit));
    }

    /** The same inside a transaction. */
    static List<Delivery> log(Handle handle, String about, int limit) {
        return deliveries(handle, "about = :of ORDER BY created_at, id", about, limit);
    }

    /** What stands in {@code state}, the oldest first; at most {@code limit} lines. */
    public List<Delivery> in(State state, int limit) {
        return ledger.read(handle -> deliveries(handle, "state = :of ORDER BY created_at, id", state.name(), limit));
    }

    private static List<Delivery> deliveries(Handle handle, String which, String of, int limit) {
        return lines(handle, which, limit)
                .bind("of", of)
                .map((row, context) -> delivery(row))
                .list();
    }

    private static Query lines(Handle handle, String which, int limit) {
        return handle.createQuery("SELECT " + ENTRY + ", state, reason, told_at, told_by FROM outbox WHERE " + which
                        + " LIMIT :limit")
                .bind("limit", limit);
    }

    private static Delivery delivery(ResultSet row) throws SQLException {
        long told = row.getLong("told_at");
        return new Delivery(
                row(row).entry(),
                row.getString("batch"),
                State.valueOf(row.getString("state")),
                row.getInt("tries"),
                row.getString("reason"),
                told == 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(told)),
                row.getString("told_by"));
    }

    private static Row row(ResultSet row) throws SQLException {
        OutboxEntry entry = new OutboxEntry(
                row.getString("id"),
                NoticeKind.valueOf(row.getString("kind")),
                row.getString("about"),
                Means.valueOf(row.getString("means")),
                row.getString("stakeholder"),
                row.getString("address"),
                row.getString("gather"),
                new Message(row.getString("subject"), row.getString("text")),
                facts(row.getString("facts")),
                Instant.ofEpochMilli(row.getLong("created_at")),
                Instant.ofEpochMilli(row.getLong("due")));
        return new Row(entry, row.getString("batch"), row.getInt("tries"));
    }

    private static String json(SortedMap<String, String> facts) {
        Map<String, Json> members = new TreeMap<>();
        facts.forEach((name, value) -> members.put(name, new JsonString(value)));
        return new String(CanonicalJson.encode(JsonObject.of(members)), StandardCharsets.UTF_8);
    }

    private static SortedMap<String, String> facts(String json) {
        JsonFields fields = JsonFields.of(JsonReader.parse(json.getBytes(StandardCharsets.UTF_8)), "the facts");
        SortedMap<String, String> facts = new TreeMap<>();
        fields.keys().forEach(name -> facts.put(name, fields.string(name)));
        return facts;
    }
}
