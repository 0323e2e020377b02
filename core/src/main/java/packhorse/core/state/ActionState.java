package packhorse.core.state;

/**
 * Where an action stands. The path of one that goes well, and where it may end instead:
 *
 * <pre>
 *   QUEUED → OFFERED → ACCEPTED → FETCHING → STAGED → WAITING → PRECHECK → PREPARED → APPLYING → APPLIED → ACTIVATING
 *     → VERIFYING → COMMITTABLE → COMMITTING → COMMITTED
 *   from any of these but COMMITTED: FAILED, REFUSED, TIMED_OUT, CANCELLED, SUPERSEDED, NOT_APPLICABLE, ALREADY_AT_TARGET,
 *     DECLINED, UNREACHABLE
 *   from APPLYING to COMMITTABLE: UNDOING → UNDONE or UNDO_FAILED
 *   of a delete: ACCEPTED → DELETED
 * </pre>
 *
 * <p>For a distribution STAGED is the end. A terminal state is final: a retry is a new attempt with a new name.
 */
public enum ActionState {
    QUEUED(1, false),
    OFFERED(2, false),
    ACCEPTED(3, false),
    FETCHING(4, false),
    STAGED(5, false),
    WAITING(6, false),
    PRECHECK(7, false),
    PREPARED(8, false),
    APPLYING(9, false),
    APPLIED(10, false),
    ACTIVATING(11, false),
    VERIFYING(12, false),
    COMMITTABLE(13, false),
    COMMITTING(14, false),
    COMMITTED(15, true),
    FAILED(16, true),
    UNDOING(17, false),
    UNDONE(18, true),
    UNDO_FAILED(19, true),
    NOT_APPLICABLE(20, true),
    ALREADY_AT_TARGET(21, true),
    REFUSED(22, true),
    DECLINED(23, true),
    TIMED_OUT(24, true),
    UNREACHABLE(25, true),
    CANCELLED(26, true),
    SUPERSEDED(27, true),
    DELETED(28, true);

    private final int number;
    private final boolean terminal;

    ActionState(int number, boolean terminal) {
        this.number = number;
        this.terminal = terminal;
    }

    /** On the wire and on disk; never reused. */
    public int number() {
        return number;
    }

    /** Whether nothing follows, whatever the operation. */
    public boolean isTerminal() {
        return terminal;
    }

    /** Whether an action of this operation ends here. */
    public boolean ends(Operation operation) {
        return terminal || (this == STAGED && operation == Operation.DISTRIBUTE);
    }

    /** @throws IllegalArgumentException for a number that this version does not know */
    public static ActionState of(int number) {
        for (ActionState state : values()) {
            if (state.number == number) {
                return state;
            }
        }
        throw new IllegalArgumentException("no action state has the number " + number);
    }
}
