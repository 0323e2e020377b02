package packhorse.console.gate;

/**
 * What a beta group is to guarantee: that a build which fails more often than {@code failureRateMax} does not get through, except with
 * the probability 1 − {@code confidence}.
 *
 * @param failureRateMax the failure rate to be bounded
 * @param confidence how sure
 * @param failuresAllowed with so many failures the group may still say yes; the more, the larger the group, and the likelier a good build passes
 * @param designEffect how many reports weigh as much as one independent one; 1 where endpoints of a site fail apart from each other
 */
public record Guarantee(double failureRateMax, double confidence, int failuresAllowed, double designEffect) {
    /** With more the group would be larger than most fleets. */
    public static final int FAILURES_ALLOWED_MAX = 1_000;

    /** A thousand reports that say the same are one site. */
    public static final double DESIGN_EFFECT_MAX = 1_000;

    public Guarantee {
        if (!(failureRateMax > 0 && failureRateMax < 1)) {
            throw new IllegalArgumentException("no beta group guarantees a failure rate of " + failureRateMax
                    + "; write one between 0 and 1, such as 0.05");
        }
        ConfidenceBounds.requireConfidence(confidence);
        if (failuresAllowed < 0 || failuresAllowed > FAILURES_ALLOWED_MAX) {
            throw new IllegalArgumentException(
                    failuresAllowed + " failures allowed is too many or too few; write 0 to " + FAILURES_ALLOWED_MAX);
        }
        if (!(designEffect >= 1 && designEffect <= DESIGN_EFFECT_MAX)) {
            throw new IllegalArgumentException(
                    "a design effect of " + designEffect + " is none; write 1 (endpoints of a site fail apart"
                            + " from each other) to " + DESIGN_EFFECT_MAX);
        }
    }

    /** Endpoints that fail apart from each other, not one of them allowed to. */
    public static Guarantee of(double failureRateMax, double confidence) {
        return new Guarantee(failureRateMax, confidence, 0, 1);
    }

    public Guarantee allowing(int failures) {
        return new Guarantee(failureRateMax, confidence, failures, designEffect);
    }

    /** For people. */
    public String line() {
        return "at most " + Figures.percent(failureRateMax) + " fail, at " + Figures.percent(confidence)
                + (failuresAllowed == 0
                        ? ", no failure allowed"
                        : ", " + Figures.count(failuresAllowed) + " failures allowed");
    }
}
