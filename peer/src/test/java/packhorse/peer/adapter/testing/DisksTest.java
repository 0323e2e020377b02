package packhorse.peer.adapter.testing;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.peer.adapter.InstallDisk;

/** The disks that fail: like the real one before their moment, and at their moment as they say. */
final class DisksTest {
    @TempDir
    Path dir;

    @Nested
    final class Real extends InstallDiskContract {
        @Override
        InstallDisk disk() {
            return InstallDisk.real();
        }
    }

    @Nested
    final class Stopping extends InstallDiskContract {
        @Override
        InstallDisk disk() {
            return new StoppingDisk(InstallDisk.real(), Long.MAX_VALUE);
        }
    }

    @Nested
    final class Crashing extends InstallDiskContract {
        @Override
        InstallDisk disk() throws IOException {
            return new CrashDisk(InstallDisk.real(), dir);
        }
    }

    @Nested
    final class Filling extends InstallDiskContract {
        @Override
        InstallDisk disk() {
            return new FullDisk(InstallDisk.real(), Long.MAX_VALUE / 2, true);
        }
    }

    @Nested
    final class Unforced extends InstallDiskContract {
        @Override
        InstallDisk disk() {
            return new FailingForceDisk(InstallDisk.real(), Long.MAX_VALUE);
        }
    }

    @Nested
    final class Tearing extends InstallDiskContract {
        @Override
        InstallDisk disk() {
            return new TornDisk(InstallDisk.real(), Long.MAX_VALUE, true);
        }
    }

    @Test
    void aCrashLeavesTheNamesAndContentsThatWereForced() throws Exception {
        Files.writeString(dir.resolve("old"), "old");
        CrashDisk disk = new CrashDisk(InstallDisk.real(), dir);
        disk.create(dir.resolve("whole"), bytes("whole"), 0644);
        disk.force(dir.resolve("whole"));
        disk.create(dir.resolve("half"), bytes("halves"), 0644);
        disk.force(dir);
        disk.create(dir.resolve("unnamed"), bytes("x"), 0644);
        disk.force(dir.resolve("unnamed"));
        disk.rename(dir.resolve("old"), dir.resolve("renamed"));
        try (InstallDisk.Writer writer = disk.open(dir.resolve("whole"))) {
            writer.write(java.nio.ByteBuffer.wrap(bytes("W")), 0);
        }
        disk.crash();
        assertEquals("whole", Files.readString(dir.resolve("whole")));
        assertEquals("hal", Files.readString(dir.resolve("half")));
        assertEquals("old", Files.readString(dir.resolve("old")));
        assertFalse(Files.exists(dir.resolve("unnamed")));
        assertFalse(Files.exists(dir.resolve("renamed")));
    }

    @Test
    void aFileReplacedProperlyIsOldOrNewAtEveryCut() throws Exception {
        EveryStep steps = EveryStep.in(dir)
                .world(place -> Files.writeString(place.resolve("a"), "old"))
                .life((place, disk) -> disk.replace(place.resolve("a"), bytes("new"), 0644))
                .looksAt(place -> TreePicture.of(place).without(".a.packhorse-new"))
                .powerCut();
        assertEquals(5, steps.check());
    }

    @Test
    void aFileReplacedWithoutAForceIsFoundOut() {
        EveryStep steps = EveryStep.in(dir)
                .world(place -> Files.writeString(place.resolve("a"), "old"))
                .life((place, disk) -> {
                    disk.delete(place.resolve("b"));
                    disk.create(place.resolve("b"), bytes("new"), 0644);
                    disk.rename(place.resolve("b"), place.resolve("a"));
                    disk.force(place);
                    disk.createDirectories(place.resolve("c"));
                })
                .looksAt(place -> TreePicture.of(place).without("b").without("c"))
                .powerCut();
        AssertionError found = assertThrows(AssertionError.class, steps::check);
        assertTrue(
                String.valueOf(found.getMessage()).contains("neither old nor new"), String.valueOf(found.getMessage()));
    }

    @Test
    void aFullDiskTakesWhatFitsAndGivesRoomBack() throws Exception {
        FullDisk disk = new FullDisk(InstallDisk.real(), 10, true);
        disk.create(dir.resolve("a"), bytes("12345678"), 0644);
        IOException full = assertThrows(IOException.class, () -> disk.create(dir.resolve("b"), bytes("12345"), 0644));
        assertTrue(
                String.valueOf(full.getMessage()).contains("No space left on device"),
                String.valueOf(full.getMessage()));
        assertEquals("12", Files.readString(dir.resolve("b")));
        assertEquals(0, disk.usableBytes(dir));
        disk.delete(dir.resolve("a"));
        assertEquals(8, disk.usableBytes(dir));
    }

    @Test
    void aTornWriteIsOneThatReadingBackFinds() throws Exception {
        TornDisk disk = new TornDisk(InstallDisk.real(), 0, true);
        disk.create(dir.resolve("a"), bytes("12345678"), 0644);
        assertTrue(Files.readString(dir.resolve("a"), java.nio.charset.StandardCharsets.ISO_8859_1)
                .startsWith("1234"));
        assertFalse(Files.readString(dir.resolve("a"), java.nio.charset.StandardCharsets.ISO_8859_1)
                .endsWith("5678"));
        TornDisk honest = new TornDisk(InstallDisk.real(), 0, false);
        assertThrows(IOException.class, () -> honest.create(dir.resolve("b"), bytes("12345678"), 0644));
    }

    @Test
    void aFlushThatFailsFailsOnce() throws Exception {
        FailingForceDisk disk = new FailingForceDisk(InstallDisk.real(), 1);
        disk.force(dir);
        assertThrows(IOException.class, () -> disk.force(dir));
        disk.force(dir);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
