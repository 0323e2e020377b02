package packhorse.console.wave;

/** Where a deployment stands; {@link DeploymentMachine} has the table. A hold is another field. */
public enum DeploymentState {
    PLANNED,
    SIMULATED,
    STAGING,
    STAGED,
    READINESS,
    READY,
    NOTIFIED,
    BETA,
    BETA_EVALUATION,
    ROLLING,
    ANALYSIS,
    BACKOUT,
    RECOVERY_CHECK,
    EVALUATION,
    CLOSED,
    ABORTING;

    /** Whether a wave may begin in it. */
    public boolean runsWaves() {
        return this == BETA || this == ROLLING;
    }

    /** Whether something may be changed on endpoints in it. */
    public boolean changesEndpoints() {
        return this == BETA || this == ROLLING || this == BACKOUT;
    }

    public boolean isFinal() {
        return DeploymentMachine.TABLE.isFinal(this);
    }
}
