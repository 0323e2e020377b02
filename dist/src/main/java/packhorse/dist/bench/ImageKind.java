package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileList;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Torrents;
import packhorse.core.content.Version;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonReader;
import packhorse.core.unit.ByteCount;

/**
 * A disk image over a file of the same size with other bytes, against {@code dd} with one flush. Into a slot, ours ends with the slot
 * read back, hashed and switched to; onto one device it keeps every byte that it writes over, which costs a second writing.
 */
final class ImageKind implements InstallKind {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long SEED = 20_261_122;
    private static final int PORTION_BYTES = 1 << 20;

    private final Scratch scratch;
    private final String word;
    private final Optional<Path> dd;
    private final Path content;
    private final Path list;
    private final Path theirs;
    private final Manifest manifest;
    private final PlacementRun run;

    /** @param slots whether there are two, else one device */
    ImageKind(Scratch scratch, boolean slots, ByteCount size, Optional<Path> dd) {
        this.scratch = scratch;
        this.word = slots ? "image-slot" : "image-device";
        this.dd = dd;
        this.content = scratch.path(word + ".img");
        this.list = scratch.path(word + ".list");
        this.theirs = scratch.path(word + ".theirs");
        this.run = new PlacementRun(scratch.folder("machine-" + word), new NoPrograms());
        SplittableRandom random = new SplittableRandom(SEED);
        try {
            fill(content, size.bytes(), random);
            fill(theirs, size.bytes(), random);
            Path root = Files.createDirectories(run.root());
            Files.createDirectories(root.resolve("boot"));
            Files.writeString(root.resolve("boot/slot"), "slot=a\n");
            Files.writeString(root.resolve("boot/running"), "a\n");
            Files.writeString(root.resolve("a.img"), "a");
            fill(root.resolve("b.img"), size.bytes(), random);
            this.manifest = manifest(slots);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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

    private Manifest manifest(boolean slots) throws IOException {
        ContentHashes hashes = SampleFile.hashes(content);
        String name = String.valueOf(content.getFileName());
        byte[] line = new FileList()
                .encode(new FileEntry.File(name, 0644, FileEntry.Owner.ROOT, hashes.length(), hashes.sha256()));
        Files.write(list, line);
        String settings = slots ? """
            {"running":{"file":"/boot/running"},"slots":["/a.img","/b.img"],\
            "switch":{"file":"/boot/slot","format":"key-value"}}\
            """ : """
                {"device":"/b.img"}\
                """;
        return new Manifest(
                new ReleaseId(ReleaseName.parse("bench/image"), Version.parse("1.0"), Platform.ANY),
                Kind.IMAGE,
                Manifest.Form.FILE,
                name,
                hashes.data(),
                BlobRef.of(line),
                1,
                List.of(Torrents.pack(hashes, false)),
                List.of(),
                Optional.of(new InstallSection(
                        "image",
                        (JsonObject) JsonReader.parse(settings.getBytes(java.nio.charset.StandardCharsets.UTF_8)),
                        Map.of(),
                        new TreeMap<>(),
                        Map.of(),
                        List.of(),
                        0,
                        InstallSection.Activating.WITH_INSTALL,
                        InstallSection.Drift.REPORT,
                        List.of())));
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
        return manifest.content().length();
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
            return run.installAndUndo(manifest, content, list, () -> Files.writeString(running, "b\n"));
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
                            List.of(program.toString(), "if=" + content, "of=" + theirs, "bs=1M", "conv=notrunc,fsync"))
                    .end(LIMIT);
            return (System.nanoTime() - start) / 1e9;
        });
    }

    @Override
    public void close() {
        scratch.delete("machine-" + word);
    }
}
