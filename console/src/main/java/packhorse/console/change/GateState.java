package packhorse.console.change;

/** How far a stage's gate is; {@link StageGateMachine} has the table. */
public enum GateState {
    /** Neither feasibility nor resources. */
    WAITING,
    /** Technically feasible; resources open. */
    FEASIBLE,
    /** Resources confirmed; feasibility open. */
    RESOURCED,
    /** Both; somebody has to say go. */
    COMPLETE,
    /** Returned with remarks. */
    RETURNED,
    /** Open: the stage may work. */
    PROCEEDING;

    /** Whether nothing follows. */
    public boolean isFinal() {
        return StageGateMachine.TABLE.isFinal(this);
    }
}
