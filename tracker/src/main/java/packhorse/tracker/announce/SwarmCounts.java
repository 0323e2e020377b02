package packhorse.tracker.announce;

/**
 * A scrape's line (BEP 48).
 *
 * @param complete peers that have everything, ours included
 * @param incomplete peers that fetch
 * @param downloaded clients that said they finished, since the tracker started
 */
public record SwarmCounts(int complete, int incomplete, long downloaded) {}
