package packhorse.console.change;

/** Where a problem record stands; {@link ProblemMachine} has the table. */
public enum ProblemState {
    OPEN,
    ASSIGNED,
    /** With another team. */
    TRANSFERRED,
    RESOLVED,
    CLOSED;

    /** Whether nothing follows. */
    public boolean isFinal() {
        return ProblemMachine.TABLE.isFinal(this);
    }
}
