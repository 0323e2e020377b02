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
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
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

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static int mode(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777;
    }
}
