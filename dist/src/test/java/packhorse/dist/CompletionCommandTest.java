package packhorse.dist;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.testing.OutsideProgram;

/** What a shell makes of the completion script. */
final class CompletionCommandTest {
    @TempDir
    private Path folder = Path.of("");

    @Test
    void bashCompletesCommandsAndOptions() throws Exception {
        OutsideProgram.require("bash");
        CommandLines.Said script = CommandLines.run("completion");
        assertEquals(0, script.code(), script.err());
        assertEquals(script, CommandLines.run("completion", "zsh"), "zsh reads the same");
        Path file = Files.writeString(folder.resolve("packhorse.bash"), script.out());

        assertEquals(List.of("wave"), completed(file, "packhorse", "wav"));
        assertTrue(completed(file, "packhorse", "wave", "").containsAll(List.of("watch", "lift", "judge")));
        assertTrue(completed(file, "packhorse", "order", "sign-plan", "--cap").contains("--capacity"));
    }

    private static List<String> completed(Path script, String... words) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "bash",
                "--norc",
                "-c",
                "source \"$0\"; COMP_WORDS=(\"$@\"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); _complete_packhorse;"
                        + " printf '%s\\n' \"${COMPREPLY[@]}\"",
                script.toString()));
        command.addAll(List.of(words));
        Process shell = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, shell.waitFor(), said);
        return said.lines().toList();
    }

    @Test
    void anotherShellIsRefusedInOneLine() {
        CommandLines.Said said = CommandLines.run("completion", "fish");
        assertEquals(2, said.code());
        assertTrue(said.err().startsWith("packhorse: no completion for fish"), said.err());
    }
}
