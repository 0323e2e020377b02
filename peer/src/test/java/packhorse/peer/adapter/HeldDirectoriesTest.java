package packhorse.peer.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.testing.OnlyAs;

/** What is held open is used as long as its name leads to it, and leads nobody anywhere when that changes. */
final class HeldDirectoriesTest {
    private static final int STRANGER = 1000;

    @TempDir
    Path place;

    private final InstallDisk disk = InstallDisk.real();
    private Path directory;

    @BeforeEach
    void root() throws IOException {
        OnlyAs.root();
        directory = Files.createDirectories(place.resolve("above/directory"));
    }

    private interface Work {
        void run() throws IOException;
    }

    private void staying(Work work) throws IOException {
        boolean unusedDone = disk.staying(() -> {
            work.run();
            return true;
        });
    }

    private void write(Path file) throws IOException {
        disk.create(file, file.toString().getBytes(StandardCharsets.UTF_8), 0640);
        disk.modified(file, Instant.EPOCH);
        disk.mode(file, 0600);
        disk.force(file);
    }

    private static void assertWritten(Path at) throws IOException {
        assertEquals(0600, (Integer) Files.getAttribute(at, "unix:mode", LinkOption.NOFOLLOW_LINKS) & 07777);
        assertEquals(Instant.EPOCH, Files.getLastModifiedTime(at).toInstant());
    }

    @Test
    void filesAreAsTheyAreWithoutIt() throws Exception {
        staying(() -> {
            for (int i = 0; i < 3 * HeldDirectories.HELD_MAX; i++) {
                Path own = directory.resolve("d" + i % (HeldDirectories.HELD_MAX + 3));
                if (!Files.exists(own)) {
                    disk.createDirectory(own, 0755);
                }
                write(own.resolve("f" + i));
                assertWritten(own.resolve("f" + i));
            }
        });
        Path special = directory.resolve("special");
        staying(() -> {
            write(directory.resolve("plain"));
            disk.create(special, new byte[0], 04755);
        });
        assertEquals(04755, (Integer) Files.getAttribute(special, "unix:mode") & 07777);
    }

    @Test
    void aDirectoryThatWasRenamedOrMadeAnewIsGoneToAnew() throws Exception {
        staying(() -> {
            write(directory.resolve("one"));
            disk.rename(directory, place.resolve("above/old"));
            assertThrows(IOException.class, () -> write(directory.resolve("lost")));
            disk.createDirectory(directory, 0755);
            write(directory.resolve("two"));
            disk.delete(place.resolve("above"));
            disk.createDirectories(directory);
            write(directory.resolve("three"));
        });
        try (var names = Files.list(directory)) {
            assertEquals(1, names.count());
        }
        assertWritten(directory.resolve("three"));
    }

    /** His directory, into which something was put already, becomes a link to somebody else's. */
    @Test
    void nobodyIsLedThroughALinkThatTookAHeldDirectorysPlace() throws Exception {
        Path precious = Files.createDirectory(place.resolve("precious"));
        Files.setAttribute(place.resolve("above"), "unix:uid", STRANGER);
        Files.setAttribute(directory, "unix:uid", STRANGER);
        staying(() -> {
            write(directory.resolve("one"));
            Files.move(directory, place.resolve("above/taken-away"));
            Files.createSymbolicLink(directory, precious);
            Files.setAttribute(directory, "unix:uid", STRANGER, LinkOption.NOFOLLOW_LINKS);
            assertThrows(AdapterException.class, () -> write(directory.resolve("two")));
            // He puts it back: what was held is let go, and gone to anew.
            Files.delete(directory);
            Files.move(place.resolve("above/taken-away"), directory);
            write(directory.resolve("three"));
        });
        try (var names = Files.list(precious)) {
            assertEquals(0, names.count());
        }
        assertWritten(directory.resolve("three"));
    }

    /** A directory of root's that is given away while it is held is one of his from then on. */
    @Test
    void oneThatIsGivenAwayMeanwhileIsHeldAsAnyOfHis() throws Exception {
        Path precious = Files.createDirectory(place.resolve("precious"));
        Path secret = Files.writeString(precious.resolve("secret"), "kept");
        Files.setAttribute(secret, "unix:mode", 0604);
        staying(() -> {
            write(directory.resolve("one"));
            disk.owner(place.resolve("above"), STRANGER, STRANGER);
            disk.owner(directory, STRANGER, STRANGER);
            Files.delete(directory.resolve("one"));
            Files.createSymbolicLink(directory.resolve("one"), secret);
            assertThrows(IOException.class, () -> disk.mode(directory.resolve("one"), 0666));
            assertThrows(IOException.class, () -> disk.modified(directory.resolve("one"), Instant.EPOCH));
            assertThrows(IOException.class, () -> disk.create(directory.resolve("one"), new byte[] {1}, 0666));
            disk.createDirectory(directory.resolve("sub"), 0755);
        });
        assertEquals("kept", Files.readString(secret));
        assertEquals(0604, (Integer) Files.getAttribute(secret, "unix:mode") & 07777);
        assertTrue(Files.isDirectory(directory.resolve("sub")));
    }

    @Test
    void nothingStaysOpenAfterIt() throws Exception {
        long before = descriptors();
        staying(() -> staying(() -> {
            write(directory.resolve("one"));
            assertTrue(descriptors() > before);
            assertTrue(HeldDirectories.current().isPresent());
        }));
        assertEquals(before, descriptors());
        assertFalse(HeldDirectories.current().isPresent());
    }

    private static long descriptors() throws IOException {
        try (var open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(descriptor -> {
                        try {
                            return Files.isDirectory(descriptor)
                                    && Files.readSymbolicLink(descriptor)
                                            .toString()
                                            .contains("/above");
                        } catch (IOException e) {
                            return false;
                        }
                    })
                    .count();
        }
    }
}
