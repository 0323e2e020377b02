package packhorse.dist;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;

/** Command lines as people type them, run by the program's own beginning, in this process. */
public final class CommandLines {
    private static final int LOOKS_MAX = 3;

    private CommandLines() {}

    /** What came of one: its exit code, and what it printed where. */
    public record Said(int code, String out, String err) {}

    /** Runs one, without the program's name. */
    public static Said run(String... words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(words, new PrintWriter(out, true), new PrintWriter(err, true));
        return new Said(code, out.toString(), err.toString());
    }

    /** The same; where the product was quicker, looks again as people do, unless it is about the version that was seen. */
    public static Said patiently(String... words) {
        boolean ofOneVersion = List.of(words).contains("--seen");
        for (int look = 1; ; look++) {
            Said said = run(words);
            if (look == LOOKS_MAX || ofOneVersion || !said.err().strip().endsWith("; look again")) {
                return said;
            }
        }
    }
}
