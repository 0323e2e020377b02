package packhorse.core.state;

/**
 * Where an action stands. The path of one that goes well, and where it may end instead:
 *
 * <pre>
 *   of every operation but DELETE:  QUEUED → OFFERED → ACCEPTED → …
 *   DISTRIBUTE        … FETCHING → STAGED
 *   INSTALL, UPDATE   … FETCHING → STAGED → PRECHECK → PREPARED → (WAITING) → APPLYING → APPLIED → ACTIVATING → VERIFYING
 *                       → COMMITTABLE, or where the order commits at once → COMMITTING → COMMITTED
 *   ACTIVATE          … PRECHECK → PREPARED → (WAITING) → ACTIVATING → VERIFYING → COMMITTABLE
 *   COMMIT            … (WAITING) → COMMITTING → COMMITTED
 *   ROLLBACK          … (WAITING) → UNDOING → UNDONE
 *   REMOVE            … PRECHECK → PREPARED → (WAITING) → APPLYING → APPLIED → VERIFYING → COMMITTING → COMMITTED
 *   DELETE            ACCEPTED → (WAITING) → DELETED
 *
 *   from any of these that is no end: FAILED, REFUSED, TIMED_OUT, CANCELLED, SUPERSEDED, NOT_APPLICABLE, ALREADY_AT_TARGET,
 *     DECLINED, UNREACHABLE
 *   from APPLYING on, where something goes wrong or nobody wants it any more: UNDOING, and once everything is back FAILED,
 *     TIMED_OUT, CANCELLED or SUPERSEDED; UNDO_FAILED where it is not
 * </pre>
 *
 * <p>States that nothing is to be said of may be left out. A state that ends an action is final: a retry is a new attempt with a
 * new name. COMMITTABLE is such an end, so an action that commits at once does not report it and goes from VERIFYING to COMMITTING.
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
        return terminal
                || switch (operation) {
                    case DISTRIBUTE -> this == STAGED;
                    case INSTALL, UPDATE, ACTIVATE -> this == COMMITTABLE;
                    case COMMIT, ROLLBACK, REMOVE, DELETE -> false;
                };
    }

    /** Whether an action of this operation ended here as it should. */
    public boolean succeeded(Operation operation) {
        return this == ALREADY_AT_TARGET
                || switch (operation) {
                    case DISTRIBUTE -> this == STAGED;
                    case INSTALL, UPDATE, ACTIVATE -> this == COMMITTABLE || this == COMMITTED;
                    case COMMIT, REMOVE -> this == COMMITTED;
                    case ROLLBACK -> this == UNDONE;
                    case DELETE -> this == DELETED;
                };
    }

    /** Whether what is in place on the machine is being changed, or may have been. */
    public boolean changes() {
        return switch (this) {
            case APPLYING,
                    APPLIED,
                    ACTIVATING,
                    VERIFYING,
                    COMMITTABLE,
                    COMMITTING,
                    COMMITTED,
                    UNDOING,
                    UNDONE,
                    UNDO_FAILED -> true;
            case QUEUED,
                    OFFERED,
                    ACCEPTED,
                    FETCHING,
                    STAGED,
                    WAITING,
                    PRECHECK,
                    PREPARED,
                    FAILED,
                    NOT_APPLICABLE,
                    ALREADY_AT_TARGET,
                    REFUSED,
                    DECLINED,
                    TIMED_OUT,
                    UNREACHABLE,
                    CANCELLED,
                    SUPERSEDED,
                    DELETED -> false;
        };
    }

    /** Whether an action that was in the state {@code before} may come to this one next. */
    public boolean mayFollow(ActionState before) {
        if (before.terminal || before == this) {
            return false;
        }
        if (terminal || this == UNDOING) {
            return true;
        }
        return switch (before) {
            case UNDOING -> false;
            // What waits may have waited already before it was looked at.
            case PRECHECK, PREPARED -> this == WAITING || number > before.number;
            default -> number > before.number;
        };
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
