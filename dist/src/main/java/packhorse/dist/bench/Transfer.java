package packhorse.dist.bench;

/** One client that can hold a content and hand it to another of its kind: a way to carry a file over loopback. */
interface Transfer extends AutoCloseable {
    /**
     * What one fetch cost.
     *
     * @param seconds from the wish to the last verified byte
     * @param cpuSeconds of all processes that took part, meanwhile
     */
    record Cost(double seconds, double cpuSeconds) {}

    /** Starts a fresh receiver, lets it fetch everything from the seed, and forgets what it got. */
    Cost fetch(int round);

    @Override
    void close();
}
