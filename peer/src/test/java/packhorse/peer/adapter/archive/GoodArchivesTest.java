package packhorse.peer.adapter.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileEntry.Owner;
import packhorse.core.content.Sha256;
import packhorse.core.testing.Cases;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.testing.TreePicture;

/** What the usual tools pack comes out as it went in: every format, files, modes, links, times. */
final class GoodArchivesTest {
    private static final FileTime TIME = FileTime.fromMillis(1_600_000_000_000L);

    @TempDir(factory = MemoryDir.class)
    Path place;

    private Path unpacked(World.Release release) throws IOException {
        World.build(place, release);
        Workplace here = World.at(place, release, Optional.empty(), InstallDisk.real());
        World.toVerified(here, release.placement());
        return place.resolve("root" + World.INTO + "/current");
    }

    /** A tree with all that may be in one; what zip cannot say left out. */
    private static Path sample(Path top) throws IOException {
        Files.createDirectories(top.resolve("bin"));
        Files.createDirectories(top.resolve("lib/deep/er"));
        Files.createDirectories(top.resolve("empty"));
        Files.writeString(top.resolve("bin/app"), "#!/bin/sh\necho app\n");
        Files.setAttribute(top.resolve("bin/app"), "unix:mode", 0755);
        Files.writeString(top.resolve("lib/deep/er/data.txt"), "data".repeat(5000));
        Files.write(top.resolve("lib/none"), new byte[0]);
        Files.writeString(top.resolve("lib/gr\u00fc\u00dfe.txt"), "hallo");
        Files.writeString(top.resolve("lib/secret"), "s");
        Files.setAttribute(top.resolve("lib/secret"), "unix:mode", 0600);
        Files.createSymbolicLink(top.resolve("bin/tool"), Path.of("app"));
        Files.createSymbolicLink(top.resolve("lib/app"), Path.of("../bin/app"));
        Files.createSymbolicLink(top.resolve("dangling"), Path.of("var/later"));
        for (String file : List.of("bin/app", "lib/none", "lib/deep/er/data.txt")) {
            Files.setLastModifiedTime(top.resolve(file), TIME);
        }
        Files.setAttribute(top.resolve("empty"), "unix:mode", 0555);
        return top;
    }

    private static void run(Path directory, String... command) throws IOException, InterruptedException {
        OutsideProgram.require(command[0]);
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
    }

