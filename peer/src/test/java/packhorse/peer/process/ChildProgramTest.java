package packhorse.peer.process;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import packhorse.peer.process.ChildProgram.Work;

final class ChildProgramTest {
    private static List<String> command(Work work) {
        return new ChildProgram(
                        "a process", List.of(), List.of(Path.of("a.jar")), "a.Main", work, 1 << 20, Path.of("."))
                .command();
    }

    /** The quick compiler has no SHA instructions: hashing is twelve times slower under it. */
    @Test
    void onlyWhatHashesIsCompiledInFull() {
        assertTrue(command(Work.HASHES).contains("-XX:TieredStopAtLevel=4"));
        assertFalse(command(Work.HASHES).contains("-XX:TieredStopAtLevel=1"));
        assertTrue(command(Work.STEERS).contains("-XX:TieredStopAtLevel=1"));
    }
}
