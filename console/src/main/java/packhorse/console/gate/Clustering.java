package packhorse.console.gate;

import java.util.List;
import java.util.function.ToLongFunction;

/**
 * By how much endpoints of one site speak with one voice. A site shares its link, its images, its proxy: where one machine fails, the
 * next one there fails more easily, and a hundred reports from one site are not a hundred independent ones. The <em>design effect</em>
 * D says how many reports weigh as much as one; bounds are taken at counts divided by D.
 *
 * <p>It is the larger of what is seen and what is assumed. Seen: the variance of the rate between sites (the ratio estimator of a
 * cluster sample [1]) over the variance that independent endpoints would have; it takes two sites and an event. Assumed: Kish's 1 + (m
 * − 1) ρ [2], with the correlation ρ that the thresholds name and m the size of the site that a report comes from, on average;
 * it is all there is as long as nothing failed. Never below 1 (luck is no reason to claim more reports than
 * there are), never above m (a site is at least one report).
 *
 * <p>[1] J. N. K. Rao and A. J. Scott, Biometrics 48 (1992) 577–585. [2] L. Kish, Survey Sampling (1965), §5.4.
 *
 * @param effect the design effect
 * @param sites how many sites it was taken from; 0 where they are not known
 */
record Clustering(double effect, int sites) {
    /** Below this nobody needs to hear of it. */
    private static final double WORTH_SAYING = 1.05;

    static Clustering of(
            List<SiteTally> tallies,
            ToLongFunction<SiteTally> events,
            ToLongFunction<SiteTally> trials,
            double correlation) {
        List<SiteTally> sites =
                tallies.stream().filter(site -> trials.applyAsLong(site) > 0).toList();
        double n = sites.stream().mapToLong(trials).sum();
        if (n <= 0) {
            return new Clustering(1, 0);
        }
        double squares = 0;
        double count = 0;
        for (SiteTally site : sites) {
            squares += (double) trials.applyAsLong(site) * trials.applyAsLong(site);
            count += events.applyAsLong(site);
        }
        double size = squares / n;
        double rate = count / n;
        double assumed = 1 + (size - 1) * correlation;
        double seen = 1;
        if (sites.size() > 1 && count > 0 && count < n) {
            double between = 0;
            for (SiteTally site : sites) {
                double off = events.applyAsLong(site) - rate * trials.applyAsLong(site);
                between += off * off;
            }
            double m = sites.size();
            seen = m / (m - 1) * between / n / (rate * (1 - rate));
        }
        return new Clustering(Math.clamp(Math.max(seen, assumed), 1.0, Math.max(1.0, size)), sites.size());
    }

    Interval bounds(long count, long trials, double confidence) {
        return effect <= 1
                ? ConfidenceBounds.clopperPearson(count, trials, confidence)
                : ConfidenceBounds.clopperPearson(count / effect, trials / effect, confidence);
    }

    /** For the line of a finding; empty where there is nothing to say. */
    String note(long trials) {
        return effect < WORTH_SAYING
                ? ""
                : ", counted like " + Figures.count(Math.round(trials / effect))
                        + " because endpoints of a site go together";
    }
}
