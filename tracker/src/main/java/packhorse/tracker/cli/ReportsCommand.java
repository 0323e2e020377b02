package packhorse.tracker.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.reports.ReportLine;
import packhorse.tracker.reports.ReportReader;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code packhorse tracker reports}: what endpoints reported, from the tracker's store, also while it runs. */
@Command(
        name = "reports",
        description =
                "Show what endpoints reported, oldest first, from a tracker's data directory; it may run meanwhile.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  packhorse tracker reports --data /var/lib/packhorse/tracker --follow",
            "  packhorse tracker reports --data /var/lib/packhorse/tracker --json --endpoint"
                    + " 000102030405060708090a0b0c0d0e0f"
        })
final class ReportsCommand implements Callable<Integer> {
    /** Somebody who watches does not see a shorter time. */
    private static final long POLL_MILLIS = 250;

    @Spec
    private @Nullable CommandSpec command;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "The tracker's data directory.")
    private @Nullable Path data;

    @Option(names = "--endpoint", paramLabel = "ID", description = "Of this endpoint only: 32 hexadecimal digits.")
    private @Nullable String endpoint;

    @Option(names = "--json", description = "Print JSON, one object per line.")
    private boolean json;

    @Option(names = "--follow", description = "Go on with what comes, until Ctrl-C.")
    private boolean follow;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but errors.")
    private boolean quiet;

    @Override
    public Integer call() throws InterruptedException {
        if (data == null || command == null) {
            throw new UsageException("--data DIR is needed; it is \"data\" in the tracker's configuration");
        }
        Optional<EndpointId> only = Optional.ofNullable(endpoint).map(ReportsCommand::parse);
        ReportReader reader = ReportReader.of(data);
        PrintWriter out = command.commandLine().getOut();
        CountDownLatch never = new CountDownLatch(1);
        boolean stopped;
        do {
            reader.poll(stored -> {
                if (!quiet && only.map(stored.id().endpoint()::equals).orElse(true)) {
                    out.println(json ? ReportLine.json(stored) : ReportLine.text(stored));
                }
            });
            out.flush();
            stopped = !follow || out.checkError() || never.await(POLL_MILLIS, TimeUnit.MILLISECONDS);
        } while (!stopped);
        return 0;
    }

    private static EndpointId parse(String text) {
        try {
            return EndpointId.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException("--endpoint: " + e.getMessage(), e);
        }
    }
}
