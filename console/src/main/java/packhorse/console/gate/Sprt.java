package packhorse.console.gate;

/**
 * Wald's sequential probability ratio test: may be asked after every report, and says Go or NoGo as soon as the reports bear it out.
 *
 * <p>A bound that is made for one look is passed sooner or later by chance when it is looked at again and again: "stop when more than 5 %
 * failed", asked at every report from the twentieth on, stops 23 % of builds that fail 2 %. This test weighs all looks at once. It adds up the
 * logarithm of how much likelier each report is with the rate {@code bad} than with {@code good}, and stops where the sum leaves
 * [ln(β / (1 − α)), ln((1 − β) / α)]. On average it needs fewer endpoints than any test of fixed size with the same errors.
 *
 * <p>What holds exactly: a good build is stopped with at most α / (1 − β), a bad one let through with at most β / (1 − α). Reports
 * have to come in an order that has nothing to do with how they end: the seeded order of the beta group, not the order of arrival.
 *
 * <p>Reference: A. Wald, Sequential Tests of Statistical Hypotheses, Annals of Mathematical Statistics 16 (1945) 117–186.
 *
 * @param good the failure rate of a build that should be let through
 * @param bad the failure rate of one that should not
 * @param alpha how often a good one may be stopped
 * @param beta how often a bad one may be let through
 */
public record Sprt(double good, double bad, double alpha, double beta) {
    /** A test that runs so long is no test: the two rates lie too close together. */
    private static final long TRIALS_MAX = 10_000_000;

    /** What {@link #outlook} may fill in: about a second. */
    private static final long OUTLOOK_CELLS_MAX = 50_000_000;

    public Sprt {
        if (!(0 < good && good < bad && bad < 1)) {
            throw new IllegalArgumentException("a test between the failure rates " + good + " and " + bad
                    + " is none; write 0 < good < bad < 1, such as 0.01 and 0.05");
        }
        if (!(0 < alpha && alpha < 0.5 && 0 < beta && beta < 0.5)) {
            throw new IllegalArgumentException(
                    "errors of " + alpha + " and " + beta + " are none; write each between 0 and 0.5, such as 0.05");
        }
    }

    /** What the test says. */
    public sealed interface Step permits Go, NoGo, Continue {}

    /** Rather good than bad. */
    public record Go() implements Step {}

    /** Rather bad than good. */
    public record NoGo() implements Step {}

    /**
     * Not yet.
     *
     * @param goAt the number of reports at which it becomes Go, if nothing more fails
     * @param noGoAt the number of failures at which it becomes NoGo, if they come next
     */
    public record Continue(long goAt, long noGoAt) implements Step {}

    /** Asked after {@code trials} reports, {@code failures} of them bad. */
    public Step step(long failures, long trials) {
        return step(failures, trials, 1);
    }

    /** The same where {@code designEffect} reports weigh as much as one independent one. */
    Step step(long failures, long trials, double designEffect) {
        ConfidenceBounds.requireCount(failures, trials);
        double ratio = ratio(failures, trials);
        double go = goBoundary() * designEffect;
        double noGo = noGoBoundary() * designEffect;
        if (ratio <= go) {
            return new Go();
        }
        if (ratio >= noGo) {
            return new NoGo();
        }
        return new Continue(goTrials(failures, go), failures + next(noGo - ratio));
    }

    /** After how many reports the test says Go, when so many of them failed. */
    public long goTrials(long failures) {
        return goTrials(failures, goBoundary());
    }

    private long goTrials(long failures, double boundary) {
        double clean = Math.ceil((failures * failureWeight() - boundary) / successWeight());
        if (clean > TRIALS_MAX) {
            throw new IllegalArgumentException("between " + Figures.percent(good) + " and " + Figures.percent(bad)
                    + " lies too little for a test; take rates further apart");
        }
        long trials = failures + Math.max(0, (long) clean);
        while (ratio(failures, trials) > boundary) {
            trials++;
        }
        while (trials > failures && ratio(failures, trials - 1) <= boundary) {
            trials--;
        }
        return trials;
    }

    /** How many failures in a row from the start the test takes for NoGo. */
    public long noGoAtOnce() {
        return next(noGoBoundary());
    }

    private long next(double missing) {
        return Math.max(1, (long) Math.ceil(missing / failureWeight()));
    }

    private double ratio(long failures, long trials) {
        return failures * failureWeight() - (trials - failures) * successWeight();
    }

    private double failureWeight() {
        return Math.log(bad / good);
    }

    private double successWeight() {
        return Math.log1p(-good) - Math.log1p(-bad);
    }

    private double goBoundary() {
        return Math.log(beta / (1 - alpha));
    }

    private double noGoBoundary() {
        return Math.log((1 - beta) / alpha);
    }

    /**
     * What the test would make of builds of a given rate, asked after every report.
     *
     * @param go how often it says Go
     * @param noGo how often NoGo
     * @param undecided how often neither before the endpoints are used up
     * @param endpoints how many it needs on average
     */
    public record Outlook(double go, double noGo, double undecided, double endpoints) {}

    /** Exact: follows the probability of every number of failures, report by report, up to {@code endpoints}. */
    public Outlook outlook(double rate, int endpoints) {
        ConfidenceBounds.requireRate("failure rate", rate);
        long widest = endpoints + 1L;
        if (endpoints < 1 || widest * Math.min(widest, noGoFailures(endpoints) + 2) > OUTLOOK_CELLS_MAX) {
            throw new IllegalArgumentException(
                    "an outlook over " + endpoints + " endpoints is too far; take from 1 to some thousands");
        }
        double[] open = new double[(int) Math.min(widest, noGoFailures(endpoints) + 2) + 1];
        open[0] = 1;
        int highest = 0;
        double go = 0;
        double noGo = 0;
        double mean = 0;
        for (int trials = 1; trials <= endpoints; trials++) {
            int top = Math.min(highest + 1, open.length - 1);
            for (int failures = top; failures >= 0; failures--) {
                double here = open[failures] * (1 - rate) + (failures > 0 ? open[failures - 1] * rate : 0);
                double ratio = ratio(failures, trials);
                if (here > 0 && ratio <= goBoundary()) {
                    go += here;
                    mean += here * trials;
                    here = 0;
                } else if (here > 0 && ratio >= noGoBoundary()) {
                    noGo += here;
                    mean += here * trials;
                    here = 0;
                }
                open[failures] = here;
            }
            highest = top;
        }
        double undecided = 0;
        for (double left : open) {
            undecided += left;
        }
        return new Outlook(go, noGo, undecided, mean + undecided * endpoints);
    }

    /** With how many failures among so many reports it says NoGo. */
    private long noGoFailures(long trials) {
        return (long) Math.ceil((noGoBoundary() + trials * successWeight()) / (failureWeight() + successWeight()));
    }

    /** For people. */
    public String line() {
        return "sequential test: good is " + Figures.percent(good) + ", bad is " + Figures.percent(bad) + ", errors "
                + Figures.percent(alpha) + " and " + Figures.percent(beta) + "; Go after "
                + Figures.endpoints(goTrials(0))
                + " without a failure at the earliest";
    }
}
