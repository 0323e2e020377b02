package packhorse.dist.demo;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * What is done to one process at one moment of a round. Harms come in pairs, one that hurts and one that mends; pairs of one
 * process may overlap, so a mend may find nothing to mend.
 *
 * @param atMillis from the start of its part of the round
 * @param target whose process
 * @param deed what happens to it
 */
record Harm(long atMillis, Target target, Deed deed) {
    /** Shorter than this and the process has not noticed; the watchdogs' limits (5 s and 10 s) lie inside the range. */
    private static final int FROZEN_MILLIS_MIN = 200;

    private static final int FROZEN_MILLIS_MAX = 7_000;

    /** A supervisor that starts a dead process again does it at once or after a pause. */
    private static final int DEAD_MILLIS_MAX = 3_000;

    /** The processes that are hurt. */
    enum Target {
        AGENT,
        SWARM,
        TRACKER,
        INSTALLER
    }

    /** Two ways to hurt, and what mends each. */
    enum Deed {
        KILL,
        START,
        FREEZE,
        THAW
    }

    /**
     * Harms at random moments within {@code spanMillis}, in the order of time; as many as {@code pairs} and their mends, of one of the
     * {@code targets} each.
     */
    static List<Harm> draw(RandomGenerator random, List<Target> targets, int pairs, int spanMillis) {
        List<Harm> harms = new ArrayList<>();
        for (int i = 0; i < pairs; i++) {
            Target target = targets.get(random.nextInt(targets.size()));
            long at = random.nextInt(spanMillis);
            if (random.nextBoolean()) {
                harms.add(new Harm(at, target, Deed.KILL));
                harms.add(new Harm(at + random.nextInt(DEAD_MILLIS_MAX), target, Deed.START));
            } else {
                harms.add(new Harm(at, target, Deed.FREEZE));
                harms.add(new Harm(at + random.nextInt(FROZEN_MILLIS_MIN, FROZEN_MILLIS_MAX), target, Deed.THAW));
            }
        }
        // Stable, so that a process that is hurt and mended at the same moment is hurt first.
        harms.sort(Comparator.comparingLong(Harm::atMillis));
        return harms;
    }

    @Override
    public String toString() {
        return atMillis + " ms " + deed + " " + target;
    }
}
