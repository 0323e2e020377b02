package packhorse.peer.adapter;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class WriteBehindTest {
    private static final long SECONDS_MAX = 30;

    @TempDir
    private Path directory;

    @Test
    void aLongFileIsOnItsWayToTheDiskWhileItIsBeingWritten() throws Exception {
        CountDownLatch begun = new CountDownLatch(1);
        try (WriteBehind behind = new WriteBehind(begun::countDown)) {
            behind.wrote(WriteBehind.PORTION_BYTES - 1);
            assertEquals(1, begun.getCount());
            behind.wrote(1);
            assertTrue(begun.await(SECONDS_MAX, TimeUnit.SECONDS));
        }
    }

    /** The system tells of a failure once: the flush at the end would know nothing of it. */
    @Test
    void aFlushThatFailedFailsTheWriting() throws Exception {
        AtomicInteger flushes = new AtomicInteger();
        try (WriteBehind behind = new WriteBehind(() -> {
            if (flushes.incrementAndGet() == 1) {
                throw new IOException("Input/output error");
            }
        })) {
            behind.wrote(WriteBehind.PORTION_BYTES);
            IOException said = assertThrows(IOException.class, behind::finish);
            assertEquals("Input/output error", said.getMessage());
            assertThrows(IOException.class, () -> behind.wrote(WriteBehind.PORTION_BYTES));
            assertThrows(IOException.class, behind::finish);
            assertEquals(1, flushes.get());
        }
    }

    @Test
    void aLongFileIsWhatWasWritten() throws IOException {
        long length = 2 * WriteBehind.PORTION_BYTES + 12_345;
        Path file = directory.resolve("long");
        InstallDisk.real()
                .create(
                        file,
                        new InputStream() {
                            private long given;

                            @Override
                            public int read() {
                                return given == length ? -1 : (int) (given++ % 251);
                            }

                            @Override
                            public int read(byte[] into, int offset, int count) {
                                int some = (int) Math.min(count, length - given);
                                for (int i = 0; i < some; i++) {
                                    into[offset + i] = (byte) (given++ % 251);
                                }
                                return some == 0 ? -1 : some;
                            }
                        },
                        0600,
                        done -> {});
        assertEquals(length, Files.size(file));
        try (InputStream in = new java.io.BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            for (long at = 0; at < length; at++) {
                if (in.read() != at % 251) {
                    throw new AssertionError("another byte at " + at);
                }
            }
        }
    }
}
