package packhorse.dist.bench;

import java.net.InetSocketAddress;
import java.time.Duration;
import packhorse.core.content.InfoHash;

/** A load of BitTorrent announces on one tracker: as many as it answers, for some time. */
interface AnnounceLoad {
    /**
     * What a tracker did.
     *
     * @param announces that were answered with peers
     * @param refused that were answered with an error
     * @param lost that were not answered in time and asked again
     * @param nanos how long it took
     * @param generatorCpuNanos processor time of this side
     */
    record Result(long announces, long refused, long lost, long nanos, long generatorCpuNanos) {
        double perSecond() {
            return announces * 1e9 / nanos;
        }
    }

    /** Announces to {@code tracker} that many peers have {@code content}, again and again, for {@code time}. */
    Result run(InetSocketAddress tracker, InfoHash content, Duration time);
}
