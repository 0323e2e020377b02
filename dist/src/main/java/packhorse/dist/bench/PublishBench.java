package packhorse.dist.bench;

import java.nio.file.Path;
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
 * Publishing against one SHA-256 of the same file by OpenSSL. Three hashes are made and the content is stored, so on one core a
 * third is the best that equally fast hashes allow; on two cores it is two thirds.
 */
@Command(
        name = "publish",
        description =
                "MB/s of publish against openssl dgst -sha256 of the same file, on one core and two; peak memory.",
        mixinStandardHelpOptions = true,
        footer = {"", "Examples:", "  packhorse bench publish", "  packhorse bench publish --size 512MiB --rounds 1"})
final class PublishBench implements Callable<Integer> {
    private static final Duration LIMIT = Duration.ofMinutes(15);
    private static final String OPENSSL = "openssl dgst -sha256";
    private static final String SPEED = "MB/s";
    private static final String PEAK = "peak MiB";
    private static final String CPU = "CPU-s/GiB";
    private static final double GIB = 1 << 30;

    /** The original and the published copy. */
    private static final int COPIES = 2;

    private static final long ROOM_BESIDE = 300L << 20;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "4GiB",
            description = "Of the file (default: ${DEFAULT-VALUE}).")
    private String size = "";

    /** On which cores. */
    private enum Cores {
        ONE("one core", "0", 0.3),
        TWO("two cores", "0,1", 0.6);

        private final String shown;
        private final String list;
        private final double aim;

        Cores(String shown, String list, double aim) {
            this.shown = shown;
            this.list = list;
            this.aim = aim;
        }
    }

    @Override
    public Integer call() {
        ByteCount bytes = BenchOptions.size(size);
        Report report = new Report("publish", bytes + ", three hashes and a copy, against one hash");
        try (Scratch scratch = options.scratch(new ByteCount(bytes.bytes() * COPIES + ROOM_BESIDE))) {
            options.progress("making " + bytes);
            Path file = SampleFile.write(scratch.path("content"), bytes);
            Launcher launcher = Launcher.ofThisProgram();
            Optional<Path> openssl = Outside.find("openssl", report);
            Optional<Path> taskset = Outside.find("taskset", report);
            int published = 0;
            for (int round = 1; round <= options.rounds(); round++) {
                for (Cores cores : taskset.isPresent() ? List.of(Cores.values()) : List.of(Cores.TWO)) {
                    options.progress("round " + round + ", " + cores.shown);
                    List<String> pin = taskset.map(program -> List.of(program.toString(), "-c", cores.list))
                            .orElse(List.of());
                    openssl.ifPresent(program -> hash(report, scratch, pin, program, file, bytes));
                    builder(report, scratch, pin, launcher, file, bytes, cores);
                    publish(report, scratch, pin, launcher, file, bytes, cores, published++);
                }
            }
            figures(report);
        }
        return options.print(report);
    }

    private static double speed(ByteCount bytes, long nanos) {
        return bytes.bytes() / 1e6 / (nanos / 1e9);
    }

    private static void hash(
            Report report, Scratch scratch, List<String> pin, Path openssl, Path file, ByteCount bytes) {
        double cpu = Proc.endedChildrenCpuSeconds();
        long start = System.nanoTime();
        Child.start("openssl", scratch, pinned(pin, List.of(openssl.toString(), "dgst", "-sha256", file.toString())))
                .end(LIMIT);
        report.sample(OPENSSL, SPEED, speed(bytes, System.nanoTime() - start));
        report.sample(OPENSSL, CPU, (Proc.endedChildrenCpuSeconds() - cpu) / (bytes.bytes() / GIB));
    }

    private static void builder(
            Report report,
            Scratch scratch,
            List<String> pin,
            Launcher launcher,
            Path file,
            ByteCount bytes,
            Cores cores) {
        double cpu = Proc.endedChildrenCpuSeconds();
        Child child = Child.talkTo(
                "builder", scratch, pinned(pin, launcher.packhorse("bench", "builder-alone", file.toString())));
        child.end(LIMIT);
        String row = "builder alone, " + cores.shown;
        report.sample(row, SPEED, speed(bytes, Long.parseLong(child.line().strip())));
        report.sample(row, CPU, (Proc.endedChildrenCpuSeconds() - cpu) / (bytes.bytes() / GIB));
        report.sample(row, PEAK, child.peakResidentBytes() / (double) (1 << 20));
    }

    private static void publish(
            Report report,
            Scratch scratch,
            List<String> pin,
            Launcher launcher,
            Path file,
            ByteCount bytes,
            Cores cores,
            int number) {
        Publication publication = Publication.prepare(launcher, scratch, number);
        double cpu = Proc.endedChildrenCpuSeconds();
        long start = System.nanoTime();
        Child child = Child.start("publish", scratch, pinned(pin, publication.command(file)));
        child.end(LIMIT);
        String row = "publish, " + cores.shown;
        report.sample(row, SPEED, speed(bytes, System.nanoTime() - start));
        report.sample(row, CPU, (Proc.endedChildrenCpuSeconds() - cpu) / (bytes.bytes() / GIB));
        report.sample(row, PEAK, child.peakResidentBytes() / (double) (1 << 20));
        publication.forget();
    }

    private static List<String> pinned(List<String> pin, List<String> command) {
        List<String> words = new ArrayList<>(pin);
        words.addAll(command);
        return words;
    }

    private static void figures(Report report) {
        for (Cores cores : Cores.values()) {
            report.figure(
                    "publish on " + cores.shown + " ÷ openssl",
                    Report.ratio(report.median("publish, " + cores.shown, SPEED), report.median(OPENSSL, SPEED)),
                    "",
                    Report.Aim.atLeast(cores.aim));
            report.figure(
                    "builder alone on " + cores.shown + " ÷ openssl",
                    Report.ratio(report.median("builder alone, " + cores.shown, SPEED), report.median(OPENSSL, SPEED)),
                    "",
                    Optional.empty());
        }
        report.figure(
                "CPU-s/GiB, openssl ÷ publish on one core",
                Report.ratio(report.median(OPENSSL, CPU), report.median("publish, one core", CPU)),
                "",
                Optional.empty());
        for (Cores cores : Cores.values()) {
            report.figure(
                    "peak memory of publish on " + cores.shown,
                    report.largest("publish, " + cores.shown, PEAK),
                    "MiB",
                    Report.Aim.atMost(256));
        }
    }
}
