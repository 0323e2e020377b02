package packhorse.console.ledger;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.statement.Query;
import packhorse.core.PlainText;
import packhorse.core.message.ReportCheck;
import packhorse.core.message.StateCodec;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.state.ActionState;
import packhorse.core.state.DesiredItem;
import packhorse.core.state.Operation;
import packhorse.core.state.Recollection;
import packhorse.core.topology.EndpointId;

/**
 * Endpoints' reports, each kept once however often it comes, and where each action stands by them.
 *
 * <p><b>Problem.</b> An agent sends a report again until it is told that it is stored, by whichever tracker, to whichever console; two
 * consoles may hold the same report at the same time.
 *
 * <p><b>Algorithm.</b> A journal's reports are stored in their order and without a gap, so one number per journal says what is stored:
 * its head. A transaction takes the heads of all journals that it is about, sorted, in one statement that also locks them, leaves out
 * what is not beyond them, adds the rest and moves them on. What comes after a gap is neither stored nor acknowledged: it comes again.
 * Where the agent itself says that nothing older is kept any more, the head leaps: what is missing was acknowledged before the
 * ledger was, or its disk lost it; how many those are is counted, so that law 13 can count the rest. An action's state is that of the report stored last; an end is final, whatever comes later.
 *
 * <p><b>Cost.</b> Three statements for up to {@value #ROWS_MAX} rows each, one flush for all; many arrivals belong into one call.
 */
public final class StatusBook {
    /** PostgreSQL takes 65,535 parameters a statement, SQLite 32,766; a head has three. */
    private static final int ROWS_MAX = 1_000;
    /** As many as a tracker's own store remembers, and for the same reason. */
    private static final int CHECKS_MAX = 64;
    /** Of a line for people; longer ones were made by nobody of ours. */
    private static final int DETAIL_LENGTH_MAX = 4_096;
    /** Of a release's name, version and platform. */
    private static final int NAME_LENGTH_MAX = 256;

    /** 16 TiB for one action; half a million of them can still be added up. What says more counts nothing that we sent. */
    static final long BYTES_MAX = 1L << 44;

    private final Ledger ledger;

    public StatusBook(Ledger ledger) {
        this.ledger = ledger;
    }

    /**
     * What an endpoint said, and when it came here.
     *
     * @param reports of one journal; without any it is the question what is stored of it
     */
    public record Arrival(EndpointId endpoint, StatusReports reports, Instant received) {}

    /**
     * What the endpoint is to be told.
     *
     * @param upTo the sequence up to which it may forget
     * @param recollection of the journal, where it only asked
     */
    public record Answer(long upTo, Recollection recollection) {}

    private record Journal(String endpoint, long number) implements Comparable<Journal> {
        private static final Comparator<Journal> ORDER =
                Comparator.comparing(Journal::endpoint).thenComparingLong(Journal::number);

        static Journal of(Arrival arrival) {
            return new Journal(arrival.endpoint().toString(), arrival.reports().getJournal());
        }

