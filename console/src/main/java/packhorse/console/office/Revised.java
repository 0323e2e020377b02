package packhorse.console.office;

/**
 * What trackers go by.
 *
 * @param revision grows with each change, so that the newest of two is known
 */
public record Revised<T>(long revision, T value) {}
