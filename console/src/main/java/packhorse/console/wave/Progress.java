package packhorse.console.wave;

/**
 * Which step of an order somebody is at. A release is a step, and so is a bundle; each begins when the one before it is done.
 *
 * @param step of the last attempt, from 1
 * @param steps of the order
 * @param partly a step before this one put something in place
 */
public record Progress(int step, int steps, boolean partly) {
    /** The only step of an order. */
    public static final Progress ONLY = new Progress(1, 1, false);

    public Progress {
        if (step < 1 || step > steps) {
            throw new IllegalArgumentException("step " + step + " of " + steps + " is none");
        }
        if (partly && step == 1) {
            throw new IllegalArgumentException("nothing is before the first step");
        }
    }

    /** Whether steps follow. */
    public boolean more() {
        return step < steps;
    }
}
