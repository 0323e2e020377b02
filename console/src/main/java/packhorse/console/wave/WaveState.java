package packhorse.console.wave;

/** Where a wave stands; {@link WaveMachine} has the table. Its verdict and its holds are other fields. */
public enum WaveState {
    DEFINED,
    FROZEN,
    PREPOSITIONING,
    PREPOSITIONED,
    ARMED,
    ACTIVE,
    DRAINING,
    JUDGED,
    CLOSED,
    SKIPPED;

    /** Whether it is the one that changes endpoints: of a deployment, one at most. */
    public boolean runs() {
        return this == ACTIVE || this == DRAINING;
    }

    public boolean isFinal() {
        return WaveMachine.TABLE.isFinal(this);
    }
}
