package packhorse.console.gate;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How large a beta group has to be for the guarantee wanted: computed, not guessed. The smallest number n of endpoints such that a build of
 * the bounded rate shows as few failures as allowed with probability 1 − confidence at most. Twenty clean endpoints bound the rate by
 * 13.9 % at 95 %; 59 by 5 %; 299 by 1 %.
 *
 * <p>The group is taken for a sample of endless many. Drawn from a fleet that is not much larger, it says a little more than it claims.
 *
 * @param guarantee what was wanted
 * @param endpoints how many it takes
 */
public record BetaSize(Guarantee guarantee, long endpoints) {
    public static BetaSize of(Guarantee guarantee) {
        long independent = guarantee.failuresAllowed() == 0
                ? ConfidenceBounds.cleanTrials(guarantee.failureRateMax(), guarantee.confidence())
                : smallest(guarantee);
        return new BetaSize(guarantee, (long) Math.ceil(independent * guarantee.designEffect()));
    }

    /** One size for each number of failures from none to those allowed, smallest first: what one failure more costs. */
    public static List<BetaSize> upTo(Guarantee guarantee) {
        List<BetaSize> sizes = new ArrayList<>();
        for (int failures = 0; failures <= guarantee.failuresAllowed(); failures++) {
            sizes.add(of(guarantee.allowing(failures)));
        }
        return List.copyOf(sizes);
    }

    private static long smallest(Guarantee guarantee) {
        long tooFew = guarantee.failuresAllowed();
        long enough = 2L * tooFew + 1;
        while (!bounds(guarantee, enough)) {
            tooFew = enough;
            enough *= 2;
            if (enough > ConfidenceBounds.TRIALS_MAX) {
                throw new IllegalArgumentException("to bound a failure rate by "
                        + Figures.percent(guarantee.failureRateMax()) + " takes more than "
                        + Figures.count(ConfidenceBounds.TRIALS_MAX) + " endpoints; ask for a larger one");
            }
        }
        while (enough - tooFew > 1) {
            long middle = tooFew + (enough - tooFew) / 2;
            if (bounds(guarantee, middle)) {
                enough = middle;
            } else {
                tooFew = middle;
            }
        }
        return enough;
    }

    private static boolean bounds(Guarantee guarantee, long trials) {
        return Binomial.atMost(guarantee.failuresAllowed(), trials, guarantee.failureRateMax())
                <= 1 - guarantee.confidence();
    }

    /** The guarantee that so few endpoints can give: the upper bound when no more fail than allowed. */
    public static double guaranteeOf(long endpoints, int failuresAllowed, double confidence) {
        return ConfidenceBounds.clopperPearson(Math.min(failuresAllowed, endpoints), endpoints, confidence)
                .upper();
    }

    /** How likely a group of this size says yes to a build that really fails so often. */
    public double passes(double failureRate) {
        ConfidenceBounds.requireRate("failure rate", failureRate);
        long independent = Math.max(1, Math.round(endpoints / guarantee.designEffect()));
        return Binomial.atMost(guarantee.failuresAllowed(), independent, failureRate);
    }

    /** Why it cannot be had where only so many endpoints are there, and what they could guarantee instead. */
    public Optional<String> shortfall(long available) {
        if (available >= endpoints) {
            return Optional.empty();
        }
        String instead = available <= guarantee.failuresAllowed()
                ? "so few bound nothing"
                : Figures.endpoints(available) + " can bound it by "
                        + Figures.measured(guaranteeOf(
                                Math.max(1, (long) (available / guarantee.designEffect())),
                                guarantee.failuresAllowed(),
                                guarantee.confidence()));
        return Optional.of("the beta group needs " + Figures.endpoints(endpoints) + " to guarantee that "
                + guarantee.line() + "; " + instead + "; widen the guarantee or the targets");
    }

    /** For people. */
    public String line() {
        return Figures.endpoints(endpoints) + " guarantee that " + guarantee.line();
    }
}
