package packhorse.dist;

import static org.junit.jupiter.api.Assertions.assertAll;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Bad usage: one line that names the input and the mend, exit code 2, nothing else. */
final class MainTest {
    @TempDir
    private Path folder = Path.of("");

    /** What one command line came to. */
    private record Outcome(int exitCode, String out, String err) {}

    private static Outcome run(String... args) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = Main.run(args, new PrintWriter(out, true), new PrintWriter(err, true));
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    @TestFactory
    Stream<DynamicTest> badUsageIsOneLineAndExitCodeTwo() throws Exception {
        Path empty = Files.createFile(folder.resolve("empty"));
        return Stream.of(
                        new Case("no command given", List.of()),
                        new Case("unknown command demp; did you mean demo or order or compliance?", List.of("demp")),
                        new Case("unknown option --site; did you mean --sites?", List.of("demo", "--site")),
                        new Case("unexpected argument extra", List.of("demo", "extra")),
                        new Case(
                                "--reports and --transfer-only",
                                List.of("demo", "--transfer-only", "--reports", folder + "/none")),
                        new Case("'three' is not an int", List.of("demo", "--sites", "three")),
                        new Case("--sites 0: give 1 to 20", List.of("demo", "--sites", "0")),
                        new Case("--endpoints -1: give 1 to 50", List.of("demo", "--endpoints", "-1")),
                        new Case("\"fast\" is not a rate", List.of("demo", "--wan", "fast")),
                        new Case("no-such-file does not exist", List.of("demo", "--content", folder + "/no-such-file")),
                        new Case("is empty; name a file", List.of("demo", "--content", empty.toString())),
                        new Case("its folder does not exist", List.of("demo", "--json", folder + "/none/x.json")),
                        new Case("cannot be written", List.of("demo", "--json", folder.toString())))
                .map(each -> DynamicTest.dynamicTest("packhorse " + String.join(" ", each.args()), () -> {
                    Outcome outcome = run(each.args().toArray(String[]::new));
                    assertAll(
                            () -> assertEquals(2, outcome.exitCode(), outcome.err()),
                            () -> assertEquals("", outcome.out()),
                            () -> assertEquals(1, outcome.err().lines().count(), outcome.err()),
                            () -> assertTrue(outcome.err().startsWith("packhorse: "), outcome.err()),
                            () -> assertTrue(outcome.err().contains(each.says()), outcome.err()));
                }));
    }

    private record Case(String says, List<String> args) {}

    @Test
    void aFailedOperationIsOneLineAndExitCodeThree() {
        Outcome outcome = run("status", "--socket", folder.resolve("none.sock").toString());

        assertEquals(3, outcome.exitCode());
        assertEquals(1, outcome.err().lines().count(), outcome.err());
        assertTrue(outcome.err().contains("none.sock"), outcome.err());
    }

    @Test
    void theVersionNamesTheProgramAndItsJava() {
        Outcome outcome = run("--version");

        assertEquals(0, outcome.exitCode());
        assertTrue(outcome.out().matches("packhorse \\d+\\.\\d+\\.\\d+\\S* \\(Java .*\\)\\R"), outcome.out());
    }

    @TestFactory
    Stream<DynamicTest> everyCommandHasHelpWithExamples() {
        return Main.commandLine().getSubcommands().entrySet().stream()
                .filter(command -> !command.getKey().equals("help"))
                .map(command -> DynamicTest.dynamicTest(command.getKey(), () -> {
                    Outcome outcome = run("help", command.getKey());
                    assertEquals(0, outcome.exitCode());
                    assertTrue(outcome.out().contains("Example"), outcome.out());
                }));
    }
}
