package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import packhorse.core.content.Kind;
import packhorse.core.unit.ByteCount;

/**
 * A disk image over a file of the same size with other bytes, against {@code dd} with one flush. Into a slot, ours ends with the slot
 * read back, hashed and switched to; onto one device it keeps every byte that it writes over, which costs a second writing.
 */
final class ImageKind implements InstallKind {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long SEED = 20_261_122;
    private static final int PORTION_BYTES = 1 << 20;
    private static final String DEVICE = "{\"device\":\"/b.img\"}";
    private static final String SLOTS = """
        {"running":{"file":"/boot/running"},"slots":["/a.img","/b.img"],\
        "switch":{"file":"/boot/slot","format":"key-value"}}\
        """;

    private final Scratch scratch;
    private final String word;
    private final Optional<Path> dd;
    private final Path theirs;
    private final SampleRelease release;
    private final PlacementRun run;

    /** @param slots whether there are two, else one device */
    ImageKind(Scratch scratch, boolean slots, ByteCount size, Optional<Path> dd) {
        this.scratch = scratch;
        this.word = slots ? "image-slot" : "image-device";
        this.dd = dd;
        Path image = scratch.path(word + ".img");
        this.theirs = scratch.path(word + ".theirs");
        this.run = new PlacementRun(scratch.folder("machine-" + word), new NoPrograms());
        SplittableRandom random = new SplittableRandom(SEED);
        try {
            fill(image, size.bytes(), random);
            fill(theirs, size.bytes(), random);
            Path root = Files.createDirectories(run.root());
            Files.createDirectories(root.resolve("boot"));
            Files.writeString(root.resolve("boot/slot"), "slot=a\n");
            Files.writeString(root.resolve("boot/running"), "a\n");
            Files.writeString(root.resolve("a.img"), "a");
            fill(root.resolve("b.img"), size.bytes(), random);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.release = SampleRelease.of(image, Kind.IMAGE, "1.0", "image", slots ? SLOTS : DEVICE);
    }

    private static void fill(Path file, long bytes, SplittableRandom random) throws IOException {
        try (var out = Files.newOutputStream(file)) {
            byte[] portion = new byte[PORTION_BYTES];
            for (long written = 0; written < bytes; written += portion.length) {
                random.nextBytes(portion);
                out.write(portion, 0, (int) Math.min(portion.length, bytes - written));
            }
        }
    }

    @Override
    public String name() {
        return word;
    }

    @Override
    public Optional<Report.Aim> aim() {
        return Report.Aim.atLeast(0.8);
    }

    @Override
    public long bytes() {
        return release.manifest().content().length();
    }

    @Override
    public Times ours(int round) {
        Path target = run.root().resolve("b.img");
        try {
            // The last round's undo leaves the image in a slot; other bytes again, so that each round writes all.
            fill(target, bytes(), new SplittableRandom(SEED + 2 + round));
            Path running = run.root().resolve("boot/running");
            Files.writeString(running, "a\n");
            Child.start(word + "-sync-" + round, scratch, List.of("sync", "-f", target.toString()))
                    .end(LIMIT);
            return run.installAndUndo(release, () -> Files.writeString(running, "b\n"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String theirName() {
        return "dd, fsync";
    }

    @Override
    public Optional<Double> theirs(int round) {
        return dd.map(program -> {
            try {
                fill(theirs, bytes(), new SplittableRandom(SEED + 2 + round));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            Child.start(word + "-theirs-sync-" + round, scratch, List.of("sync", "-f", theirs.toString()))
                    .end(LIMIT);
            long start = System.nanoTime();
            Child.start(
                            word + "-dd-" + round,
                            scratch,
                            List.of(
                                    program.toString(),
                                    "if=" + release.content(),
                                    "of=" + theirs,
                                    "bs=1M",
                                    "conv=notrunc,fsync"))
                    .end(LIMIT);
            return (System.nanoTime() - start) / 1e9;
        });
    }

    @Override
    public void close() {
        scratch.delete("machine-" + word);
    }
}
