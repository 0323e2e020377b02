package packhorse.peer.adapter.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.BadContentException;

/** What proves a zip is itself bounded, however large the directory is that it is given. */
final class ZipLayoutTest {
    private static final Limits MANY = new Limits(Limits.RATIO_DEFAULT, Limits.ENTRIES_MAX, 40, Limits.BYTES_MAX);

    @TempDir
    Path dir;

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
    }

    /** A hole of 60 MiB that is said to be the directory of 65534 entries. */
    @Test
    void aHugeDirectoryAsksForNoMemory() throws Exception {
        Path zip = dir.resolve("huge.zip");
        int directory = 60 << 20;
        ByteBuffer end = ByteBuffer.allocate(22).order(ByteOrder.LITTLE_ENDIAN);
        end.putInt(0, Zip.END).putShort(8, (short) 65534).putShort(10, (short) 65534);
        end.putInt(12, directory).putInt(16, 0);
        try (RandomAccessFile file = new RandomAccessFile(zip.toFile(), "rw")) {
            file.seek(directory);
            file.write(end.array());
        }
        try (FileChannel channel = FileChannel.open(zip, StandardOpenOption.READ)) {
            long before = allocated();
            BadContentException refused = assertThrows(BadContentException.class, () -> ZipLayout.of(channel, MANY));
            assertTrue(allocated() - before < 4 << 20, allocated() - before + " bytes were asked for");
            assertTrue(
                    String.valueOf(refused.getMessage()).contains("pack so many entries as a tar"),
                    String.valueOf(refused.getMessage()));
        }
    }

    @Test
    void aDirectoryOfManyPortionsIsReadToItsEnd() throws Exception {
        int files = 6_000;
        Path zip = Files.write(dir.resolve("many.zip"), Zip.of(all -> {
            for (int i = 0; i < files; i++) {
                all.stored(
                        "a-long-name-so-that-the-directory-needs-several-portions-" + "x".repeat(i % 97) + i,
                        new byte[] {(byte) i});
            }
        }));
        try (FileChannel channel = FileChannel.open(zip, StandardOpenOption.READ)) {
            List<ZipLayout.Entry> entries = ZipLayout.of(channel, MANY);
            assertEquals(files, entries.size());
            assertTrue(ZipLayout.shown(entries.getLast().name()).endsWith(Integer.toString(files - 1)));
        }
    }
}
