package packhorse.tracker.udp;

/**
 * Datagrams since the start.
 *
 * @param connects answered
 * @param announces answered, refused ones included
 * @param scrapes answered
 * @param errors answered with an error: an id that is not good
 * @param malformed dropped
 */
public record UdpCounts(long connects, long announces, long scrapes, long errors, long malformed) {}
