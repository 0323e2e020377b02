package packhorse.console.wave;

/**
 * Four counts around one endpoint.
 *
 * @param fleet of all targets
 * @param site at its site
 * @param pair in its redundant pair; 0 where it is in none
 * @param host on its host; 0 where it is on none
 */
public record Footing(long fleet, long site, long pair, long host) {
    public Footing {
        if (fleet < 0 || site < 0 || pair < 0 || host < 0) {
            throw new IllegalArgumentException(
                    "counts are not negative: " + fleet + ", " + site + ", " + pair + ", " + host);
        }
    }
}
