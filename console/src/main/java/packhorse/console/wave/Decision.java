package packhorse.console.wave;

import packhorse.console.gate.Judgement;

/**
 * Something to be done now. It names the state that it was decided in: whoever carries it out does so only while that is still the
 * state, so carrying it out twice, or late, does nothing.
 */
public sealed interface Decision {
    /** Which deployment. */
    DeploymentId deployment();

    /** Move the deployment. */
    record Advance(DeploymentId deployment, DeploymentState seen, DeploymentMachine.Move move) implements Decision {}

    /** Keep everything from beginning. */
    record PlaceHold(DeploymentId deployment, Hold.Kind kind, String why) implements Decision {}

    /** Let it go on: what it was held for is over. */
    record LiftHold(DeploymentId deployment, Hold.Kind kind) implements Decision {}

    /** Something about one wave. */
    sealed interface OfWave extends Decision {
        WaveId wave();

        /** The wave's state when it was decided. */
        WaveState seen();

        @Override
        default DeploymentId deployment() {
            return wave().deployment();
        }
    }

    /** Fix who is in it. */
    record Freeze(WaveId wave, WaveState seen) implements OfWave {}

    /** Send the content ahead. */
    record Preposition(WaveId wave, WaveState seen) implements OfWave {}

    /** Enough of them have it. */
    record Cover(WaveId wave, WaveState seen) implements OfWave {}

    /** Make it wait for its opening. */
    record Arm(WaveId wave, WaveState seen) implements OfWave {}

    /** Dispatch the first attempt to every member, and let them begin. */
    record Activate(WaveId wave, WaveState seen) implements OfWave {}

    /** Dispatch one more attempt to each member that {@link Retry} names. */
    record TryAgain(WaveId wave, WaveState seen, long members) implements OfWave {}

    /** Dispatch the next step to each member that has done the one before: {@link Attempts#nextStep}. */
    record NextStep(WaveId wave, WaveState seen, long members) implements OfWave {}

    /** Let nobody begin any more. */
    record Drain(WaveId wave, WaveState seen, String why) implements OfWave {}

    /**
     * End what has not ended: {@link Attempts#givenUp}. Of a wave that drains that is what was deployed, of one that is over the rollbacks.
     */
    record GiveUp(WaveId wave, WaveState seen, long members) implements OfWave {}

    /** Say how it was. */
    record Judge(WaveId wave, WaveState seen, Judgement judgement) implements OfWave {}

    /** A person has to say how it was, or what now; this is what the gate says. */
    record AskPerson(WaveId wave, WaveState seen, String evidence) implements OfWave {}

    /** Dispatch the next rollback to each member that has to be taken back and waits for none: {@link Attempts#nextBack}. */
    record TakeBack(WaveId wave, WaveState seen, long members) implements OfWave {}

    /** End it. */
    record Close(WaveId wave, WaveState seen) implements OfWave {}

    /** Leave it out. */
    record Skip(WaveId wave, WaveState seen, String why) implements OfWave {}
}
