package packhorse.dist.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Memory of an agent that has its session and nothing to do, and of agents that fetch one file from the origin and from each
 * other. The resident set counts shared pages whole; the proportional one divides them among the agents that share them.
 */
@Command(
        name = "memory",
        description = "Resident and proportional memory of an idle agent and of agents in a swarm.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  packhorse bench memory", "  packhorse bench memory --agents 5 --size 2GiB"})
final class MemoryBench implements Callable<Integer> {
    private static final long MIB = 1 << 20;
    private static final int AGENTS_MAX = 20;
    private static final Duration IDLE_FOR = Duration.ofSeconds(5);
    private static final Duration PULL_MAX = Duration.ofMinutes(10);
    private static final ByteCount WARM_UP = new ByteCount(4 << 20);

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "1GiB",
            description = "Of the file that the swarm fetches (default: ${DEFAULT-VALUE}).")
    private String size = "";

    @Option(
            names = "--agents",
            paramLabel = "N",
            defaultValue = "3",
            description = "How many fetch it together (default: ${DEFAULT-VALUE}).")
    private int agents = 3;

    @Override
    public Integer call() {
        ByteCount bytes = BenchOptions.size(size);
        if (agents < 1 || agents > AGENTS_MAX) {
            throw new packhorse.core.UsageException("--agents " + agents + ": give 1 to " + AGENTS_MAX);
        }
        Report report = new Report("memory", agents + " agents, a swarm of them and an origin carries " + bytes);
        try (Scratch scratch = options.scratch(new ByteCount(bytes.bytes() * (agents + 2L) + 300 * MIB))) {
            options.progress("starting origin and tracker, publishing " + bytes);
            Stand stand = new Stand(Launcher.ofThisProgram(), scratch);
            stand.startTracker(List.of());
            Child origin = stand.startOrigin();
            stand.publish(SampleFile.write(scratch.path("warm"), WARM_UP), Stand.WARM, false);
            stand.publish(SampleFile.write(scratch.path("content"), bytes), Stand.CONTENT, false);
            List<Stand.Agent> all = new ArrayList<>();
            for (int i = 0; i < agents; i++) {
                all.add(stand.startAgent());
            }
            idle(report, "idle, just started", all);
            all.forEach(agent -> stand.pull(agent, Stand.WARM));
            idle(report, "idle, one release held", all);
            swarm(report, stand, all, origin);
            idle(report, "idle again, after the swarm", all);
            report.figure(
                    "idle agent, resident", report.median("idle, just started", "RSS MiB"), "MiB", Optional.empty());
            report.figure(
                    "agent in a swarm, resident, largest",
                    report.largest("in the swarm, largest", "RSS MiB"),
                    "MiB",
                    Optional.empty());
        }
        return options.print(report);
    }

    private void idle(Report report, String row, List<Stand.Agent> all) {
        options.progress(row);
        long start = System.nanoTime();
        all.getFirst()
                .process()
                .await("idle", IDLE_FOR.multipliedBy(2), () -> System.nanoTime() - start > IDLE_FOR.toNanos());
        for (Stand.Agent agent : all) {
            look(report, row, agent.process());
        }
    }

    private void swarm(Report report, Stand stand, List<Stand.Agent> all, Child origin) {
        options.progress("the swarm");
        List<Child> pulls =
                all.stream().map(agent -> stand.startPull(agent, Stand.CONTENT)).toList();
        long[] rss = new long[all.size()];
        long[] pss = new long[all.size()];
        all.getFirst().process().await("everybody has it", PULL_MAX, () -> {
            for (int i = 0; i < rss.length; i++) {
                long pid = all.get(i).process().pid();
                rss[i] = Math.max(rss[i], Proc.residentBytes(pid).orElse(0));
                pss[i] = Math.max(pss[i], Proc.proportionalBytes(pid).orElse(0));
            }
            return pulls.stream().noneMatch(Child::alive);
        });
        pulls.forEach(pull -> pull.end(PULL_MAX));
        for (int i = 0; i < rss.length; i++) {
            report.sample("in the swarm, largest", "RSS MiB", (double) rss[i] / MIB);
            report.sample("in the swarm, largest", "PSS MiB", (double) pss[i] / MIB);
        }
        look(report, "the origin, after the swarm", origin);
    }

    private static void look(Report report, String row, Child process) {
        report.sample(row, "RSS MiB", (double) Proc.residentBytes(process.pid()).orElse(0) / MIB);
        report.sample(
                row, "PSS MiB", (double) Proc.proportionalBytes(process.pid()).orElse(0) / MIB);
    }
}
