package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import packhorse.core.OperationException;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** How near the main job comes to what is possible: copies over each WAN link, and the slowest endpoint's time. */
@Command(
        name = "demo",
        description =
                "Copies over each WAN link and the slowest endpoint against the lower bound, from packhorse demo.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  packhorse bench demo", "  packhorse bench demo --size 64MiB --rounds 1"})
final class DemoBench implements Callable<Integer> {
    private static final Duration DEMO_MAX = Duration.ofMinutes(10);

    /** Fifteen receivers, the origin, the original and one copy on its way. */
    private static final int COPIES = 18;

    private static final long ROOM_BESIDE = 400L << 20;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "256MiB",
            description = "Of the content (default: ${DEFAULT-VALUE}).")
    private String size = "";

    @Override
    public Integer call() {
        ByteCount bytes = BenchOptions.size(size);
        Report report = new Report("demo", "three offices of five machines pull " + bytes);
        try (Scratch scratch = options.scratch(new ByteCount(bytes.bytes() * COPIES + ROOM_BESIDE))) {
            Launcher launcher = Launcher.ofThisProgram();
            Path file = SampleFile.write(scratch.path("content"), bytes);
            Path json = scratch.path("demo.json");
            for (int round = 1; round <= options.rounds(); round++) {
                options.progress("round " + round);
                Child.start(
                                "demo",
                                scratch,
                                launcher.packhorse(
                                        "demo", "--content", file.toString(), "--json", json.toString(), "--quiet"))
                        .end(DEMO_MAX);
                read(report, json);
            }
            report.figure(
                    "WAN copies of a site, largest of all rounds",
                    report.largest("each site", "WAN copies"),
                    "",
                    Report.Aim.atMost(1.02));
            report.figure(
                    "slowest endpoint ÷ lower bound",
                    report.median("slowest endpoint", "÷ bound"),
                    "",
                    Report.Aim.atMost(1.3));
        }
        return options.print(report);
    }

    private static void read(Report report, Path json) {
        String text;
        try {
            text = Files.readString(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        numbers(text, "wanCopies").forEach(copies -> report.sample("each site", "WAN copies", copies));
        double slowest = numbers(text, "slowestSeconds").getFirst();
        double bound = numbers(text, "lowerBoundSeconds").getFirst();
        report.sample("slowest endpoint", "seconds", slowest);
        report.sample("slowest endpoint", "÷ bound", slowest / bound);
        report.sample("lower bound", "seconds", bound);
    }

    /** All numbers under {@code key}; the demo's fractions are more than the reader of signed documents takes. */
    static List<Double> numbers(String json, String key) {
        List<Double> found = Pattern.compile("\"" + Pattern.quote(key) + "\"\\s*:\\s*(-?[0-9.eE+-]+)")
                .matcher(json)
                .results()
                .map(result -> Double.valueOf(result.group(1)))
                .toList();
        if (found.isEmpty()) {
            throw new OperationException("the demo's JSON has no " + key);
        }
        return found;
    }
}
