package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import packhorse.core.unit.ByteCount;
import packhorse.peer.adapter.InstallDisk;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Putting content in place against the tool that everybody has for it. Ours reads the archive twice, judges it, hashes what it
 * writes, and can take it back; what the second reading of everything from its place costs stands in a column of its own.
 */
@Command(
        name = "install",
        description = "Putting archives and images in place, against tar -x and dd; the way back; a journal's record.",
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse bench install --dir /var/tmp     on a disk; memory flatters both sides",
            "  packhorse bench install --size 64MiB --rounds 1"
        })
final class InstallBench implements Callable<Integer> {
    private static final String SPEED = "MB/s";
    private static final String INSTALL = "install s";
    private static final String VERIFY = "verify s";
    private static final String UNDO = "way back s";
    private static final String JOURNAL = "journal record";
    private static final String FLUSH = "ms each";

    /** The content, its archive, what lies beside each place, and both results. */
    private static final int COPIES = 8;
    /** Rounds before those that count: classes and compiled code. */
    private static final int WARM_UP_ROUNDS = 1;
    /** As long as most records of the installer's journal. */
    private static final int RECORD_BYTES = 200;

    private static final int RECORDS = 100;

    @Mixin
    private BenchOptions options = new BenchOptions();

    @Option(
            names = "--size",
            paramLabel = "SIZE",
            defaultValue = "256MiB",
            description = "Of the unpacked content (default: ${DEFAULT-VALUE}).")
    private String size = "";

    @Override
    public Integer call() {
        ByteCount bytes = BenchOptions.size(size);
        Report report = new Report("install", bytes + " in files of 1 KiB to 1 MiB, an older version in place");
        try (Scratch scratch = options.scratch(new ByteCount(bytes.bytes() * COPIES))) {
            List<InstallKind> kinds = kinds(report, scratch, bytes);
            for (InstallKind kind : kinds) {
                for (int round = -WARM_UP_ROUNDS; round < options.rounds(); round++) {
                    options.progress(kind.name() + ", " + (round < 0 ? "warm-up" : "round " + (round + 1)));
                    one(report, kind, round);
                }
                figures(report, kind);
                kind.close();
            }
            journal(report, scratch.path("journal"));
        }
        return options.print(report);
    }

    /** Everything that is measured; other adapters add theirs. */
    private static List<InstallKind> kinds(Report report, Scratch scratch, ByteCount size) {
        List<InstallKind> kinds = new ArrayList<>();
        Optional<Path> tar = Outside.find("tar", report);
        if (tar.isPresent()) {
            kinds.add(new ArchiveKind(scratch, "tar", size, tar.get(), List.of()));
            kinds.add(new ArchiveKind(scratch, "tar.gz", size, tar.get(), List.of("-z")));
            if (Outside.find("zstd", report).isPresent()) {
                kinds.add(new ArchiveKind(scratch, "tar.zst", size, tar.get(), List.of("--zstd")));
            }
        }
        Optional<Path> dd = Outside.find("dd", report);
        kinds.add(new ImageKind(scratch, true, size, dd));
        kinds.add(new ImageKind(scratch, false, size, dd));
        Optional<Path> dpkg = Outside.find("dpkg", report);
        if (dpkg.isPresent()) {
            kinds.add(new DebKind(scratch, size, dpkg.get()));
        }
        return kinds;
    }

    private static void one(Report report, InstallKind kind, int round) {
        InstallKind.Times ours = kind.ours(round);
        Optional<Double> theirs = kind.theirs(round);
        if (round < 0) {
            return;
        }
        double megabytes = kind.bytes() / 1e6;
        report.sample(ours(kind), SPEED, megabytes / ours.install());
        report.sample(ours(kind), INSTALL, ours.install());
        report.sample(ours(kind), VERIFY, ours.verify());
        report.sample(ours(kind), UNDO, ours.undo());
        theirs.ifPresent(seconds -> {
            report.sample(theirs(kind), SPEED, megabytes / seconds);
            report.sample(theirs(kind), INSTALL, seconds);
        });
    }

    private static String ours(InstallKind kind) {
        return "packhorse, " + kind.name();
    }

    private static String theirs(InstallKind kind) {
        return kind.theirName() + ", " + kind.name();
    }

    private static void figures(Report report, InstallKind kind) {
        report.figure(
                kind.name() + ": MB/s, ours ÷ " + kind.theirName(),
                Report.ratio(report.median(ours(kind), SPEED), report.median(theirs(kind), SPEED)),
                "",
                kind.aim());
        report.figure(
                kind.name() + ": way back ÷ install",
                Report.ratio(report.median(ours(kind), UNDO), report.median(ours(kind), INSTALL)),
                "",
                Optional.empty());
    }

    /** What the installer's journal does for each step, begun and done: a record written behind the last, and flushed. */
    private static void journal(Report report, Path file) {
        InstallDisk disk = InstallDisk.real();
        try {
            disk.create(file, new byte[RECORD_BYTES * (RECORDS + 1)], 0600);
            try (InstallDisk.Writer writer = disk.open(file)) {
                for (int i = 0; i < RECORDS; i++) {
                    long start = System.nanoTime();
                    writer.write(ByteBuffer.wrap(new byte[RECORD_BYTES]), (long) i * RECORD_BYTES);
                    writer.force();
                    report.sample(JOURNAL, FLUSH, (System.nanoTime() - start) / 1e6);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        OptionalDouble each = report.median(JOURNAL, FLUSH);
        report.figure("a journal's record, written and flushed", each, "ms", Optional.empty());
    }
}
