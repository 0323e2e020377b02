package packhorse.core.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;

final class FileWatchTest {
    @TempDir
    Path directory;

    private Path file;

    @BeforeEach
    void file() {
        file = directory.resolve("watched.yaml");
    }

    private void write(String text, int second) throws IOException {
        Files.writeString(file, text);
        Files.setLastModifiedTime(file, FileTime.from(Instant.ofEpochSecond(second)));
    }

    @Test
    void anotherContentIsNewsAndATouchIsNone() throws IOException {
        FileWatch watch = new FileWatch(file);
        assertThrows(UsageException.class, watch::look);
        write("one", 1);
        assertEquals(Optional.of(Instant.ofEpochSecond(1)), watch.look());
        assertEquals(Optional.empty(), watch.look());
        write("one", 2);
        assertEquals(Optional.empty(), watch.look());
        write("two", 3);
        assertEquals(Optional.of(Instant.ofEpochSecond(3)), watch.look());
        Files.delete(file);
        assertThrows(UsageException.class, watch::look);
        write("two", 3);
        assertTrue(watch.look().isPresent(), "it was gone");
    }

    @Test
    void aFileWhosePermissionsAreMendedIsNewsThoughItsStampIsTheSame() throws IOException {
        AtomicBoolean readable = new AtomicBoolean(true);
        FileWatch watch = new FileWatch(file, path -> {
            if (!readable.get()) {
                throw new AccessDeniedException(path.toString());
            }
            return Files.readAllBytes(path);
        });
        write("one", 1);
        assertTrue(watch.look().isPresent());
        readable.set(false);
        write("two", 2);
        assertThrows(UsageException.class, watch::look);
        assertThrows(UsageException.class, watch::look, "as long as it lasts");
        readable.set(true);
        assertEquals(Optional.of(Instant.ofEpochSecond(2)), watch.look());
        readable.set(false);
        write("two", 3);
        assertThrows(UsageException.class, watch::look);
        readable.set(true);
        assertTrue(watch.look().isPresent(), "what was said of it is to be taken back, though nothing is new");
        assertFalse(watch.look().isPresent());
    }
}
