package packhorse.dist.demo;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.dist.role.RoleProcess;

/** The demo as people start it: its numbers are true, and nothing outlives it. */
@Timeout(value = 15, unit = TimeUnit.MINUTES)
final class DemoTest {
    @TempDir
    private Path folder = Path.of("");

    /** Starts {@code packhorse demo} with its temporary files in {@link #folder}. */
    private Process demo(String... options) throws IOException {
        List<String> command = new ArrayList<>(RoleProcess.java("128m"));
        command.add(1, "-Djava.io.tmpdir=" + Files.createDirectories(folder.resolve("tmp")));
        command.removeIf(word -> word.startsWith("-Djava.io.tmpdir=") && !word.contains(folder.toString()));
        command.add("demo");
        command.addAll(List.of(options));
        // A suite started in a shell's background ignores interrupts, and so would all it starts.
        command.addAll(0, List.of("env", "--default-signal=INT"));
        return new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("out").toFile())
                .start();
    }

    private String output() throws IOException {
        return Files.readString(folder.resolve("out"));
    }

    private boolean nothingLeft() throws IOException {
        try (var files = Files.list(folder.resolve("tmp"))) {
            return files.findAny().isEmpty()
                    && !someProcessNames(folder.resolve("tmp").toString());
        }
    }

    private static boolean someProcessNames(String text) {
        return ProcessHandle.allProcesses()
                .map(process -> Path.of("/proc/" + process.pid() + "/cmdline"))
                .anyMatch(file -> {
                    try {
                        return Files.readString(file, java.nio.charset.StandardCharsets.ISO_8859_1)
                                .contains(text + "/packhorse-demo-");
                    } catch (IOException gone) {
                        return false;
                    }
                });
    }

    @Test
    void aTreeReachesTwoOfficesOnceEachTheBooksBalanceAndAWaveThatFailsIsTakenBack() throws Exception {
        Path top = folder.resolve("tree");
        Path tree = Files.createDirectories(top.resolve("sub"));
        Files.writeString(tree.resolve("small.txt"), "a small file beside a large one\n");
        Files.move(Lab.content(folder, "8MiB", 41), tree.resolve("large"));
        Path json = folder.resolve("figures.json");

        Process demo = demo(
                "--content",
                top.toString(),
                "--sites",
                "2",
                "--endpoints",
                "2",
                "--wan",
                "80Mbit",
                "--json",
                json.toString());

        assertEquals(0, demo.waitFor(), this::said);
        assertTrue(output().contains("6 of 6 copies identical, books balanced"), this::said);
        String figures = Files.readString(json);
        for (String field : List.of(
                "\"release\"",
                "\"lowerBoundSeconds\"",
                "\"slowestSeconds\"",
                "\"bytesOut\"",
                "\"wanCopies\"",
                "\"lanBytes\"")) {
            assertTrue(figures.contains(field), figures);
        }
        assertFalse(figures.contains("\"verified\": false"), figures);
        // One copy each; the last requests of so small a file may be sent twice on a busy machine.
        assertEquals(2, figures.split("\"wanCopies\": 1\\.0[0-9]", -1).length - 1, figures);
        assertTrue(nothingLeft());

        // Then people brought a tool to everybody in waves, and one that two machines of the second office do not bear
        // with.
        for (String line : List.of(
                "-0001/D1/W0 PASS\n",
                "-0001/D1/W1 PASS\n",
                "-0001/D1/W2 PASS\n",
                "-0002/D1/W1 FAIL\n",
                "-0002/D1 is taken back: every machine has 1.0\n",
                "each bound to the one before\n")) {
            assertTrue(output().contains(line), this::said);
        }
        assertFalse(output().contains("-0002/D1/W2"), this::said);
    }

    private String said() {
        try {
            return output();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Test
    void nothingIsLeftWhenTheDemoIsInterrupted() throws Exception {
        Process demo = runningDemo();
        new ProcessBuilder("kill", "-INT", String.valueOf(demo.pid())).start().waitFor();
        assertEquals(130, demo.waitFor(), this::said);
        await().atMost(Duration.ofSeconds(60)).until(this::nothingLeft);
    }

    @Test
    void noProcessIsLeftWhenTheDemoIsKilled() throws Exception {
        Process demo = runningDemo();
        demo.destroyForcibly().waitFor();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> !someProcessNames(folder.resolve("tmp").toString()));
    }

    /** A demo in the middle of its pulls. */
    private Process runningDemo() throws IOException {
        Path content = Lab.content(folder, "32MiB", 42);
        Process demo = demo("--content", content.toString(), "--sites", "1", "--endpoints", "1", "--wan", "8Mbit");
        await().atMost(Duration.ofMinutes(3)).until(() -> {
            assertTrue(demo.isAlive(), this::said);
            return output().contains("published");
        });
        return demo;
    }
}
