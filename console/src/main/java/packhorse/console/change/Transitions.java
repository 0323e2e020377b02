package packhorse.console.change;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The table of a state machine: from where, by which move, to where, by whom. What a row says is necessary, never enough: a machine
 * adds its guards, such as a quorum or an empty list of open items.
 *
 * @param <S> the states
 * @param <M> the moves
 */
public final class Transitions<S extends Enum<S>, M extends Enum<M>> {
    /** One row. */
    public record Row<S, M>(S from, M move, S to, Who who) {
        /** As the Javadoc of a machine writes it, in one space each. */
        @Override
        public String toString() {
            return from + " " + move + " " + to + " " + who;
        }
    }

    private final List<Row<S, M>> rows;
    /** From where rows lead. */
    private final Set<S> left;

    /** Without a row. */
    public Transitions() {
        this(List.of());
    }

    private Transitions(List<Row<S, M>> rows) {
        this.rows = List.copyOf(rows);
        this.left = rows.stream().map(Row::from).collect(Collectors.toUnmodifiableSet());
    }

    /** The same table with one row more; a move leads from a state to one state only. */
    public Transitions<S, M> row(S from, M move, S to, Who who) {
        if (find(from, move).isPresent()) {
            throw new IllegalArgumentException("two rows for " + from + " " + move);
        }
        List<Row<S, M>> more = new ArrayList<>(rows);
        more.add(new Row<>(from, move, to, who));
        return new Transitions<>(more);
    }

    /** In the table's order. */
    public List<Row<S, M>> rows() {
        return rows;
    }

    /** Where a move leads, if it exists from there. */
    public Optional<Row<S, M>> find(S from, M move) {
        return rows.stream()
                .filter(row -> row.from() == from && row.move() == move)
                .findFirst();
    }

    /** Whether nothing follows. */
    public boolean isFinal(S state) {
        return !left.contains(state);
    }

    /** The moves that a role of {@code actor} has from here; a guard may still say no. */
    public List<M> movesOf(S from, Actor actor) {
        return rows.stream()
                .filter(row -> row.from() == from && row.who().includes(actor))
                .map(Row::move)
                .toList();
    }

    /** Where the move leads, or in one line why the table refuses it. */
    public Outcome<S> step(String subject, S from, M move, Actor actor) {
        Optional<Row<S, M>> found = find(from, move);
        if (found.isEmpty()) {
            return Outcome.rejected(
                    isFinal(from)
                            ? subject + " is " + from + ", which is final: " + move + " is not possible any more"
                            : subject + " is " + from + ": " + move + " is not possible; possible are "
                                    + rows.stream()
                                            .filter(row -> row.from() == from)
                                            .map(row -> row.move().name())
                                            .collect(Collectors.joining(", ")));
        }
        Row<S, M> row = found.get();
        if (!row.who().includes(actor)) {
            return Outcome.forbidden(subject + ": " + move + " is for " + row.who() + "; " + actor.name() + " is none");
        }
        return Outcome.moved(row.to());
    }
}
