package packhorse.peer.adapter;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.content.CodeClass;
import packhorse.core.content.Kind;
import packhorse.peer.adapter.testing.ScratchMachine;

/** A record that a disk damaged is told by its name and its mend, whichever adapter wrote it. */
final class OwnRecordTest {
    @TempDir
    Path dir;

    private static ScratchMachine.Release release(String adapter, String name, byte[] content, String settings) {
        Kind kind = adapter.equals("image") ? Kind.IMAGE : Kind.PACKAGE;
        Adapter found = Adapters.standard().find(adapter).orElseThrow();
        return ScratchMachine.release(found, kind, "1", name, content, settings);
    }

    private static byte[] tar() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes)) {
            tar.putArchiveEntry(new TarArchiveEntry("app"));
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static ScratchMachine.Release archive() {
        return release("archive", "app.tar", tar(), "{'into': '/opt/app'}");
    }

    private static ScratchMachine.Release config() {
        return release(
                "config", "t", new byte[1], "{'edits': [{'file': '/conf', 'format': 'ini', 'set': {'a': 'b'}}]}");
    }

    static List<ScratchMachine.Release> releases() {
        return List.of(
                archive(), config(), release("image", "disk.img", "new".getBytes(UTF_8), "{'device': '/disk.img'}"));
    }

    private ScratchMachine installed(ScratchMachine.Release release) throws IOException {
        ScratchMachine machine = new ScratchMachine(dir).with(release);
        machine.write("/conf", "a=1\n");
        machine.write("/disk.img", "old");
        machine.install(release);
        return machine;
    }

    private static List<Path> records(Path directory) throws IOException {
        try (Stream<Path> all = Files.walk(directory)) {
            return all.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private static void assertTold(Path record, Executable reading) throws IOException {
        byte[] right = Files.readAllBytes(record);
        byte[] wrong = right.clone();
        wrong[0] ^= 0x41;
        for (byte[] damaged : List.of(Arrays.copyOf(right, right.length / 2), new byte[0], wrong)) {
            Files.write(record, damaged);
            AdapterException told = assertThrows(AdapterException.class, reading, record::toString);
            String line = String.valueOf(told.getMessage());
            assertEquals(CodeClass.ENVIRONMENT, told.codeClass(), line);
            assertTrue(line.startsWith(record + " is not what was written there ("), line);
            assertTrue(line.contains("; look after that disk, and bring that file back from a backup"), line);
            assertFalse(line.contains("\n"), line);
        }
        Files.write(record, right);
    }

    @ParameterizedTest
    @MethodSource("releases")
    void oneForTheWayBackIs(ScratchMachine.Release release) throws Exception {
        ScratchMachine machine = installed(release);
        List<Path> records = records(machine.place().resolve("undo"));
        assertFalse(records.isEmpty());
        for (Path record : records) {
            assertTold(record, () -> machine.undo(release));
        }

        machine.undo(release);
        assertEquals("a=1\nold", machine.read("/conf") + machine.read("/disk.img"));
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void oneOfWhatIsInPlaceIs(boolean archive) throws Exception {
        ScratchMachine.Release release = archive ? archive() : config();
        ScratchMachine machine = installed(release);
        Path record = machine.place().resolve(archive ? "home/1/archive.json" : "home/1/plan.json");
        assertTold(record, () -> machine.verify(release));
        assertEquals(List.of(), machine.verify(release));
    }
}
