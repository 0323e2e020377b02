package packhorse.console.change;

import java.util.Optional;

/** Where a change order stands; {@link OrderMachine} has the table. What holds it up, and how its waves were judged, are other fields. */
public enum OrderState {
    PLANNING,
    BUILDING,
    TEST,
    /** Waiting for client and board to sign. */
    PLAN_APPROVAL,
    PRODUCTION,
    CLOSING,
    CLOSED,
    CANCELLED;

    /** Whether nothing follows. */
    public boolean isFinal() {
        return OrderMachine.TABLE.isFinal(this);
    }

    /** The stage that is at work. */
    public Optional<Stage> stage() {
        return switch (this) {
            case BUILDING -> Optional.of(Stage.BUILDING);
            case TEST -> Optional.of(Stage.TEST);
            case PRODUCTION -> Optional.of(Stage.PRODUCTION);
            case PLANNING, PLAN_APPROVAL, CLOSING, CLOSED, CANCELLED -> Optional.empty();
        };
    }
}
