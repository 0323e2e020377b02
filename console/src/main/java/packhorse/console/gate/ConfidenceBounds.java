package packhorse.console.gate;

/**
 * Exact bounds for a rate from a count: Clopper and Pearson's, each used one-sided.
 *
 * <p>The upper bound is the largest rate under which so few would still be seen with probability 1 − confidence; it never covers less
 * often than it says, whatever the true rate, at the price of covering a little more often. Approximations by the normal distribution
 * fail just where gates decide: few machines, no failures.
 *
 * <p>Where endpoints of one site fail together, n reports say less than n: {@link Clustering} turns them into the number of
 * independent ones that would say as much, and the same bounds are taken at those, which need not be whole (reference 2).
 *
 * <p>[1] C. J. Clopper and E. S. Pearson, Biometrika 26 (1934) 404–413. [2] E. L. Korn and B. I. Graubard, Survey Methodology 24
 * (1998) 193–201.
 */
public final class ConfidenceBounds {
    /** More machines than any fleet has; beyond it a count is a mistake. */
    public static final long TRIALS_MAX = 1_000_000_000L;

    private ConfidenceBounds() {}

    /** The rate behind {@code count} out of {@code trials}; without a trial anything is possible. */
    public static Interval clopperPearson(long count, long trials, double confidence) {
        requireCount(count, trials);
        return clopperPearson((double) count, (double) trials, confidence);
    }

    /** The same for counts that were weighed down. */
    static Interval clopperPearson(double count, double trials, double confidence) {
        requireConfidence(confidence);
        double rest = trials - count;
        double lower = count <= 0
                ? 0
                : IncompleteBeta.quantile(1 - confidence, count, rest + 1).low();
        double upper = rest <= 0
                ? 1
                : IncompleteBeta.quantile(confidence, count + 1, rest).high();
        return new Interval(lower, upper, confidence);
    }

    /** The zero-failure rule: the upper bound after {@code trials} without one failure, 1 − (1 − confidence)^(1/trials). */
    public static double afterNoFailure(long trials, double confidence) {
        requireCount(0, trials);
        requireConfidence(confidence);
        return trials == 0 ? 1 : -Math.expm1(Math.log1p(-confidence) / trials);
    }

    /** How many without one failure bound the rate by {@code rate}: the zero-failure rule the other way round. */
    public static long cleanTrials(double rate, double confidence) {
        requireRate("failure rate", rate);
        requireConfidence(confidence);
        if (rate <= 0 || rate >= 1) {
            throw new IllegalArgumentException("no number of endpoints bounds a failure rate by " + rate
                    + "; ask for a rate between 0 and 1, both excluded");
        }
        double trials = Math.ceil(Math.log1p(-confidence) / Math.log1p(-rate));
        if (trials > TRIALS_MAX) {
            throw new IllegalArgumentException("to bound a failure rate by " + Figures.percent(rate)
                    + " takes more than " + Figures.count(TRIALS_MAX) + " endpoints; ask for a larger one");
        }
        return Math.max(1, (long) trials);
    }

    static void requireCount(long count, long trials) {
        if (count < 0 || trials < count || trials > TRIALS_MAX) {
            throw new IllegalArgumentException(count + " of " + trials
                    + " is no count; it goes from 0 to the number of trials, and that to " + TRIALS_MAX);
        }
    }

    static void requireConfidence(double confidence) {
        if (!(confidence >= 0.5 && confidence < 1)) {
            throw new IllegalArgumentException(
                    "a confidence of " + confidence + " says nothing; write one from 0.5 to below 1, such as 0.95");
        }
    }

    static void requireRate(String name, double rate) {
        if (!(rate >= 0 && rate <= 1)) {
            throw new IllegalArgumentException(
                    "a " + name + " of " + rate + " is none; write one from 0 to 1, such as 0.05");
        }
    }
}
