package packhorse.core.wire;

/**
 * What a server has carried since it was opened.
 *
 * @param open sessions now
 * @param greeting connections before their Welcome, now
 * @param opened sessions since the start
 * @param refused connections turned away or cut before their Welcome, since the start
 * @param bytesIn TLS records and all, since the start
 * @param bytesOut the same
 */
public record WireCounts(int open, int greeting, long opened, long refused, long bytesIn, long bytesOut) {}
