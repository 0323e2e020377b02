package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Kind;
import packhorse.core.unit.ByteCount;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;

/**
 * A Debian package over its older version in a scratch root, against {@code dpkg -i} of the same file over the same one. Both are run by
 * the same dpkg; ours reads the package before, copies what is replaced, and reads all back.
 */
final class DebKind implements InstallKind {
    private static final Duration LIMIT = Duration.ofMinutes(10);
    private static final String NAME = "bench-app";

    private final Scratch scratch;
    private final Path dpkg;
    private final SampleRelease older;
    private final SampleRelease newer;
    private final long bytes;
    private final PlacementRun run;

    DebKind(Scratch scratch, ByteCount size, Path dpkg) {
        this.scratch = scratch;
        this.dpkg = dpkg;
        Path tree = scratch.folder("tree-deb");
        this.bytes = ArchiveKind.grow(tree.resolve("opt/bench"), size);
        this.newer = pack(tree, "2.0");
        this.older = pack(tree, "1.0");
        scratch.delete("tree-deb");
        this.run = new PlacementRun(scratch.folder("machine-deb"), new MachinePrograms(RunLimits.DEFAULT));
        run.install(older);
    }

    private SampleRelease pack(Path tree, String version) {
        Path deb = scratch.path(NAME + "_" + version + "_all.deb");
        try {
            Path control = Files.createDirectories(tree.resolve("DEBIAN"));
            Files.writeString(
                    control.resolve("control"),
                    "Package: " + NAME + "\nVersion: " + version
                            + "\nArchitecture: all\nMaintainer: Bench <bench@example.org>\nDescription: measured\n");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Child.start(
                        "dpkg-deb-" + version,
                        scratch,
                        List.of(
                                dpkg.resolveSibling("dpkg-deb").toString(),
                                "--root-owner-group",
                                "-Zgzip",
                                "--build",
                                tree.toString(),
                                deb.toString()))
                .end(LIMIT);
        return SampleRelease.of(deb, Kind.PACKAGE, version, "deb", "{\"scripts\":\"chrootless\"}");
    }

    @Override
    public String name() {
        return "deb";
    }

    /** dpkg keeps nothing of what it replaces; a copy of it all is what the way back costs. */
    @Override
    public Optional<Report.Aim> aim() {
        return Optional.empty();
    }

    @Override
    public long bytes() {
        return bytes;
    }

    @Override
    public Times ours(int round) {
        return run.installAndUndo(newer);
    }

    @Override
    public String theirName() {
        return "dpkg -i";
    }

    @Override
    public Optional<Double> theirs(int round) {
        String name = "theirs-deb-" + round;
        Path root = scratch.folder(name);
        try {
            Files.createDirectories(root.resolve("var/lib/dpkg/info"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        install(name + "-older", root, older.content());
        long start = System.nanoTime();
        install(name + "-newer", root, newer.content());
        double seconds = (System.nanoTime() - start) / 1e9;
        scratch.delete(name);
        return Optional.of(seconds);
    }

    private void install(String name, Path root, Path deb) {
        Child.start(
                        name,
                        scratch,
                        List.of(
                                dpkg.toString(),
                                "--root=" + root,
                                "--log=" + scratch.path("dpkg.log"),
                                "--install",
                                deb.toString()))
                .end(LIMIT);
    }

    @Override
    public void close() {
        scratch.delete("machine-deb");
    }
}
