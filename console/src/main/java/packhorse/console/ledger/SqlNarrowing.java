package packhorse.console.ledger;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import packhorse.console.fleet.Narrowing;
import packhorse.console.fleet.Narrowing.Column;
import packhorse.console.fleet.Narrowing.Compared;
import packhorse.console.fleet.Operand;
import packhorse.console.fleet.Operator;

/**
 * A narrowing as a condition on rows {@code e} of the table of endpoints.
 *
 * <p>Databases compare texts without regard to case each in a way of its own, so none is asked to: what is compared was put into lower case by us when it was
 * written, or the texts that there are (a site's or a label's few) are held against the comparison here, and the condition names those that fit.
 *
 * <p>What would be too long for a statement leaves anybody; then the condition is not exact.
 */
final class SqlNarrowing {
    /** Values in one condition, all together; SQLite takes 32,766 a statement, and whoever names more wants most of the fleet anyway. */
    private static final int VALUES_MAX = 5_000;

    /** Comparisons in one condition; SQLite nests them, a thousand deep at most. */
    private static final int COMPARISONS_MAX = 200;

    /** Sites and values of one label that are looked through here. */
    private static final int TEXTS_MAX = 10_000;

    /** Up to so many are looked up from their trait; of more, each endpoint that comes up is looked at. */
    private static final int FEW = 2_000;

    private static final Condition ANYBODY = new Condition("1 = 1", List.of(), false);

    private final Handle handle;
    private final Instant now;
    private int comparisons;
    private int values;

    private SqlNarrowing(Handle handle, Instant now) {
        this.handle = handle;
        this.now = now;
    }

    /**
     * A condition.
     *
     * @param exact whether each row that it leaves fits what it was made of
     */
    record Condition(String sql, List<Object> values, boolean exact) {
        Condition {
            values = List.copyOf(values);
        }

        /** Whether it leaves everybody. */
        boolean isOpen() {
            return sql.equals(ANYBODY.sql());
        }

        private Condition not() {
            return exact ? new Condition("NOT " + sql, values, true) : ANYBODY;
        }
    }

    static Condition of(Handle handle, Narrowing narrowing, Instant now) {
        return new SqlNarrowing(handle, now).condition(narrowing);
    }

    private Condition condition(Narrowing narrowing) {
        return switch (narrowing) {
            case Narrowing.Anybody anybody -> ANYBODY;
            case Narrowing.All(List<Narrowing> parts) -> all(parts);
            case Narrowing.AnyOf(List<Narrowing> parts) -> anyOf(parts);
            case Narrowing.Listed(var endpoints) ->
                bounded(
                        () -> in(
                                "e.endpoint",
                                endpoints.stream().map(Object::toString).toList()),
                        endpoints.size());
            case Compared compared -> comparisons++ < COMPARISONS_MAX ? compared(compared) : ANYBODY;
        };
    }

    private Condition all(List<Narrowing> parts) {
        List<Condition> conditions = parts.stream().map(this::condition).toList();
        List<Condition> closed =
                conditions.stream().filter(one -> !one.isOpen()).toList();
        return closed.isEmpty()
                ? ANYBODY
                : joined(closed, " AND ", conditions.stream().allMatch(Condition::exact));
    }

    private Condition anyOf(List<Narrowing> parts) {
        List<Condition> conditions = parts.stream().map(this::condition).toList();
        if (conditions.isEmpty()) {
            return new Condition("1 = 0", List.of(), true);
        }
        return conditions.stream().anyMatch(Condition::isOpen)
                ? ANYBODY
                : joined(conditions, " OR ", conditions.stream().allMatch(Condition::exact));
    }

    private static Condition joined(List<Condition> parts, String by, boolean exact) {
        return new Condition(
                parts.stream().map(Condition::sql).collect(Collectors.joining(by, "(", ")")),
                parts.stream().flatMap(one -> one.values().stream()).toList(),
                exact);
    }

    private interface Making {
        Condition make();
    }

    private Condition bounded(Making making, int more) {
        if (values + more > VALUES_MAX) {
            return ANYBODY;
        }
        values += more;
        return making.make();
    }

