package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import packhorse.core.content.Kind;
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
    private final Path tar;
    private final SampleRelease release;
    private final long bytes;
    private final PlacementRun run;

    /**
     * Makes the content.
     *
     * @param ending {@code tar}, {@code tar.gz} or {@code tar.zst}
     */
    ArchiveKind(Scratch scratch, String ending, ByteCount size, Path tar, List<String> packer) {
        this.scratch = scratch;
        this.ending = ending;
        this.tar = tar;
        Path tree = scratch.folder("tree-" + ending);
        this.bytes = grow(tree, size);
        this.release = release("2.0", pack(tree, "content." + ending, packer));
        scratch.delete("tree-" + ending);
        this.run = new PlacementRun(scratch.folder("machine-" + ending), new NoPrograms());
        scratch.write("older/readme", "an older version");
        run.install(release("1.0", pack(scratch.path("older"), "older.tar", List.of())));
    }

    private Path pack(Path tree, String name, List<String> packer) {
        Path archive = scratch.path(name);
        List<String> command = new ArrayList<>(List.of(tar.toString(), "-cf", archive.toString()));
        command.addAll(packer);
        command.addAll(List.of("-C", tree.toString(), "."));
        Child.start("tar-" + name, scratch, command).end(LIMIT);
        return archive;
    }

    private static SampleRelease release(String version, Path archive) {
        return SampleRelease.of(archive, Kind.PACKAGE, version, "archive", "{\"into\":\"/opt/bench\"}");
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
        return run.installAndUndo(release);
    }

    @Override
    public String theirName() {
        return "tar -x, sync";
    }

    @Override
    public Optional<Double> theirs(int round) {
        String name = "theirs-" + ending + "-" + round;
        Path directory = scratch.folder(name);
        long start = System.nanoTime();
        Child.start(
                        name + "-tar",
                        scratch,
                        List.of(tar.toString(), "-xf", release.content().toString(), "-C", directory.toString()))
                .end(LIMIT);
        Child.start(name + "-sync", scratch, List.of("sync", "-f", directory.toString()))
                .end(LIMIT);
        double seconds = (System.nanoTime() - start) / 1e9;
        scratch.delete(name);
        return Optional.of(seconds);
    }

    @Override
    public void close() {
        scratch.delete("machine-" + ending);
    }
}
