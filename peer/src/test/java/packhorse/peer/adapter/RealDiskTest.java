package packhorse.peer.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.FileTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.testing.OutsideProgram;

/** The real disk, in the hands of somebody who does not mean well. */
@Timeout(120)
final class RealDiskTest {
    /** Enough that the stranger comes in between. */
    private static final int FILES = 20_000;

    private final InstallDisk disk = InstallDisk.real();

    @TempDir
    Path directory;

    @Test
    void treesDeeperThanAnyPathAreDeleted() throws Exception {
        Path tree = Files.createDirectory(directory.resolve("tree"));
        // 2,000 levels of four characters: twice what a path may be long.
        Process made = new ProcessBuilder(
                        OutsideProgram.require("perl").toString(),
                        "-e",
                        "chdir $ARGV[0]; for (1..2000) { mkdir 'deep' and chdir 'deep' or die $! } open F, '>file'",
                        tree.toString())
                .inheritIO()
                .start();
        assertEquals(0, made.waitFor());
        disk.delete(tree);
        assertFalse(Files.exists(tree, LinkOption.NOFOLLOW_LINKS));
    }

    @Test
    void linksAreDeletedAndNotFollowed() throws IOException {
        Path precious = Files.createDirectory(directory.resolve("precious"));
        Path kept = Files.createFile(precious.resolve("kept"));
        Path tree = Files.createDirectories(directory.resolve("tree/below"));
        Files.createSymbolicLink(tree.resolve("link"), precious);
        Files.createSymbolicLink(directory.resolve("outer"), precious);
        disk.delete(directory.resolve("tree"));
        disk.delete(directory.resolve("outer"));
        disk.delete(directory.resolve("nothing/below/nothing"));
        assertTrue(Files.exists(kept));
        assertFalse(Files.exists(directory.resolve("tree")));
        assertFalse(Files.exists(directory.resolve("outer"), LinkOption.NOFOLLOW_LINKS));
    }

    /** Whoever may write to a tree exchanges a directory of it for a link, just as its first file is gone. */
    @Test
    void aDirectoryThatBecomesALinkMeanwhileLeadsNowhere() throws Exception {
        Path precious = Files.createDirectory(directory.resolve("precious"));
        Path contested = Files.createDirectories(directory.resolve("tree/contested"));
        for (int file = 0; file < FILES; file++) {
            Files.createFile(precious.resolve("file-" + file));
            Files.createFile(contested.resolve("file-" + file));
        }
        Path link = Files.createSymbolicLink(directory.resolve("link"), precious);
        FileTime before = Files.getLastModifiedTime(contested);
        Thread stranger = Thread.ofPlatform().start(() -> {
            try {
                while (Files.getLastModifiedTime(contested).equals(before)) {
                    Thread.onSpinWait();
                }
                Files.move(contested, directory.resolve("spare"));
                Files.move(link, contested);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        try {
            disk.delete(directory.resolve("tree"));
        } catch (FileSystemException e) {
            // It may not come to its end. It may not go astray.
            disk.delete(directory.resolve("tree"));
        }
        stranger.join();
        assertEquals(FILES, count(precious));
        assertFalse(Files.exists(directory.resolve("tree"), LinkOption.NOFOLLOW_LINKS));
    }

    private static long count(Path place) throws IOException {
        try (var all = Files.list(place)) {
            return all.count();
        }
    }

    @Test
    void thisSystemHoldsDirectoriesOpen() throws IOException {
        try (var held = Files.newDirectoryStream(directory)) {
            assertTrue(held instanceof SecureDirectoryStream);
        }
    }
}
