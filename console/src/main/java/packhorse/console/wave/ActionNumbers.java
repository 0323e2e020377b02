package packhorse.console.wave;

/**
 * The numbers in the names of a wave's actions. Those that deploy come first: a member of an order of one step has its own number. Then come
 * those that take back, then those that send content ahead; inside each, the steps of a member stand together.
 *
 * @param members of the wave
 * @param steps of the order
 */
public record ActionNumbers(int members, int steps) {
    /** What nine digits can name. */
    public static final int NUMBER_MAX = 999_999_999;

    /**
     * What a number stands for.
     *
     * @param member from 1, as {@link FrozenMembership#numberOf} says
     * @param step from 1
     */
    public record Job(Purpose purpose, int member, int step) {}

    public ActionNumbers {
        if (members < 1 || steps < 1 || (long) members * steps * Purpose.values().length > NUMBER_MAX) {
            throw new IllegalArgumentException("the actions of " + members + " members with " + steps
                    + " steps each cannot be numbered; make more waves, or a bundle of the releases");
        }
    }

    /** Of a wave that carries out a plan. */
    public static ActionNumbers of(Plan plan, int members) {
        return new ActionNumbers(members, plan.subjects().size());
    }

    /** The number of a job. */
    public int number(Job job) {
        if (job.member() < 1 || job.member() > members || job.step() < 1 || job.step() > steps) {
            throw new IllegalArgumentException(
                    job + " is none of a wave of " + members + " members with " + steps + " steps");
        }
        return lot(job.purpose()) * members * steps + (job.member() - 1) * steps + job.step();
    }

    /** The job of a number. */
    public Job job(int number) {
        int at = number - 1;
        for (Purpose purpose : Purpose.values()) {
            int within = at - lot(purpose) * members * steps;
            if (within >= 0 && within < members * steps) {
                return new Job(purpose, within / steps + 1, within % steps + 1);
            }
        }
        throw new IllegalArgumentException(
                "no action of a wave of " + members + " members with " + steps + " steps has the number " + number);
    }

    private static int lot(Purpose purpose) {
        return switch (purpose) {
            case DEPLOY -> 0;
            case ROLL_BACK -> 1;
            case PREPOSITION -> 2;
        };
    }
}
