package packhorse.peer.adapter.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.testing.OnlyAs;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;

/** What every disk does as long as its moment has not come. */
abstract class InstallDiskContract {
    @TempDir
    Path dir;

    abstract InstallDisk disk() throws IOException;

    @Test
    void aNewFileHasItsContentAndItsModeAndTellsItsProgress() throws Exception {
        byte[] content = new byte[700_000];
        java.util.Arrays.fill(content, (byte) 7);
        List<Long> told = new ArrayList<>();
        disk().create(dir.resolve("a"), new java.io.ByteArrayInputStream(content), 0640, told::add);
        assertArrayEquals(content, Files.readAllBytes(dir.resolve("a")));
        assertEquals(0640, mode(dir.resolve("a")));
        assertEquals(700_000, told.getLast());
    }

    @Test
    void aNewFileIsNobodyElsesWhileItIsWritten() throws Exception {
        Path file = dir.resolve("secret");
        List<Integer> seen = new ArrayList<>();
        java.io.InputStream watching = new java.io.ByteArrayInputStream(bytes("secret")) {
            @Override
            public synchronized int read(byte[] buffer, int offset, int length) {
                try {
                    seen.add(mode(file) & 077);
                } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                }
                return super.read(buffer, offset, length);
            }
        };
        disk().create(file, watching, 0640, done -> {});
        assertEquals(0, seen.stream().mapToInt(Integer::intValue).max().orElseThrow());
        assertEquals(0640, mode(file));
    }

    @Test
    void aNameThatIsTakenIsRefusedAndALinkIsNotFollowed() throws Exception {
        Files.writeString(dir.resolve("target"), "old");
        Files.createSymbolicLink(dir.resolve("link"), Path.of("target"));
        InstallDisk disk = disk();
        assertThrows(FileAlreadyExistsException.class, () -> disk.create(dir.resolve("target"), bytes("new"), 0644));
        assertThrows(IOException.class, () -> disk.create(dir.resolve("link"), bytes("new"), 0644));
        assertEquals("old", Files.readString(dir.resolve("target")));
    }

    @Test
    void anOpenFileIsWrittenAtPlacesZeroedAndCut() throws Exception {
        Files.writeString(dir.resolve("a"), "0123456789");
        try (InstallDisk.Writer writer = disk().open(dir.resolve("a"))) {
            ByteBuffer portion = ByteBuffer.wrap(bytes("abcd"));
            writer.write(portion, 8);
            assertFalse(portion.hasRemaining());
            writer.zero(1, 2);
            writer.truncate(11);
            writer.force();
        }
        assertEquals("0\0\00034567abc", Files.readString(dir.resolve("a")));
    }

    @Test
    void linksDirectoriesModesAndTimesAreWhatWasAsked() throws Exception {
        InstallDisk disk = disk();
        disk.createDirectory(dir.resolve("d"), 0711);
        disk.createDirectories(dir.resolve("e/f/g"));
        disk.create(dir.resolve("d/file"), bytes("x"), 0600);
        disk.symlink(dir.resolve("soft"), "d/file");
        disk.hardlink(dir.resolve("hard"), dir.resolve("d/file"));
        disk.mode(dir.resolve("d/file"), 04755);
        disk.modified(dir.resolve("d/file"), Instant.parse("2020-01-01T00:00:00Z"));
        disk.force(dir.resolve("d/file"));
        disk.forceTree(dir);
        assertEquals(0711, mode(dir.resolve("d")));
        assertEquals(04755, mode(dir.resolve("hard")));
        assertEquals("d/file", Files.readSymbolicLink(dir.resolve("soft")).toString());
        assertEquals(
                Instant.parse("2020-01-01T00:00:00Z"),
                Files.getLastModifiedTime(dir.resolve("hard")).toInstant());
        assertTrue(Files.isDirectory(dir.resolve("e/f/g")));
        assertTrue(disk.usableBytes(dir.resolve("not/there/yet")) > 0);
    }

    @Test
    void aRenameReplacesAndADeletedTreeTakesNothingBehindLinksWithIt() throws Exception {
        InstallDisk disk = disk();
        Files.createDirectories(dir.resolve("tree/deep"));
        Files.writeString(dir.resolve("kept"), "kept");
        Files.writeString(dir.resolve("tree/deep/file"), "x");
        Files.createSymbolicLink(dir.resolve("tree/out"), dir.resolve("kept"));
        disk.rename(dir.resolve("tree/deep/file"), dir.resolve("kept"));
        disk.delete(dir.resolve("tree"));
        disk.delete(dir.resolve("tree"));
        assertEquals("x", Files.readString(dir.resolve("kept")));
        assertFalse(Files.exists(dir.resolve("tree"), LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void smallFilesAndLinksAreReplacedInOneStepAlsoAfterAnAttemptThatWasCutOff() throws Exception {
        InstallDisk disk = disk();
        Files.writeString(dir.resolve(".a.packhorse-new"), "left behind");
        Files.writeString(dir.resolve("a"), "old");
        disk.replace(dir.resolve("a"), bytes("new"), 0600);
        disk.switchLink(dir.resolve("l"), "a");
        disk.switchLink(dir.resolve("l"), "b");
        assertEquals("new", Files.readString(dir.resolve("a")));
        assertEquals("b", Files.readSymbolicLink(dir.resolve("l")).toString());
        try (var names = Files.list(dir)) {
            assertEquals(2, names.count());
        }
    }

    @Test
    void inADirectoryThatOthersMayChangeEverythingIsDoneTheSame() throws Exception {
        InstallDisk disk = disk();
        Path theirs = Files.createDirectory(dir.resolve("theirs"));
        Files.setAttribute(theirs, "unix:mode", 0777);
        disk.create(theirs.resolve("file"), bytes("01234"), 0640);
        disk.createDirectories(theirs.resolve("d/e"));
        disk.createDirectory(theirs.resolve("d/f"), 0711);
        disk.symlink(theirs.resolve("d/soft"), "../file");
        disk.hardlink(theirs.resolve("d/hard"), theirs.resolve("file"));
        disk.mode(theirs.resolve("file"), 0604);
        int user = (Integer) Files.getAttribute(theirs, "unix:uid");
        int group = (Integer) Files.getAttribute(theirs, "unix:gid");
        disk.owner(theirs.resolve("file"), user, group);
        disk.owner(theirs.resolve("d/soft"), user, group);
        disk.modified(theirs.resolve("file"), Instant.parse("2020-01-01T00:00:00Z"));
        try (InstallDisk.Writer writer = disk.open(theirs.resolve("file"))) {
            writer.write(ByteBuffer.wrap(bytes("x")), 2);
        }
        disk.modified(theirs.resolve("file"), Instant.parse("2020-01-01T00:00:00Z"));
        disk.replace(theirs.resolve("d/small"), bytes("small"), 0600);
        disk.replace(theirs.resolve("d/small"), bytes("less"), 0600);
        disk.switchLink(theirs.resolve("d/link"), "e");
        disk.switchLink(theirs.resolve("d/link"), "f");
        disk.rename(theirs.resolve("d/small"), theirs.resolve("small"));
        disk.rename(theirs.resolve("small"), dir.resolve("small"));
        disk.rename(dir.resolve("small"), theirs.resolve("d/e/small"));
        disk.force(theirs.resolve("d/e/small"));
        disk.force(theirs.resolve("d"));
        disk.forceTree(theirs);
        disk.delete(theirs.resolve("d/e"));
        disk.delete(theirs.resolve("d/e"));
        assertThrows(FileAlreadyExistsException.class, () -> disk.create(theirs.resolve("file"), bytes("new"), 0644));
        assertThrows(FileAlreadyExistsException.class, () -> disk.createDirectory(theirs.resolve("d/f"), 0755));
        assertThrows(NoSuchFileException.class, () -> disk.force(theirs.resolve("d/nothing")));
        assertThrows(NoSuchFileException.class, () -> disk.mode(theirs.resolve("no/thing"), 0644));
        assertEquals("01x34", Files.readString(theirs.resolve("d/hard")));
        assertEquals(0604, mode(theirs.resolve("file")));
        assertEquals(0711, mode(theirs.resolve("d/f")));
        assertEquals(
                Instant.parse("2020-01-01T00:00:00Z"),
                Files.getLastModifiedTime(theirs.resolve("file")).toInstant());
        assertEquals("../file", Files.readSymbolicLink(theirs.resolve("d/soft")).toString());
        assertEquals("f", Files.readSymbolicLink(theirs.resolve("d/link")).toString());
        try (var all = Files.walk(dir)) {
            assertEquals(
                    Set.of(
                            "",
                            "theirs",
                            "theirs/file",
                            "theirs/d",
                            "theirs/d/f",
                            "theirs/d/soft",
                            "theirs/d/hard",
                            "theirs/d/link"),
                    all.map(path -> dir.relativize(path).toString()).collect(Collectors.toSet()));
        }
    }

    @Test
    void aWayThroughALinkThatOthersCouldHavePutThereIsRefused() throws Exception {
        OnlyAs.root();
        Path precious = Files.createDirectory(dir.resolve("precious"));
        Files.writeString(precious.resolve("file"), "precious");
        Path theirs = Files.createDirectory(dir.resolve("theirs"));
        Files.createSymbolicLink(theirs.resolve("link"), precious);
        Files.setAttribute(theirs, "unix:mode", 0777);
        Path led = Files.createSymbolicLink(dir.resolve("his"), precious);
        Files.setAttribute(led, "unix:uid", 1000, LinkOption.NOFOLLOW_LINKS);
        TreePicture before = TreePicture.of(dir);
        InstallDisk disk = disk();
        for (Path way : List.of(theirs.resolve("link"), led)) {
            List<Executable> changes = List.of(
                    () -> disk.create(way.resolve("new"), bytes("new"), 0644),
                    () -> disk.open(way.resolve("file")).close(),
                    () -> disk.createDirectory(way.resolve("new"), 0755),
                    () -> disk.symlink(way.resolve("new"), "file"),
                    () -> disk.hardlink(way.resolve("new"), precious.resolve("file")),
                    () -> disk.rename(way.resolve("file"), dir.resolve("file")),
                    () -> disk.rename(precious.resolve("file"), way.resolve("new")),
                    () -> disk.mode(way.resolve("file"), 0666),
                    () -> disk.owner(way.resolve("file"), 1, 1),
                    () -> disk.modified(way.resolve("file"), Instant.EPOCH),
                    () -> disk.delete(way.resolve("file")),
                    () -> disk.force(way.resolve("file")),
                    () -> disk.replace(way.resolve("file"), bytes("new"), 0644),
                    () -> disk.switchLink(way.resolve("file"), "new"));
            for (Executable change : changes) {
                String line = String.valueOf(
                        assertThrows(AdapterException.class, change).getMessage());
                assertTrue(line.contains(way.toString()), line);
            }
        }
        assertEquals(List.of(), TreePicture.of(dir).differences(before));
    }

    @Test
    void rootsOwnLinksAreFollowed() throws Exception {
        Files.createDirectories(dir.resolve("usr/lib"));
        Files.createSymbolicLink(dir.resolve("lib"), Path.of("usr/lib"));
        Files.createSymbolicLink(dir.resolve("usr/up"), Path.of("../usr/lib"));
        InstallDisk disk = disk();
        disk.replace(dir.resolve("lib/file"), bytes("x"), 0644);
        disk.rename(dir.resolve("usr/up/file"), dir.resolve("lib/other"));
        disk.delete(dir.resolve("usr/up/nothing"));
        assertEquals("x", Files.readString(dir.resolve("usr/lib/other")));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
    }
}
