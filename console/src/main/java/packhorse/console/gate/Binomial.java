package packhorse.console.gate;

/** Exact probabilities of a binomial count: how many of n fail, when each fails with probability p, apart from the others. */
final class Binomial {
    private Binomial() {}

    /** That at most {@code count} of {@code trials} happen. */
    static double atMost(long count, long trials, double rate) {
        if (count < 0) {
            return 0;
        }
        if (count >= trials) {
            return 1;
        }
        return IncompleteBeta.regularized(1 - rate, rate, (double) (trials - count), count + 1.0);
    }

    /** That at least {@code count} of {@code trials} happen. */
    static double atLeast(long count, long trials, double rate) {
        if (count <= 0) {
            return 1;
        }
        if (count > trials) {
            return 0;
        }
        return IncompleteBeta.regularized(rate, 1 - rate, (double) count, trials - count + 1.0);
    }
}
