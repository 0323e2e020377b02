package packhorse.core.durable;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.content.BlobRef;

/** In which order the steps come, and what is said where one of them fails. */
final class DurableFilesTest {
    private static final byte[] NEW = "new".getBytes(UTF_8);

    @TempDir
    Path dir;

    private Path place;
    private Path file;
    private Path source;

    private interface Change {
        void with(DurableFiles files) throws FileAlreadyExistsException;
    }

    private record Named(String name, Change change) {}

    @BeforeEach
    void aFile() throws IOException {
        place = Files.createDirectory(dir.resolve("place"));
        file = Files.write(place.resolve("file"), "old".getBytes(UTF_8));
        source = Files.write(dir.resolve("source"), NEW);
        Files.write(place.resolve("other"), NEW);
    }

    private List<Named> changes() {
        return List.of(
                new Named("replace", files -> files.replace(file, NEW)),
                new Named("replacePrivate", files -> files.replacePrivate(file, NEW)),
                new Named("move", files -> files.move(place.resolve("other"), file)),
                new Named("copyVerified", files -> files.copyVerified(source, file, BlobRef.of(NEW))),
                new Named("createPrivate", files -> files.createPrivate(place.resolve("fresh"), NEW)),
                new Named("delete", files -> files.delete(place.resolve("other"))));
    }

    private List<String> steps(Change change) throws IOException {
        List<String> steps = new ArrayList<>();
        change.with(new DurableFiles(what -> steps.add(what.replaceAll("/\\S*/", ""))));
        return steps;
    }

    @Test
    void whatIsNewIsFlushedBeforeItHasItsNameAndTheNameIsFlushedLast() throws IOException {
        assertEquals(
                List.of("write file.new", "flush file.new", "rename file", "flush the directory of file"),
                steps(files -> files.replace(file, NEW)));
        assertEquals(
                List.of(
                        "make private file.new",
                        "write file.new",
                        "flush file.new",
                        "rename file",
                        "flush the directory of file"),
                steps(files -> files.replacePrivate(file, NEW)));
        assertEquals(
                List.of("write file.new", "flush file.new", "rename file", "flush the directory of file"),
                steps(files -> files.copyVerified(source, file, BlobRef.of(NEW))));
        assertEquals(
                List.of("rename file", "flush the directory of file"),
                steps(files -> files.move(place.resolve("other"), file)));
        assertEquals(List.of("delete file", "flush the directory of file"), steps(files -> files.delete(file)));
        assertEquals(List.of("delete file"), steps(files -> files.delete(file)), "there is no such file any more");
    }

    /** Where only the directory's flush fails the change is made: who reads "nothing was changed" then goes astray. */
    @Test
    void aChangeWhoseNameCannotBeFlushedIsNotCalledUnmade() throws IOException {
        for (Named each : changes()) {
            Path away = dir.resolve("away");
            DurableFiles files = new DurableFiles(what -> {
                if (what.startsWith("flush the directory")) {
                    move(place, away);
                }
            });
            OperationException failed =
                    assertThrows(OperationException.class, () -> each.change().with(files), each.name());
            String line = String.valueOf(failed.getMessage());
            assertTrue(line.contains(" was changed, but a loss of power may take that back"), line);
            assertTrue(line.contains("(there is no such file); mend the disk and do it again"), line);
            move(away, place);
            Files.deleteIfExists(place.resolve("fresh"));
            Files.write(place.resolve("other"), NEW);
        }
    }

    @Test
    void whatFailsBeforeItHasTheNameChangedNothing() throws IOException {
        Path taken = place.resolve("taken");
        Files.createDirectories(taken.resolve("by/others"));
        OperationException failed =
                assertThrows(OperationException.class, () -> new DurableFiles().replace(taken, NEW));
        String line = String.valueOf(failed.getMessage());
        assertTrue(line.startsWith(taken + " cannot be written: "), line);
        assertTrue(line.endsWith("; nothing was changed"), line);
        assertTrue(Files.isDirectory(taken.resolve("by/others")));
        assertThrows(FileAlreadyExistsException.class, () -> new DurableFiles().createPrivate(file, NEW));
        assertEquals("old", Files.readString(file));
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
