package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Torrents;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * One receiver fetches one file from one seed over loopback: ours, the library alone, and two other clients. Seeds live through
 * all rounds, receivers are fresh; a first round warms the seeds, which hash what they read for the first time. Ours
 * hashes the whole file once more before it counts as there, so the fair bound is the bare library plus one SHA-256 pass.
 */
@Command(
        name = "pull",
        description =
                "Seconds and processor seconds per GiB over loopback, against the bare library and other clients.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench pull",
            "  packhorse bench pull --size 256MiB --rounds 1    a quick look",
            "  packhorse bench pull --only packhorse,bare       two sides alone"
        })
final class PullBench implements Callable<Integer> {
    static final String OURS = "packhorse";
    static final String BARE = "bare library";
    static final String SHA = "one SHA-256 pass (openssl)";

    private static final String SECONDS = "s/GiB";
    private static final String CPU = "CPU-s/GiB";
    private static final double GIB = 1 << 30;

    /** The original, the origin's copy, a receiver's, and some room beside. */
    private static final int COPIES = 3;

    private static final long ROOM_BESIDE = 300L << 20;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "4GiB",
            description = "Of the file (default: ${DEFAULT-VALUE}).")
    private String size = "";

    @Option(
            names = "--only",
            paramLabel = "SIDE",
            split = ",",
            description = "Measure only these: packhorse, bare, qbittorrent-nox, aria2c.")
    private List<String> only = List.of();

    @Override
    public Integer call() {
        ByteCount bytes = BenchOptions.size(size);
        Report report = new Report("pull", bytes + " over loopback, one seed to one receiver, warm");
        try (Scratch scratch = options.scratch(new ByteCount(bytes.bytes() * COPIES + ROOM_BESIDE))) {
            options.progress("making " + bytes + " and its torrents");
            Path folder = scratch.folder("content");
            Path file = SampleFile.write(folder.resolve("fresh"), bytes);
            ContentHashes hashes = SampleFile.hashes(file);
            file = move(file, folder.resolve(hashes.sha256().hex()));
            Map<String, Transfer> sides = sides(report, scratch, file, hashes);
            try {
                measure(report, scratch, file, sides);
            } finally {
                sides.values().forEach(Transfer::close);
            }
            figures(report);
        }
        return options.print(report);
    }

    private static Path move(Path from, Path to) {
        try {
            return Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private boolean wanted(String side) {
        return only.isEmpty() || only.contains(side);
    }

    private Map<String, Transfer> sides(Report report, Scratch scratch, Path file, ContentHashes hashes) {
        Launcher launcher = Launcher.ofThisProgram();
        Path folder = scratch.path("content");
        Map<String, Transfer> sides = new LinkedHashMap<>();
        if (wanted("packhorse")) {
            options.progress("starting origin and tracker, publishing");
            sides.put(OURS, new AgentTransfer(launcher, scratch, file));
        }
        if (wanted("bare")) {
            launcher.tests()
                    .ifPresentOrElse(
                            tests -> sides.put(
                                    BARE, new BareTransfer(launcher, tests, scratch, folder, Torrents.hybrid(hashes))),
                            () -> report.note("the bare library's harness is among the tests of a checkout, which this"
                                    + " program is not run from; its row is missing"));
        }
        if (wanted("qbittorrent-nox")) {
            Outside.find("qbittorrent-nox", report)
                    .ifPresent(program -> sides.put(
                            "qbittorrent-nox",
                            new QbittorrentTransfer(program, scratch, folder, Torrents.hybrid(hashes))));
        }
        if (wanted("aria2c")) {
            Outside.find("aria2c", report)
                    .ifPresent(program -> sides.put(
                            "aria2c (version 1 torrent)",
                            new Aria2Transfer(program, scratch, folder, Torrents.v1Only(hashes))));
        }
        return sides;
    }

    private void measure(Report report, Scratch scratch, Path file, Map<String, Transfer> sides) {
        double gib = sizeOf(file) / GIB;
        Optional<Path> openssl = Outside.find("openssl", report);
        for (int round = 0; round <= options.rounds(); round++) {
            for (Map.Entry<String, Transfer> side : sides.entrySet()) {
                options.progress((round == 0 ? "warm-up" : "round " + round) + ", " + side.getKey());
                Transfer.Cost cost = side.getValue().fetch(round);
                if (round > 0) {
                    report.sample(side.getKey(), SECONDS, cost.seconds() / gib);
                    report.sample(side.getKey(), CPU, cost.cpuSeconds() / gib);
                }
            }
            if (round > 0 && openssl.isPresent()) {
                double cpu = Proc.endedChildrenCpuSeconds();
                long start = System.nanoTime();
                Child.start("openssl", scratch, List.of(openssl.get().toString(), "dgst", "-sha256", file.toString()))
                        .end(Duration.ofMinutes(10));
                report.sample(SHA, SECONDS, (System.nanoTime() - start) / 1e9 / gib);
                report.sample(SHA, CPU, (Proc.endedChildrenCpuSeconds() - cpu) / gib);
            }
        }
    }

    private static long sizeOf(Path file) {
        try {
            return Files.size(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void figures(Report report) {
        for (String column : List.of(SECONDS, CPU)) {
            OptionalDouble bare = report.median(BARE, column);
            OptionalDouble pass = report.median(SHA, column);
            OptionalDouble bound = bare.isPresent() && pass.isPresent()
                    ? OptionalDouble.of(bare.getAsDouble() + pass.getAsDouble())
                    : OptionalDouble.empty();
            report.figure(
                    column + ", ours ÷ (bare library + one SHA-256 pass)",
                    Report.ratio(report.median(OURS, column), bound),
                    "",
                    Report.Aim.atMost(1.10));
            for (String other : List.of(BARE, "qbittorrent-nox", "aria2c (version 1 torrent)")) {
                report.figure(
                        column + ", ours ÷ " + other,
                        Report.ratio(report.median(OURS, column), report.median(other, column)),
                        "",
                        Optional.empty());
            }
        }
    }
}
