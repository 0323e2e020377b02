package packhorse.console.gate;

/**
 * Where a rate lies. Each bound is one-sided: "at least {@code lower}" is true with at least {@code confidence}, and so is "at most
 * {@code upper}"; both at once with at least 2 · confidence − 1.
 */
public record Interval(double lower, double upper, double confidence) {
    public Interval {
        if (!(0 <= lower && lower <= upper && upper <= 1)) {
            throw new IllegalArgumentException("no interval of rates: " + lower + " to " + upper);
        }
        ConfidenceBounds.requireConfidence(confidence);
    }

    public boolean contains(double rate) {
        return lower <= rate && rate <= upper;
    }
}
