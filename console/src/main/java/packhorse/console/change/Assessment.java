package packhorse.console.change;

/**
 * What is known of a request before the board sees it.
 *
 * @param feasible whether it can be done
 * @param preliminaryCost in words, with its currency and its hours
 * @param remarks needed where it cannot be done
 */
public record Assessment(boolean feasible, String preliminaryCost, String remarks) {
    public Assessment {
        preliminaryCost = Words.named("the preliminary cost", preliminaryCost);
        remarks = feasible
                ? Words.prose("the remarks", remarks)
                : Words.said("the remarks of what is not feasible", remarks);
    }
}
