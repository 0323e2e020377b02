package packhorse.dist.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    private final Path older;
    private final Path newer;
    private final long bytes;
    private final PlacementRun run;
    private final Manifest manifest;
    private final Path list;

    DebKind(Scratch scratch, ByteCount size, Path dpkg) {
        this.scratch = scratch;
        this.dpkg = dpkg;
        Path tree = scratch.folder("tree-deb");
        this.bytes = ArchiveKind.grow(tree.resolve("opt/bench"), size);
        this.newer = pack(tree, "2.0");
        this.older = pack(tree, "1.0");
        scratch.delete("tree-deb");
        this.list = scratch.path("list-deb");
        this.run = new PlacementRun(scratch.folder("machine-deb"), new MachinePrograms(RunLimits.DEFAULT));
        Path olderList = scratch.path("list-deb-older");
        run.install(manifest("1.0", older, olderList), older, olderList);
        this.manifest = manifest("2.0", newer, list);
    }

    private Path pack(Path tree, String version) {
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
        return deb;
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
                new ReleaseId(ReleaseName.parse("bench/deb"), Version.parse(version), Platform.ANY),
                Kind.PACKAGE,
                Manifest.Form.FILE,
                name,
                hashes.data(),
                BlobRef.of(line),
                1,
                List.of(Torrents.pack(hashes, false)),
                List.of(),
                Optional.of(new InstallSection(
                        "deb",
                        JsonObject.of(Map.of("scripts", new JsonString("chrootless"))),
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
        return run.installAndUndo(manifest, newer, list);
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
        install(name + "-older", root, older);
        long start = System.nanoTime();
        install(name + "-newer", root, newer);
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
