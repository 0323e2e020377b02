package packhorse.console.change;

/** Where a change request stands; {@link RequestMachine} has the table. */
public enum RequestState {
    DRAFT,
    SUBMITTED,
    ASSESSED,
    APPROVED,
    REJECTED,
    /** With its requester again, for what was missing; the clock stops. */
    RETURNED,
    WITHDRAWN,
    /** Nobody went on with it in time. */
    LAPSED,
    /** An order does it. */
    ORDERED,
    CLOSED;

    /** Whether nothing follows. */
    public boolean isFinal() {
        return RequestMachine.TABLE.isFinal(this);
    }
}
