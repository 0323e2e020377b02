package packhorse.console.wave;

/**
 * How many may be changed and not yet verified at once, so that a bad release breaks no more than that.
 *
 * @param fleet of all targets
 * @param site of the targets at one site
 * @param pair of a redundant pair, or of any group that stands in for each other
 * @param host of the virtual machines on one host
 */
public record BlastRadius(Cap fleet, Cap site, Cap pair, Cap host) {
    /** All at once anywhere, but of each redundant pair one. */
    public static final BlastRadius ONE_OF_A_PAIR =
            new BlastRadius(new Cap.Percent(100), new Cap.Percent(100), new Cap.Count(1), new Cap.Percent(100));
}