        @Override
        public int compareTo(Journal other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * How far a journal has come.
     *
     * @param sequence up to which everything is stored that there was to be had
     * @param missing how many up to there were not
     */
    private record Head(long sequence, long missing) {
        static final Head NONE = new Head(0, 0);

        /** Goes on at {@code oldest}, before which nothing is to be had any more. */
        Head from(long oldest) {
            long leap = Math.max(0, oldest - 1 - sequence);
            return new Head(sequence + leap, missing + leap);
        }

        Head next() {
            return new Head(sequence + 1, missing);
        }
    }

    private record Row(Journal journal, Instant received, StatusReport report) {}

    private record Standing(String action, String endpoint) {}

    /** Stores what is new in all of them, for good, in one transaction; the answers are in the arrivals' order. */
    public List<Answer> store(List<Arrival> arrivals) {
        return ledger.write(handle -> store(handle, arrivals)).answers();
    }

    /** The same inside the transaction of whoever acts on what is new. */
    static Statuses.Kept store(Handle handle, List<Arrival> arrivals) {
        Map<Journal, Head> heads = lockedHeads(handle, arrivals);
        Map<Journal, Head> before = Map.copyOf(heads);
        List<Row> fresh = new ArrayList<>();
        List<Long> upTo = new ArrayList<>();
        for (Arrival arrival : arrivals) {
            upTo.add(take(arrival, heads, fresh));
        }
        add(handle, fresh);
        moveHeads(handle, heads, before);
        stand(handle, fresh);
        List<Answer> answers = new ArrayList<>();
        for (int i = 0; i < arrivals.size(); i++) {
            Arrival arrival = arrivals.get(i);
            boolean question = arrival.reports().getReportsCount() == 0;
            answers.add(new Answer(upTo.get(i), question ? recollect(handle, Journal.of(arrival)) : Recollection.NONE));
        }
        return new Statuses.Kept(
                answers,
                fresh.stream()
                        .map(row -> new Statuses.Fresh(
                                EndpointId.parse(row.journal().endpoint()), row.received(), row.report()))
                        .toList());
    }

    private static Map<Journal, Head> lockedHeads(Handle handle, List<Arrival> arrivals) {
        List<Journal> journals =
                arrivals.stream().map(Journal::of).distinct().sorted().toList();
        Map<Journal, Head> heads = new TreeMap<>();
        for (int from = 0; from < journals.size(); from += ROWS_MAX) {
            List<Journal> some = journals.subList(from, Math.min(journals.size(), from + ROWS_MAX));
            // An update that changes nothing: it locks the row until the transaction ends, and says what is in it.
            Query query = handle.createQuery("INSERT INTO report_head (endpoint, journal, sequence) VALUES "
                    + String.join(", ", Collections.nCopies(some.size(), "(?, ?, 0)"))
                    + " ON CONFLICT (endpoint, journal) DO UPDATE SET sequence = report_head.sequence"
                    + " RETURNING endpoint, journal, sequence, missing");
            for (int i = 0; i < some.size(); i++) {
                query.bind(2 * i, some.get(i).endpoint())
                        .bind(2 * i + 1, some.get(i).number());
            }
            query.map((row, context) -> Map.entry(
                            new Journal(row.getString(1), row.getLong(2)), new Head(row.getLong(3), row.getLong(4))))
                    .forEach(head -> heads.put(head.getKey(), head.getValue()));
        }
        return heads;
    }

    private static long take(Arrival arrival, Map<Journal, Head> heads, List<Row> fresh) {
        Journal journal = Journal.of(arrival);
        // Sequences begin at 1; what says another is no report of ours.
        List<StatusReport> reports = arrival.reports().getReportsList().stream()
                .filter(report -> report.getSequence() >= 1)
                .sorted(Comparator.comparingLong(StatusReport::getSequence))
                .toList();
        long oldest = arrival.reports().getOldest() != 0 || reports.isEmpty()
                ? Math.max(1, arrival.reports().getOldest())
                : reports.getFirst().getSequence();
        Head head = heads.getOrDefault(journal, Head.NONE).from(oldest);
        for (StatusReport report : reports) {
            if (report.getSequence() == head.sequence() + 1) {
                fresh.add(new Row(journal, arrival.received(), report));
                head = head.next();
            }
        }
        heads.put(journal, head);
        return head.sequence();
    }

    private static void add(Handle handle, List<Row> fresh) {
        if (fresh.isEmpty()) {
            return;
        }
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO status (endpoint, journal, sequence, received_at, at, action, name, version, platform,"
                        + " bundle, operation, state, detail, code, code_class, bytes_wan, bytes_lan, desired_revision)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")) {
            for (Row row : fresh) {
                StatusReport report = row.report();
                bulk.add(
                        row.journal().endpoint(),
                        row.journal().number(),
                        report.getSequence(),
                        row.received().toEpochMilli(),
                        report.getAtMillis(),
                        action(report),
                        kept(report.getSubject().getName(), NAME_LENGTH_MAX),
                        kept(report.getSubject().getVersion(), NAME_LENGTH_MAX),
                        kept(report.getSubject().getPlatform(), NAME_LENGTH_MAX),
                        report.getSubject().getBundle() ? 1 : 0,
                        report.getOperationValue(),
                        report.getState(),
                        kept(report.getDetail(), DETAIL_LENGTH_MAX),
                        report.getCode(),
                        report.getCodeClass(),
                        bytes(report.getBytesWan()),
                        bytes(report.getBytesLan()),
                        report.getDesiredRevision());
            }
            bulk.flush();
        }
    }

    private static String action(StatusReport report) {
        return kept(report.getAction(), DesiredItem.ACTION_LENGTH_MAX);
    }

    /** An endpoint's word that is fit for either database; one endpoint's strange report must not stop the others'. */
    private static String kept(String text, int lengthMax) {
        String plain = PlainText.line(text);
        return plain.length() <= lengthMax ? plain : plain.substring(0, plain.offsetByCodePoints(0, lengthMax / 2));
    }

    /** A count that can be added up; older ledgers have others, too. */
    static long bytes(long said) {
        return Math.clamp(said, 0, BYTES_MAX);
    }

