package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RoleArchiveTest {
    @TempDir
    private Path folder = Path.of("");

    /** A virtual machine that refuses an archive says nothing and is slow. */
    @Test
    void whereAllIsJarsAProgramTakesItsClassesFromTheArchive() throws Exception {
        RoleArchive.use();
        Path log = folder.resolve("classes.log");
        List<String> command = new ArrayList<>(RoleProcess.java("128m"));
        command.addAll(1, List.of("-Xlog:class+load:file=" + log));
        command.remove("-Xlog:disable");
        command.add("--version");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
        assertEquals(0, process.waitFor(), () -> command.toString());
        String classes = Files.readString(log);
        assertTrue(classes.contains("packhorse.dist.Main source: "), classes);
        assertEquals(
                RoleArchive.places().stream().allMatch(Files::isRegularFile),
                classes.contains("packhorse.dist.Main source: shared objects file"),
                classes);
    }
}
