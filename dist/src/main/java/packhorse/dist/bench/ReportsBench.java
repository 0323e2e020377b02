package packhorse.dist.bench;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.message.v1.Operation;
import packhorse.core.message.v1.StatusReport;
import packhorse.core.message.v1.StatusReports;
import packhorse.core.message.v1.Subject;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.ByteCount;
import packhorse.tracker.reports.ReportReader;
import packhorse.tracker.reports.ReportStore;
import packhorse.tracker.reports.ReportStoreConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Reports a second that a tracker stores for good: every agent sends one, waits until it is acknowledged, and sends the next, as agents do.
 * What counts is flushed to the disk; so {@code --dir} says which disk is measured, and memory (the default) says what it costs without
 * one. Afterwards the store is opened again, which reads it whole, and every report is counted.
 */
@Command(
        name = "reports",
        description = "Reports a second that a tracker stores, each flushed before it is acknowledged.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench reports --dir /var/tmp              on the disk there",
            "  packhorse bench reports --agents 1 --reports 200    what one flush costs"
        })
final class ReportsBench implements Callable<Integer> {
    private static final ByteCount ROOM = new ByteCount(1L << 30);
    private static final int AGENTS_MAX = 20_000;
    private static final int REPORTS_MAX = 5_000_000;
    private static final double NANOS = 1e9;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--agents",
            paramLabel = "N",
            defaultValue = "1000",
            description = "That report at the same time (default: ${DEFAULT-VALUE}).")
    private int agents = 1_000;

    @Option(
            names = "--reports",
            paramLabel = "N",
            defaultValue = "200000",
            description = "Of all of them together (default: ${DEFAULT-VALUE}).")
    private int reports = 200_000;

    @Override
    public Integer call() {
        if (agents < 1 || agents > AGENTS_MAX || reports < agents || reports > REPORTS_MAX) {
            throw new UsageException(
                    "give 1 to " + AGENTS_MAX + " --agents, and from as many to " + REPORTS_MAX + " --reports");
        }
        Report report =
                new Report("reports", agents + " agents, " + reports + " reports, each waits for its own to be stored");
        try (Scratch scratch = options.scratch(ROOM)) {
            for (int round = 0; round < options.rounds(); round++) {
                options.progress("round " + (round + 1));
                round(report, scratch.path("round-" + round));
                scratch.delete("round-" + round);
            }
        }
        return options.print(report);
    }

    private void round(Report report, Path data) {
        long[] waits = new long[reports];
        AtomicInteger answered = new AtomicInteger();
        String row = "store";
        try (ReportStore store = ReportStore.open(data, ReportStoreConfig.DEFAULT, InstantSource.system())) {
            long before = System.nanoTime();
            List<CompletableFuture<Void>> all = new ArrayList<>();
            for (int agent = 0; agent < agents; agent++) {
                int own = reports / agents + (agent < reports % agents ? 1 : 0);
                all.add(chain(store, endpoint(agent), 1, own, waits, answered));
            }
            CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
            double seconds = (System.nanoTime() - before) / NANOS;
            long[] sorted = Arrays.copyOf(waits, answered.get());
            Arrays.sort(sorted);
            ReportStore.Counts counts = store.counts();
            report.sample(row, "reports/s", reports / seconds);
            report.sample(row, "reports a flush", (double) counts.stored() / counts.flushes());
            report.sample(row, "wait p50 ms", sorted[sorted.length / 2] / 1e6);
            report.sample(row, "wait p99 ms", sorted[(int) (sorted.length * 0.99)] / 1e6);
            report.sample(row, "bytes a report", (double) counts.bytes() / reports);
        }
        long before = System.nanoTime();
        try (ReportStore again = ReportStore.open(data, ReportStoreConfig.DEFAULT, InstantSource.system())) {
            report.sample(row, "open again s", (System.nanoTime() - before) / NANOS);
            AtomicInteger there = new AtomicInteger();
            ReportReader.of(data).poll(stored -> there.incrementAndGet());
            if (there.get() != reports || again.counts().endpoints() != agents) {
                throw new OperationException("of " + reports + " reports " + there.get() + " are there");
            }
        }
    }

    /** Sends a report, and the next one when it is acknowledged. */
    private static CompletableFuture<Void> chain(
            ReportStore store, EndpointId endpoint, long sequence, long last, long[] waits, AtomicInteger answered) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        next(store, endpoint, sequence, last, waits, answered, done);
        return done;
    }

    private static void next(
            ReportStore store,
            EndpointId endpoint,
            long sequence,
            long last,
            long[] waits,
            AtomicInteger answered,
            CompletableFuture<Void> done) {
        long before = System.nanoTime();
        var unused = store.store(endpoint, message(sequence)).whenComplete((stored, failure) -> {
            if (failure != null) {
                done.completeExceptionally(failure);
                return;
            }
            waits[answered.getAndIncrement()] = System.nanoTime() - before;
            if (sequence == last) {
                done.complete(null);
            } else {
                next(store, endpoint, sequence + 1, last, waits, answered, done);
            }
        });
    }

    private static StatusReports message(long sequence) {
        return StatusReports.newBuilder()
                .setJournal(1)
                .setOldest(sequence)
                .addReports(StatusReport.newBuilder()
                        .setSequence(sequence)
                        .setAtMillis(1_750_000_000_000L + sequence)
                        .setAction("distribute:acme/editor@2.0:linux-amd64")
                        .setSubject(Subject.newBuilder()
                                .setName("acme/editor")
                                .setVersion("2.0")
                                .setPlatform("linux-amd64"))
                        .setOperation(Operation.OPERATION_DISTRIBUTE)
                        .setState(4)
                        .setDetail("fetching from site peer 10.1.0.5:7100")
                        .setBytesWan(0)
                        .setBytesLan(123_456_789)
                        .setDesiredRevision(3_800_000_000_000_000L))
                .build();
    }

    private static EndpointId endpoint(int number) {
        byte[] bytes = new byte[EndpointId.LENGTH_BYTES];
        for (int i = 0; i < Integer.BYTES; i++) {
            bytes[EndpointId.LENGTH_BYTES - 1 - i] = (byte) (number >> (8 * i));
        }
        return EndpointId.ofBytes(bytes);
    }
}
