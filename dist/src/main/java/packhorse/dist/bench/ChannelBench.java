package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import packhorse.core.UsageException;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Torrent;
import packhorse.core.content.Torrents;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * What the peer channel costs: the same library fetches the same file from the same kind of seed directly, through two programs
 * that only copy, and through two peer channels. What the relays cost is said as processor time of their own; what they
 * cost in all is the difference to the bare library.
 */
@Command(
        name = "channel",
        description = "The peer channel against the bare library and against plain relaying, over loopback.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench channel",
            "  packhorse bench channel --size 256MiB --rounds 1    a quick look",
            "  packhorse bench channel --only bare,tls             two sides alone"
        })
final class ChannelBench implements Callable<Integer> {
    private static final String BARE = "bare library";
    private static final Map<String, RelayedTransfer.Way> WAYS = Map.of(
            "plain", RelayedTransfer.Way.SPLICE,
            "tls", RelayedTransfer.Way.TLS,
            "lan-plain", RelayedTransfer.Way.LAN_PLAIN);
    private static final Map<String, String> NAMES = Map.of(
            "plain", "two plain relays",
            "tls", "peer channel, TLS",
            "lan-plain", "peer channel, lan: plain");

    private static final String SPEED = "MB/s";
    private static final String CPU = "CPU-s/GiB";
    private static final String RELAYS = "of them the two relays";
    private static final double GIB = 1 << 30;

    /** The seeds' file and one receiver's. */
    private static final int COPIES = 2;

    private static final long ROOM_BESIDE = 200L << 20;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "2GiB",
            description = "Of the file (default: ${DEFAULT-VALUE}).")
    private String size = "";

    @Option(
            names = "--only",
            paramLabel = "SIDE",
            split = ",",
            description = "Measure only these: bare, plain, tls, lan-plain.")
    private List<String> only = List.of();

    @Override
    public Integer call() {
        ByteCount bytes = BenchOptions.size(size);
        Launcher launcher = Launcher.ofThisProgram();
        Path tests = launcher.tests()
                .orElseThrow(() -> new UsageException(
                        "the bare library's harness is among the tests of a checkout, which this program is not run"
                                + " from; run ./packhorse bench channel in one"));
        Report report = new Report("channel", bytes + " over loopback, one seed to one receiver, warm");
        try (Scratch scratch = options.scratch(new ByteCount(bytes.bytes() * COPIES + ROOM_BESIDE))) {
            options.progress("making " + bytes + " and its torrent");
            Path folder = scratch.folder("content");
            Path fresh = SampleFile.write(folder.resolve("fresh"), bytes);
            ContentHashes hashes = SampleFile.hashes(fresh);
            rename(fresh, folder.resolve(hashes.sha256().hex()));
            Map<String, Transfer> sides = sides(launcher, tests, scratch, folder, hashes);
            try {
                measure(report, bytes, sides);
            } finally {
                sides.values().forEach(Transfer::close);
            }
        }
        figures(report);
        return options.print(report);
    }

    private static void rename(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Map<String, Transfer> sides(
            Launcher launcher, Path tests, Scratch scratch, Path folder, ContentHashes hashes) {
        Torrent hybrid = Torrents.hybrid(hashes);
        Map<String, Transfer> sides = new LinkedHashMap<>();
        if (only.isEmpty() || only.contains("bare")) {
            sides.put(BARE, new BareTransfer(launcher, tests, scratch, folder, hybrid));
        }
        for (String side : List.of("plain", "tls", "lan-plain")) {
            if (only.isEmpty() || only.contains(side)) {
                sides.put(
                        NAMES.getOrDefault(side, side),
                        new RelayedTransfer(
                                WAYS.getOrDefault(side, RelayedTransfer.Way.TLS),
                                launcher,
                                tests,
                                scratch,
                                folder,
                                hybrid,
                                hashes.sha256(),
                                InstantSource.system()));
            }
        }
        return sides;
    }

    private void measure(Report report, ByteCount bytes, Map<String, Transfer> sides) {
        double gib = bytes.bytes() / GIB;
        for (int round = 0; round <= options.rounds(); round++) {
            for (Map.Entry<String, Transfer> side : sides.entrySet()) {
                options.progress((round == 0 ? "warm-up" : "round " + round) + ", " + side.getKey());
                Transfer.Cost cost = side.getValue().fetch(round);
                if (round == 0) {
                    continue;
                }
                report.sample(side.getKey(), SPEED, bytes.bytes() / 1e6 / cost.seconds());
                report.sample(side.getKey(), CPU, cost.cpuSeconds() / gib);
                if (side.getValue() instanceof RelayedTransfer relayed) {
                    report.sample(side.getKey(), RELAYS, relayed.relaysCpuSeconds() / gib);
                }
            }
        }
    }

    private static void figures(Report report) {
        String tls = NAMES.getOrDefault("tls", "");
        for (String side : NAMES.values().stream().sorted().toList()) {
            boolean aimed = side.equals(tls);
            OptionalDouble with = report.median(side, CPU);
            OptionalDouble without = report.median(BARE, CPU);
            report.figure(
                    side + ", over the bare library",
                    with.isPresent() && without.isPresent()
                            ? OptionalDouble.of(with.getAsDouble() - without.getAsDouble())
                            : OptionalDouble.empty(),
                    CPU,
                    aimed ? Report.Aim.atMost(4.5) : Optional.empty());
            report.figure(
                    side + ", MB/s ÷ bare library",
                    Report.ratio(report.median(side, SPEED), report.median(BARE, SPEED)),
                    "",
                    aimed ? Report.Aim.atLeast(0.8) : Optional.empty());
        }
        report.figure(
                tls + ", MB/s ÷ two plain relays",
                Report.ratio(report.median(tls, SPEED), report.median(NAMES.getOrDefault("plain", ""), SPEED)),
                "",
                Optional.empty());
    }
}
