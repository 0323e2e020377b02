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
import packhorse.core.json.Json.JsonString;
import packhorse.core.unit.ByteCount;

/**
 * An archive into a directory, against {@code tar -x} of the same file and one {@code sync} of its file system. Ours begins with an
 * older version in place and ends with the link switched; both bring everything to the disk.
 */
final class ArchiveKind implements InstallKind {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final long SEED = 20_261_121;
    /** Files of a program: most are small, few are large. */
    private static final int[] SIZES = {1 << 10, 4 << 10, 4 << 10, 16 << 10, 16 << 10, 64 << 10, 256 << 10, 1 << 20};
    /** Words make text compressible as text is, some three to one. */
    private static final int WORD_BITS = 20;

    private final Scratch scratch;
    private final String ending;
    private final Optional<Path> tar;
    private final Path content;
    private final Path list;
    private final Manifest manifest;
    private final long bytes;
    private final PlacementRun run;

    /**
     * Makes the content.
     *
     * @param ending {@code tar}, {@code tar.gz} or {@code tar.zst}
     */
    ArchiveKind(Scratch scratch, String ending, ByteCount size, Optional<Path> tar, List<String> packer) {
        this.scratch = scratch;
        this.ending = ending;
        this.tar = tar;
        Path tree = scratch.folder("tree-" + ending);
        this.bytes = grow(tree, size);
        this.content = scratch.path("content." + ending);
        if (tar.isPresent()) {
            List<String> command = new java.util.ArrayList<>(List.of(tar.get().toString(), "-cf", content.toString()));
            command.addAll(packer);
            command.addAll(List.of("-C", tree.toString(), "."));
            Child.start("tar-" + ending, scratch, command).end(LIMIT);
        }
        scratch.delete("tree-" + ending);
        this.list = scratch.path("list-" + ending);
        this.manifest = manifest("2.0", content, list);
        this.run = new PlacementRun(scratch.folder("machine-" + ending), new NoPrograms());
        Path small = scratch.path("older.tar");
        Path older = scratch.folder("older");
        scratch.write("older/readme", "an older version");
        tar.ifPresent(program -> Child.start(
                        "tar-older",
                        scratch,
                        List.of(program.toString(), "-cf", small.toString(), "-C", older.toString(), "."))
                .end(LIMIT));
        Path smallList = scratch.path("list-older");
        run.install(manifest("1.0", small, smallList), small, smallList);
    }

    /** Files as a program has them, as many as make up that size; the same for the same size. */
    static long grow(Path tree, ByteCount size) {
        SplittableRandom random = new SplittableRandom(SEED);
        long written = 0;
        try {
            for (int i = 0; written < size.bytes(); i++) {
                byte[] file = new byte[SIZES[random.nextInt(SIZES.length)] + random.nextInt(1 << 10)];
                for (int at = 0; at < file.length; at += 8) {
                    byte[] word = "%08x"
                            .formatted(random.nextInt(1 << WORD_BITS))
                            .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
                    System.arraycopy(word, 0, file, at, Math.min(word.length, file.length - at));
                }
                Path directory = Files.createDirectories(tree.resolve("part" + i / 100));
                Files.write(directory.resolve("file" + i), file);
                written += file.length;
            }
            return written;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Manifest manifest(String version, Path content, Path list) {
        ContentHashes hashes = SampleFile.hashes(content);
        String name = String.valueOf(content.getFileName());
        byte[] line = new FileList()
                .encode(new FileEntry.File(name, 0644, FileEntry.Owner.ROOT, hashes.length(), hashes.sha256()));
        try {
            Files.write(list, line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Manifest(
                new ReleaseId(ReleaseName.parse("bench/archive"), Version.parse(version), Platform.ANY),
                Kind.PACKAGE,
                Manifest.Form.FILE,
                name,
                hashes.data(),
                BlobRef.of(line),
                1,
                List.of(Torrents.pack(hashes, false)),
                List.of(),
                Optional.of(new InstallSection(
                        "archive",
                        JsonObject.of(Map.of("into", new JsonString("/opt/bench"))),
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
        return ending;
    }

    /** A packed archive is unpacked twice, once to judge it and once to write it; of a plain one the headers are enough. */
    @Override
    public Optional<Report.Aim> aim() {
        return ending.equals("tar") ? Report.Aim.atLeast(0.8) : Optional.empty();
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public Times ours(int round) {
        return run.installAndUndo(manifest, content, list);
    }

    @Override
    public String theirName() {
        return "tar -x, sync";
    }

    @Override
    public Optional<Double> theirs(int round) {
        return tar.map(program -> {
            String name = "theirs-" + ending + "-" + round;
            Path directory = scratch.folder(name);
            long start = System.nanoTime();
            Child.start(
                            name + "-tar",
                            scratch,
                            List.of(program.toString(), "-xf", content.toString(), "-C", directory.toString()))
                    .end(LIMIT);
            Child.start(name + "-sync", scratch, List.of("sync", "-f", directory.toString()))
                    .end(LIMIT);
            double seconds = (System.nanoTime() - start) / 1e9;
            scratch.delete(name);
            return seconds;
        });
    }

    @Override
    public void close() {
        scratch.delete("machine-" + ending);
    }
}
