package packhorse.tracker.reports;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import packhorse.core.topology.EndpointId;

/**
 * A store in a process of its own, to be killed: agents on several threads report, repeat themselves and overtake themselves; each
 * acknowledgement is printed the moment it comes. Arguments: data directory, seed.
 */
final class ReportWriterMain {
    static final int AGENTS = 8;
    private static final long SEGMENT_BYTES = 64 << 10;

    private ReportWriterMain() {}

    public static void main(String[] args) {
        long seed = Long.parseLong(args[1]);
        ReportStore store = ReportStore.open(
                Path.of(args[0]), new ReportStoreConfig(SEGMENT_BYTES, 64 << 20, 1 << 20), InstantSource.system());
        for (int agent = 0; agent < AGENTS; agent++) {
            int number = agent;
            RandomGenerator random =
                    RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed * 31 + number);
            Thread.ofPlatform().start(() -> report(store, number, random));
        }
    }

    /** An agent that begins where it knows nothing acknowledged, as after a restart of its own. */
    private static void report(ReportStore store, int number, RandomGenerator random) {
        EndpointId endpoint = Reports.endpoint(number);
        long acknowledged = 0;
        while (true) {
            long last = acknowledged + 1 + random.nextInt(20);
            CompletableFuture<Long> first = store.store(endpoint, Reports.of(7, acknowledged + 1, last));
            if (random.nextInt(4) == 0) {
                var unused = store.store(endpoint, Reports.of(7, acknowledged + 1, last + random.nextInt(3)));
            }
            acknowledged = first.join();
            // One write call, so that a kill cannot cut a line in two without its end being missed.
            byte[] line = (number + " " + acknowledged + "\n").getBytes(java.nio.charset.StandardCharsets.US_ASCII);
            System.out.write(line, 0, line.length);
            System.out.flush();
        }
    }
}
