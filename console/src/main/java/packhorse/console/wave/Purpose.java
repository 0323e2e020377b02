package packhorse.console.wave;

/** What an action of a wave is dispatched for. */
public enum Purpose {
    /** The step of the order itself. */
    DEPLOY,
    /** Taking that step back. */
    ROLL_BACK,
    /** Sending its content ahead. */
    PREPOSITION
}
