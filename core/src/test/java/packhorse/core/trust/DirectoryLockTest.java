package packhorse.core.trust;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;

/** One writer of a directory, among the processes of this machine. */
@Timeout(180)
final class DirectoryLockTest {
    private static final String TAKEN = "is written by another one; stop it";

    @TempDir
    Path directory;

    /** A process that holds a directory until it is killed. */
    private static final class Holder implements AutoCloseable {
        private final Process process;
        private final BufferedReader said;

        Holder(Path held) throws IOException {
            process = new ProcessBuilder(
                            ProcessHandle.current().info().command().orElse("java"),
                            "-XX:+UseSerialGC",
                            "-XX:TieredStopAtLevel=1",
                            "-Xmx64m",
                            "-cp",
                            System.getProperty("java.class.path"),
                            DirectoryHolderMain.class.getName(),
                            held.toString())
                    .redirectErrorStream(true)
                    .start();
            said = process.inputReader();
        }

        String line() throws IOException {
            return String.valueOf(said.readLine());
        }

        /** As kill -9. */
        void kill() throws InterruptedException {
            process.destroyForcibly();
            assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    private static void assertTaken(Path held) {
        OperationException refused = assertThrows(OperationException.class, () -> DirectoryLock.take(held, TAKEN));
        assertEquals(held + " " + TAKEN, refused.getMessage());
    }

    @Test
    void anotherProcessKeepsItUntilItIsKilled() throws Exception {
        Path held = directory.resolve("not/there/yet");
        try (Holder first = new Holder(held)) {
            assertEquals("HELD", first.line());
            assertTaken(held);
            // Nor is a failed attempt of this process in the way of a later one.
            assertTaken(held);

            first.kill();

            DirectoryLock own = DirectoryLock.take(held, TAKEN);
            try (Holder second = new Holder(held)) {
                assertEquals(held + " is held", second.line());
            }
            assertTaken(held);
            own.close();
        }
    }

    @Test
    void aSecondTakingInOneProcessDoesNotLetGoOfTheFirst() throws Exception {
        Path link = Files.createSymbolicLink(directory.resolve("link"), Files.createDirectory(directory.resolve("d")));
        DirectoryLock own = DirectoryLock.take(directory.resolve("d"), TAKEN);
        assertTaken(directory.resolve("d"));
        assertTaken(link);
        try (Holder other = new Holder(link)) {
            assertEquals(link + " is held", other.line(), "the file lock is still there");
        }
        own.close();
        own.close();
        try (Holder other = new Holder(link)) {
            assertEquals("HELD", other.line());
        }
    }

    @Test
    void whatCannotBeLockedIsSaid() throws Exception {
        Files.createDirectory(directory.resolve("lock"));

        OperationException failed = assertThrows(OperationException.class, () -> DirectoryLock.take(directory, TAKEN));

        assertTrue(String.valueOf(failed.getMessage()).contains("lock cannot be locked: "), failed.getMessage());
        Files.delete(directory.resolve("lock"));
        DirectoryLock.take(directory, TAKEN).close();
    }

    /** As when something else in this process has the file locked. */
    @Test
    void whereLockingItselfFailsItIsTakenAndNothingStaysOpen() throws Exception {
        Path file = directory.resolve("lock");
        try (FileChannel otherwise = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            assertTrue(otherwise.lock().isValid());
            assertTaken(directory);
            assertEquals(1, open(file));
        }
        DirectoryLock.take(directory, TAKEN).close();
    }

    private static long open(Path file) throws IOException {
        try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
            return all.filter(one -> leads(one, file)).count();
        }
    }

    private static boolean leads(Path link, Path file) {
        try {
            return Files.readSymbolicLink(link).equals(file);
        } catch (IOException e) {
            // Closed meanwhile.
            return false;
        }
    }
}
