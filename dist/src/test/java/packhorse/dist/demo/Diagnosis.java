package packhorse.dist.demo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import packhorse.dist.doctor.DoctorCommand;
import picocli.CommandLine;

/**
 * What {@code packhorse doctor} says of one configuration, read as a person reads it.
 *
 * @param exitCode 3 where something fails
 * @param lines what was printed
 */
record Diagnosis(int exitCode, List<String> lines) {
    private static final int FAILED = 3;

    static Diagnosis of(Path configuration) {
        StringWriter out = new StringWriter();
        int exitCode = new CommandLine(new DoctorCommand())
                .setOut(new PrintWriter(out, true))
                .execute("--config", configuration.toString());
        Diagnosis diagnosis = new Diagnosis(exitCode, out.toString().lines().toList());
        boolean failed = diagnosis.lines.stream().anyMatch(line -> line.startsWith("  ✗ "));
        assertEquals(failed ? FAILED : 0, exitCode, diagnosis::toString);
        return diagnosis;
    }

    /** A line with that mark, name and words; returns where. */
    private int at(String mark, String name, String words) {
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("  " + mark + " " + name + " ")
                    && lines.get(i).contains(words)) {
                return i;
            }
        }
        throw new AssertionError("no line \"" + mark + " " + name + " … " + words + "\" in\n" + this);
    }

    void well(String name, String words) {
        assertTrue(at("✓", name, words) > 0, "below the title");
    }

    void warns(String name, String words, String mend) {
        mended(at("!", name, words), mend);
    }

    void fails(String name, String words, String mend) {
        mended(at("✗", name, words), mend);
    }

    private void mended(int line, String mend) {
        String below = lines.get(line + 1);
        assertTrue(below.strip().startsWith("→ ") && below.contains(mend), () -> lines.get(line) + "\n" + below);
    }

    void nothingFails() {
        assertFalse(lines.stream().anyMatch(line -> line.startsWith("  ✗ ")), this::toString);
        assertEquals(0, exitCode);
    }

    @Override
    public String toString() {
        return String.join("\n", lines);
    }
}