    private static Condition in(String column, List<String> texts) {
        return texts.isEmpty()
                ? new Condition("1 = 0", List.of(), true)
                : new Condition(column + " IN (" + WaveScope.marks(texts.size()) + ")", List.copyOf(texts), true);
    }

    private Condition compared(Compared compared) {
        return switch (compared.column()) {
            case ID -> id(compared);
            case NAME -> trait(compared, SqlTraits.NAME);
            case LABEL -> trait(compared, SqlTraits.LABEL_DOT + compared.label());
            case SITE -> site(compared);
            case ONLINE -> online(compared);
            case LAST_SEEN -> lastSeen(compared);
        };
    }

    private static boolean denies(Compared compared) {
        Operator operator = compared.comparison().operator();
        return operator == Operator.NOT_EQUAL || operator == Operator.NONE_OF;
    }

    /** The texts that are asked for, where each is one and not a pattern of several. */
    private static Optional<List<String>> literals(Compared compared) {
        List<String> literals = new ArrayList<>();
        for (Operand operand : compared.comparison().operands()) {
            Optional<String> literal = operand instanceof Operand.Pattern pattern
                    ? pattern.glob().literal().filter(text -> text.length() < SqlTraits.CHARS_MAX)
                    : Optional.empty();
            if (literal.isEmpty()) {
                return Optional.empty();
            }
            literals.add(literal.get());
        }
        return Optional.of(literals.stream().distinct().toList());
    }

    private static boolean asksForAny(Compared compared) {
        return compared.comparison().operands().stream().anyMatch(Operand.Any.class::isInstance);
    }

    private Condition id(Compared compared) {
        Condition wanted = literals(compared)
                .map(ids -> bounded(() -> in("e.endpoint", ids), ids.size()))
                .orElse(ANYBODY);
        return denies(compared) ? wanted.not() : wanted;
    }

    private Condition site(Compared compared) {
        List<String> sites = handle.createQuery(
                        "WITH RECURSIVE known (site) AS (SELECT min(site) FROM endpoint WHERE retired = 0 UNION ALL"
                                + " SELECT (SELECT min(o.site) FROM endpoint o WHERE o.retired = 0 AND o.site >"
                                + " known.site) FROM known WHERE known.site IS NOT NULL) SELECT site FROM known WHERE"
                                + " site IS NOT NULL LIMIT :limit")
                .bind("limit", TEXTS_MAX + 1)
                .mapTo(String.class)
                .list();
        return split("e.site", sites, site -> compared.holds(site, now));
    }

    /** Names the fewer of those that fit and those that do not. */
    private Condition split(String column, List<String> texts, Predicate<String> fits) {
        if (texts.size() > TEXTS_MAX) {
            return ANYBODY;
        }
        List<String> good = texts.stream().filter(fits).toList();
        List<String> bad = texts.stream().filter(fits.negate()).toList();
        return good.size() <= bad.size()
                ? bounded(() -> in(column, good), good.size())
                : bounded(() -> in(column, bad).not(), bad.size());
    }

    // ---- what has rows of its own

    private Condition trait(Compared compared, String trait) {
        Condition wanted = asksForAny(compared)
                ? having(trait, new Condition("1 = 1", List.of(), true))
                : literals(compared)
                        .map(texts -> bounded(() -> having(trait, in("t.value", texts)), texts.size()))
                        .orElseGet(() -> patterns(compared, trait));
        return denies(compared) ? wanted.not() : wanted;
    }

    /** The values that there are, held against the patterns; where they are too many, what values begin with. */
    private Condition patterns(Compared compared, String trait) {
        List<String> texts = compared.column() == Column.NAME ? List.of() : values(trait);
        if (compared.column() == Column.NAME
                || texts.size() > TEXTS_MAX
                || texts.stream().anyMatch(text -> text.length() == SqlTraits.CHARS_MAX)) {
            return beginnings(compared, trait);
        }
        Predicate<String> fits = text -> compared.holds(text, now) != denies(compared);
        List<String> good = texts.stream().filter(fits).toList();
        return bounded(() -> having(trait, in("t.value", good)), good.size());
    }