    @ParameterizedTest
    @ValueSource(strings = {"gnu", "pax", "ustar"})
    void aTarOfTheUsualToolComesOutAsItWentIn(String kind) throws Exception {
        Path tree = sample(Files.createDirectory(place.resolve("sample")));
        Files.createLink(tree.resolve("lib/same"), tree.resolve("lib/secret"));
        run(place, "tar", "--format=" + kind, "-cf", "app.tar", "-C", "sample", ".");
        Path current = unpacked(World.archive("1.0", "app.tar", Files.readAllBytes(place.resolve("app.tar"))));
        requireLike(tree, current);
        assertEquals(
                Files.getAttribute(current.resolve("lib/secret"), "unix:ino"),
                Files.getAttribute(current.resolve("lib/same"), "unix:ino"),
                "hard links stay links");
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip", "zstd"})
    void aPackedTarOfTheUsualToolsComesOutAsItWentIn(String packer) throws Exception {
        OutsideProgram.require(packer);
        Path tree = sample(Files.createDirectory(place.resolve("sample")));
        String name = packer.equals("gzip") ? "app.tar.gz" : "app.tar.zst";
        run(place, "tar", "--" + packer, "-cf", name, "-C", "sample", ".");
        Path current = unpacked(World.archive("1.0", name, Files.readAllBytes(place.resolve(name))));
        requireLike(tree, current);
    }

    @Test
    void aZipOfTheUsualToolComesOutAsItWentIn() throws Exception {
        Path tree = sample(Files.createDirectory(place.resolve("sample")));
        run(tree, "zip", "-q", "-r", "-y", "../app.zip", ".");
        Path current = unpacked(World.archive("1.0", "app.zip", Files.readAllBytes(place.resolve("app.zip"))));
        requireLike(tree, current);
    }

    @Test
    void aZipMadeAsAStreamAndOneOfTheLargeKindComeOut() throws Exception {
        byte[] streamed = Zip.streamed(zip -> zip.file("a/b", "hello").link("l", "a/b"));
        Path current = unpacked(World.archive("1.0", "app.zip", streamed));
        assertEquals("hello", Files.readString(current.resolve("l")));
        World.clear(place, InstallDisk.real());
        InstallDisk.real().delete(place.resolve("root"));
        InstallDisk.real().delete(place.resolve("home"));
        byte[] large = Zip.zip64(zip -> zip.stored("a/b", "hello".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .directory("empty/", 0700));
        current = unpacked(World.archive("1.0", "app.zip", large));
        assertEquals("hello", Files.readString(current.resolve("a/b")));
        assertEquals(040700, Files.getAttribute(current.resolve("empty"), "unix:mode"));
    }

    @Test
    void ownersAreRootsUnlessTheArchivesAreAskedFor() throws Exception {
        byte[] tar = Tar.of(t -> t.directory("d").file("d/f", "x").link("l", "d"));
        boolean root = Integer.valueOf(0).equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
        int self = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        Path current = unpacked(World.archive("1.0", "app.tar", tar));
        assertEquals(self, Files.getAttribute(current.resolve("d/f"), "unix:uid"));
        World.Release kept = World.archive(
                "2.0",
                "app.tar",
                tar,
                World.settings(java.util.Map.of("owners", new packhorse.core.json.Json.JsonString("archive"))));
        InstallDisk.real().delete(place);
        Files.createDirectories(place);
        current = unpacked(kept);
        for (String path : List.of("d", "d/f", "l")) {
            assertEquals(
                    root ? 1234 : self,
                    Files.getAttribute(current.resolve(path), "unix:uid", LinkOption.NOFOLLOW_LINKS),
                    path);
        }
    }

    private static void requireLike(Path expected, Path actual) throws IOException {
        assertEquals(List.of(), TreePicture.of(expected).differences(TreePicture.of(actual.toRealPath())));
        for (String file : List.of("bin/app", "lib/none", "lib/deep/er/data.txt")) {
            assertEquals(TIME, Files.getLastModifiedTime(actual.resolve(file)), file);
        }
    }

    // ---- any tree ----

    /** A random tree that every format can carry. */
    private static void grow(RandomGenerator random, Path directory, int depth, List<String> files, String prefix)
            throws IOException {
        int count = 1 + random.nextInt(5);
        for (int i = 0; i < count; i++) {
            String name = "n" + i + "-" + Integer.toString(random.nextInt(1 << 20), 36);
            Path path = directory.resolve(name);
            switch (random.nextInt(depth > 3 ? 3 : 4)) {
                case 0 -> {
                    String target = "../".repeat((int)
                                    prefix.chars().filter(c -> c == '/').count()) + "somewhere" + i;
                    Files.createSymbolicLink(path, Path.of(target));
                }
                case 3 -> {
                    Files.createDirectory(path);
                    grow(random, path, depth + 1, files, prefix + name + "/");
                    Files.setAttribute(path, "unix:mode", random.nextBoolean() ? 0755 : 0750);
                }
                default -> {
                    byte[] bytes = Cases.bytes(
                            random, random.nextInt(4) == 0 ? random.nextInt(200_000) : random.nextInt(2000));
                    Files.write(path, bytes);
                    Files.setAttribute(path, "unix:mode", 0400 | random.nextInt(0400));
                    files.add(prefix + name);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"app.tar", "app.tar.gz", "app.tar.zst", "app.zip", "tree"})
    void anyTreeComesOutAsItWentIn(String format) {
        OutsideProgram.require("tar");
        Cases.run(12, random -> {
            try {
                Path one = Files.createTempDirectory(place, "case");
                Path tree = Files.createDirectory(one.resolve("sample"));
                grow(random, tree, 0, new ArrayList<>(), "");
                World.Release release = format.equals("tree") ? published(tree) : packed(one, tree, format);
                World.build(one, release);
                World.toVerified(World.at(one, release, Optional.empty(), InstallDisk.real()), release.placement());
                Path current = one.resolve("root" + World.INTO + "/versions/1.0");
                assertEquals(List.of(), TreePicture.of(tree).differences(TreePicture.of(current)));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static World.Release packed(Path place, Path tree, String name) throws IOException, InterruptedException {
        switch (name) {
            case "app.zip" -> run(tree, "zip", "-q", "-r", "-y", "../" + name, ".");
            case "app.tar.zst" -> run(place, "tar", "--zstd", "-cf", name, "-C", "sample", ".");
            case "app.tar.gz" -> run(place, "tar", "-czf", name, "-C", "sample", ".");
            default -> run(place, "tar", "-cf", name, "-C", "sample", ".");
        }
        return World.archive("1.0", name, Files.readAllBytes(place.resolve(name)));
    }

    private static World.Release published(Path tree) throws IOException {
        List<FileEntry> entries = new ArrayList<>();
        Owner owner = new Owner(
                (Integer) Files.getAttribute(tree, "unix:uid"), (Integer) Files.getAttribute(tree, "unix:gid"));
        byte[] archive = Tar.of(tar -> {
            try (var walk = Files.walk(tree)) {
                for (Path path : walk.filter(p -> !p.equals(tree))
                        .sorted((a, b) -> Survey.BY_BYTES.compare(
                                tree.relativize(a).toString(),
                                tree.relativize(b).toString()))
                        .toList()) {
                    String name = tree.relativize(path).toString();
                    int mode = (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
                    if (Files.isSymbolicLink(path)) {
                        String target = Files.readSymbolicLink(path).toString();
                        tar.link(name, target);
                        entries.add(new FileEntry.Link(name, 0777, owner, target));
                    } else if (Files.isDirectory(path)) {
                        tar.directory(name + "/");
                        entries.add(new FileEntry.Directory(name, mode, owner));
                    } else {
                        byte[] bytes = Files.readAllBytes(path);
                        tar.file(name, bytes, 0644);
                        entries.add(new FileEntry.File(name, mode, owner, bytes.length, Sha256.of(bytes)));
                    }
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        assertTrue(entries.size() > 0);
        return World.tree("1.0", archive, entries);
    }
}
