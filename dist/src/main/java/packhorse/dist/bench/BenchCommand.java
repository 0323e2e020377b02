package packhorse.dist.bench;

import java.util.concurrent.Callable;
import packhorse.core.UsageException;
import picocli.CommandLine.Command;

/** {@code packhorse bench}: the figures of docs/figures.md. */
@Command(
        name = "bench",
        description = "Measure Packhorse against other programs on this machine; one run makes both sides of a ratio.",
        mixinStandardHelpOptions = true,
        subcommands = {
            PublishBench.class,
            PullBench.class,
            AnnounceBench.class,
            MemoryBench.class,
            DemoBench.class,
            ReportsBench.class,
            LedgerBench.class,
            ConsoleBench.class,
            ChannelBench.class,
            SessionsBench.class,
            SessionsTracker.class,
            SessionsFleet.class,
            DesiredBench.class,
            InstallBench.class,
            BuilderAlone.class
        },
        footer = {
            "",
            "Examples:",
            "  packhorse bench publish                hashing and storing 4 GiB, against openssl",
            "  packhorse bench pull --size 1GiB       over loopback, against the bare library, qBittorrent, aria2",
            "  packhorse bench announce --json        announces a second, against opentracker"
        })
public final class BenchCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new UsageException("no benchmark named; give one of publish, pull, channel, sessions, desired,"
                + " reports, ledger, console, announce, install, memory, demo");
    }
}
