package packhorse.dist.bench;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import packhorse.core.OperationException;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Torrents;
import packhorse.core.unit.ByteCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Announces a second of our tracker and of opentracker. Both know one torrent, both stay on one core, the load generator has the
 * other, and both are alive all the time while one of them is asked. Beside the rate stands the tracker's own processor time an
 * announce: the rate may be the generator's limit, that figure is not.
 */
@Command(
        name = "announce",
        description = "Announces a second over UDP and HTTP, against opentracker.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench announce",
            "  packhorse bench announce --seconds 2 --rounds 1    a quick look"
        })
final class AnnounceBench implements Callable<Integer> {
    static final String OURS = "packhorse tracker";
    static final String THEIRS = "opentracker";

    private static final ByteCount CONTENT = new ByteCount(3 << 20);
    private static final ByteCount ROOM = new ByteCount(200 << 20);
    private static final Duration KNOWN_MAX = Duration.ofSeconds(60);
    private static final Duration PROBE = Duration.ofMillis(100);
    private static final int WARM_UP_ROUNDS = 2;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "5",
            description = "How long each round lasts (default: ${DEFAULT-VALUE}).")
    private int seconds = 5;

    /** A tracker under load. */
    private record Side(String name, Child process, InetSocketAddress address) {}

    /** A way to load it. */
    private record Way(String name, AnnounceLoad load, boolean oursAlone) {}

    @Override
    public Integer call() {
        Report report = new Report(
                "announce",
                "announces of 192 peers (UDP) or 256 (HTTP) of one torrent, 50 peers wanted; trackers on core 0, load"
                        + " on core 1");
        try (Scratch scratch = options.scratch(ROOM)) {
            Optional<Path> taskset = Outside.find("taskset", report);
            List<String> oneCore = taskset.map(program -> List.of(program.toString(), "-c", "0"))
                    .orElse(List.of());
            Path file = SampleFile.write(scratch.path("content"), CONTENT);
            InfoHash content = Torrents.v1Only(SampleFile.hashes(file)).infoHash();
            options.progress("starting origin and tracker, publishing an open release");
            Stand stand = new Stand(Launcher.ofThisProgram(), scratch);
            Side ours = new Side(OURS, stand.startTracker(oneCore), stand.trackerDoor());
            Child origin = stand.startOrigin();
            stand.publish(file, Stand.CONTENT, true);
            awaitKnown(ours, content);
            origin.close();
            measure(report, scratch, ours, content, oneCore);
            figures(report);
        }
        return options.print(report);
    }

    private static void awaitKnown(Side ours, InfoHash content) {
        AnnounceLoad load = new UdpAnnounceLoad();
        ours.process().await("knowing the release", KNOWN_MAX, () -> {
            AnnounceLoad.Result result = load.run(ours.address(), content, PROBE);
            return result.announces() > 0 && result.refused() == 0;
        });
    }

    private void measure(Report report, Scratch scratch, Side ours, InfoHash content, List<String> oneCore) {
        InetSocketAddress door = Ports.free();
        Optional<Side> theirs = Outside.find("opentracker", report)
                .map(program -> new Side(THEIRS, Opentracker.start(program, scratch, oneCore, door, content), door));
        theirs.ifPresent(
                side -> side.process().await("listening", Duration.ofSeconds(20), () -> Ports.listens(side.address())));
        List<Side> sides = theirs.map(side -> List.of(ours, side)).orElse(List.of(ours));
        List<Way> ways = List.of(
                new Way("UDP", new UdpAnnounceLoad(), false),
                new Way("HTTP, a connection each", new HttpAnnounceLoad(false), false),
                new Way("HTTP, connections kept", new HttpAnnounceLoad(true), true));
        for (Way way : ways) {
            for (int round = -WARM_UP_ROUNDS; round < options.rounds(); round++) {
                options.progress(way.name() + ", " + (round < 0 ? "warm-up" : "round " + (round + 1)));
                for (Side side : sides) {
                    if (!way.oursAlone() || side.equals(ours)) {
                        ask(report, side, way, content, round >= 0);
                    }
                }
            }
        }
        if (theirs.isPresent()) {
            report.note("opentracker ends every HTTP connection after one answer, so there is no row of kept ones");
        }
    }

    private void ask(Report report, Side side, Way way, InfoHash content, boolean counts) {
        double cpu = side.process().cpuSeconds();
        AnnounceLoad.Result result = way.load().run(side.address(), content, Duration.ofSeconds(seconds));
        double used = side.process().cpuSeconds() - cpu;
        if (result.announces() == 0 || result.refused() > 0) {
            throw new OperationException(side.name() + " answered " + result.announces() + " announces over "
                    + way.name() + " and refused " + result.refused());
        }
        if (counts) {
            String row = side.name() + ", " + way.name();
            report.sample(row, "announces/s", result.perSecond());
            report.sample(row, "CPU µs each", used * 1e6 / result.announces());
            report.sample(row, "CPU busy %", used * 1e11 / result.nanos());
            report.sample(row, "generator busy %", result.generatorCpuNanos() * 100.0 / result.nanos());
            report.sample(row, "lost %", result.lost() * 100.0 / result.announces());
        }
    }

    private static void figures(Report report) {
        String udp = ", UDP";
        String http = ", HTTP, a connection each";
        report.figure(
                "UDP announces/s, ours ÷ opentracker",
                Report.ratio(report.median(OURS + udp, "announces/s"), report.median(THEIRS + udp, "announces/s")),
                "",
                Report.Aim.atLeast(0.5));
        report.figure(
                "UDP announces per CPU second, ours ÷ opentracker",
                Report.ratio(report.median(THEIRS + udp, "CPU µs each"), report.median(OURS + udp, "CPU µs each")),
                "",
                Optional.empty());
        report.figure(
                "HTTP announces/s, a connection each, ours ÷ opentracker",
                Report.ratio(report.median(OURS + http, "announces/s"), report.median(THEIRS + http, "announces/s")),
                "",
                Optional.empty());
        report.figure(
                "HTTP announces/s, ours over kept connections ÷ opentracker",
                Report.ratio(
                        report.median(OURS + ", HTTP, connections kept", "announces/s"),
                        report.median(THEIRS + http, "announces/s")),
                "",
                Optional.empty());
    }
}