    private static void moveHeads(Handle handle, Map<Journal, Head> heads, Map<Journal, Head> before) {
        try (Bulk bulk = new Bulk(
                handle, "UPDATE report_head SET sequence = ?, missing = ? WHERE endpoint = ? AND journal = ?")) {
            heads.forEach((journal, head) -> {
                if (!head.equals(before.get(journal))) {
                    bulk.add(head.sequence(), head.missing(), journal.endpoint(), journal.number());
                }
            });
            bulk.flush();
        }
    }

    /** An action's last state among these, or the first that ends it. */
    private static Collection<Row> last(List<Row> fresh) {
        Map<Standing, Row> last = new LinkedHashMap<>();
        for (Row row : fresh) {
            if (known(row.report())) {
                last.merge(
                        new Standing(action(row.report()), row.journal().endpoint()),
                        row,
                        (one, other) -> ends(one.report()) ? one : other);
            }
        }
        return last.values();
    }

    /** A newer agent may say a state that is not known here; it is kept, and stands for nothing. */
    private static boolean known(StatusReport report) {
        try {
            ActionState.of(report.getState());
            StateCodec.read(report.getOperation());
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean ends(StatusReport report) {
        Operation operation = StateCodec.read(report.getOperation());
        return ActionState.of(report.getState()).ends(operation);
    }

    private static void stand(Handle handle, List<Row> fresh) {
        Collection<Row> last = last(fresh);
        if (last.isEmpty()) {
            return;
        }
        try (Bulk bulk = new Bulk(
                handle,
                "INSERT INTO action_now (action, endpoint, operation, state, ended, code, code_class, since,"
                        + " bytes_wan, bytes_lan) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (action, endpoint) DO"
                        + " UPDATE SET state = excluded.state, ended = excluded.ended, code = excluded.code, code_class ="
                        + " excluded.code_class, since = excluded.since, bytes_wan = excluded.bytes_wan, bytes_lan ="
                        + " excluded.bytes_lan WHERE action_now.ended = 0")) {
            for (Row row : last) {
                StatusReport report = row.report();
                bulk.add(
                        action(report),
                        row.journal().endpoint(),
                        report.getOperationValue(),
                        report.getState(),
                        ends(report) ? 1 : 0,
                        report.getCode(),
                        report.getCodeClass(),
                        report.getAtMillis(),
                        bytes(report.getBytesWan()),
                        bytes(report.getBytesLan()));
            }
            bulk.flush();
        }
    }

    private static Recollection recollect(Handle handle, Journal journal) {
        Map<Long, Integer> checks = new HashMap<>();
        handle.createQuery("SELECT sequence, at, state, action FROM status WHERE endpoint = ? AND journal = ?"
                        + " ORDER BY sequence DESC LIMIT " + CHECKS_MAX)
                .bind(0, journal.endpoint())
                .bind(1, journal.number())
                .map((row, context) -> StatusReport.newBuilder()
                        .setSequence(row.getLong(1))
                        .setAtMillis(row.getLong(2))
                        .setState(row.getInt(3))
                        .setAction(row.getString(4))
                        .build())
                .forEach(report -> checks.put(report.getSequence(), ReportCheck.of(report)));
        long last = checks.keySet().stream().mapToLong(Long::longValue).max().orElse(0);
        List<Integer> row = new ArrayList<>();
        for (long sequence = last; checks.containsKey(sequence); sequence--) {
            row.add(checks.get(sequence));
        }
        Collections.reverse(row);
        return new Recollection(last, row);
    }

    /** How many endpoints have which state in an action. */
    public Map<ActionState, Long> tally(String action) {
        return ledger.read(handle -> {
            Map<ActionState, Long> tally = new TreeMap<>();
            handle.createQuery("SELECT state, count(*) FROM action_now WHERE action = ? GROUP BY state")
                    .bind(0, action)
                    .map((row, context) -> Map.entry(ActionState.of(row.getInt(1)), row.getLong(2)))
                    .forEach(state -> tally.put(state.getKey(), state.getValue()));
            return tally;
        });
    }

    /** Where an action of one endpoint stands. */
    public Optional<ActionState> state(EndpointId endpoint, String action) {
        return ledger.read(
                handle -> handle.createQuery("SELECT state FROM action_now WHERE action = ? AND endpoint = ?")
                        .bind(0, action)
                        .bind(1, endpoint.toString())
                        .map((row, context) -> ActionState.of(row.getInt(1)))
                        .findOne());
    }

    /** How many reports are stored. */
    public long count() {
        return ledger.read(handle -> handle.createQuery("SELECT count(*) FROM status")
                .mapTo(Long.class)
                .one());
    }
}
