package packhorse.console.gate;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a wave has to show. Part of what is approved: whoever changes one voids the approval.
 *
 * @param goal of those whom it concerns, at least this share succeeded
 * @param failureBudget of those who reported, at most this share failed
 * @param unreportedMax of those whom it concerns, from at most this share nothing was heard
 * @param confidence how sure each of the three has to be
 * @param siteCorrelation how much endpoints of one site are taken to fail together even where nothing shows it: 0 apart from each other, 1
 *     all or none. What is seen counts too, where it is more
 * @param sequential asked besides, where the wave is looked at more than once
 */
public record Thresholds(
        double goal,
        double failureBudget,
        double unreportedMax,
        double confidence,
        double siteCorrelation,
        Optional<Sprt> sequential) {
    public Thresholds {
        ConfidenceBounds.requireRate("goal", goal);
        ConfidenceBounds.requireRate("failure budget", failureBudget);
        ConfidenceBounds.requireRate("share of unreported endpoints", unreportedMax);
        ConfidenceBounds.requireConfidence(confidence);
        if (!(siteCorrelation >= 0 && siteCorrelation <= 1)) {
            throw new IllegalArgumentException(
                    "a correlation of " + siteCorrelation + " inside a site is none; write one from 0 to 1");
        }
    }

    /** Without a sequential test, endpoints of a site apart from each other. */
    public static Thresholds of(double goal, double failureBudget, double unreportedMax, double confidence) {
        return new Thresholds(goal, failureBudget, unreportedMax, confidence, 0, Optional.empty());
    }

    /** With a test between {@code good} and the failure budget, each error as likely as the confidence leaves. */
    public Thresholds sequentially(double good) {
        return new Thresholds(
                goal,
                failureBudget,
                unreportedMax,
                confidence,
                siteCorrelation,
                Optional.of(new Sprt(good, failureBudget, 1 - confidence, 1 - confidence)));
    }

    /**
     * The smallest wave that can pass at all: so many without a single failure, all heard. A smaller one ends inconclusive however well
     * it goes. Empty where no size is enough.
     */
    public OptionalLong smallestThatCanPass() {
        long most = 1;
        for (double rate : new double[] {1 - goal, failureBudget, unreportedMax}) {
            if (rate <= 0) {
                return OptionalLong.empty();
            }
            if (rate < 1) {
                most = Math.max(most, ConfidenceBounds.cleanTrials(rate, confidence));
            }
        }
        return OptionalLong.of(
                Math.max(most, sequential.map(test -> test.goTrials(0)).orElse(1L)));
    }
}