    private List<String> values(String trait) {
        return handle.createQuery(
                        "WITH RECURSIVE known (value) AS (SELECT min(value) FROM endpoint_trait WHERE trait = :trait"
                                + " UNION ALL SELECT (SELECT min(o.value) FROM endpoint_trait o WHERE o.trait = :trait"
                                + " AND o.value > known.value) FROM known WHERE known.value IS NOT NULL) SELECT value"
                                + " FROM known WHERE value IS NOT NULL LIMIT :limit")
                .bind("trait", trait)
                .bind("limit", TEXTS_MAX + 1)
                .mapTo(String.class)
                .list();
    }

    private Condition beginnings(Compared compared, String trait) {
        List<String> ranges = new ArrayList<>();
        List<Object> bounds = new ArrayList<>();
        for (Operand operand : compared.comparison().operands()) {
            String begin = operand instanceof Operand.Pattern pattern
                    ? pattern.glob().pieces().getFirst()
                    : "";
            // Only of these is it certain which text comes next in either database's order.
            if (begin.isEmpty() || begin.length() >= SqlTraits.CHARS_MAX || begin.charAt(begin.length() - 1) >= '~') {
                return ANYBODY;
            }
            ranges.add("(t.value >= ? AND t.value < ?)");
            bounds.add(begin);
            bounds.add(begin.substring(0, begin.length() - 1) + (char) (begin.charAt(begin.length() - 1) + 1));
        }
        return bounded(
                () -> having(trait, new Condition("(" + String.join(" OR ", ranges) + ")", bounds, false)),
                bounds.size());
    }

    private Condition having(String trait, Condition value) {
        List<Object> all = new ArrayList<>();
        all.add(trait);
        all.addAll(value.values());
        String from = "FROM endpoint_trait t WHERE t.trait = ? AND " + value.sql();
        int found = WaveScope.bound(
                        handle.createQuery(
                                "SELECT count(*) FROM (SELECT 1 " + from + " LIMIT " + (FEW + 1) + ") AS found"),
                        0,
                        all)
                .mapTo(Integer.class)
                .one();
        String sql = found <= FEW
                ? "e.endpoint IN (SELECT t.endpoint " + from + ")"
                : "EXISTS (SELECT 1 " + from + " AND t.endpoint = e.endpoint)";
        return new Condition(sql, all, value.exact());
    }

    // ---- what trackers say

    private Condition online(Compared compared) {
        boolean here = compared.holds(true, now);
        boolean away = compared.holds(false, now);
        return new Condition(
                here && away ? "e.retired = 0" : here ? "e.tracker <> ''" : away ? "e.tracker = ''" : "1 = 0",
                List.of(),
                true);
    }

    private Condition lastSeen(Compared compared) {
        List<String> sql = new ArrayList<>();
        List<Object> bounds = new ArrayList<>();
        for (Operand operand : compared.comparison().operands()) {
            if (operand instanceof Operand.Moment moment) {
                long from = millis(moment.from(now));
                long behind = Math.max(millis(moment.to(now)), isWhole(moment.from(now)) ? from + 1 : from);
                switch (compared.comparison().operator()) {
                    case EQUAL, NOT_EQUAL, ONE_OF, NONE_OF -> {
                        sql.add("(e.seen_at >= ? AND e.seen_at < ?)");
                        bounds.add(from);
                        bounds.add(behind);
                    }
                    case GREATER -> add(sql, bounds, "e.seen_at >= ?", behind);
                    case AT_LEAST -> add(sql, bounds, "e.seen_at >= ?", from);
                    case LESS -> add(sql, bounds, "e.seen_at < ?", from);
                    case AT_MOST -> add(sql, bounds, "e.seen_at < ?", behind);
                }
            } else {
                sql.add("1 = 1");
            }
        }
        return bounded(
                () -> {
                    Condition wanted =
                            new Condition("(e.seen_at <> 0 AND (" + String.join(" OR ", sql) + "))", bounds, true);
                    return denies(compared) ? wanted.not() : wanted;
                },
                bounds.size());
    }

    private static void add(List<String> sql, List<Object> bounds, String condition, long bound) {
        sql.add(condition);
        bounds.add(bound);
    }

    /** The first whole millisecond at or after it. */
    private static long millis(Instant at) {
        return at.plus(Duration.ofMillis(1).minusNanos(1)).toEpochMilli();
    }

    private static boolean isWhole(Instant at) {
        return at.equals(at.truncatedTo(ChronoUnit.MILLIS));
    }
}
