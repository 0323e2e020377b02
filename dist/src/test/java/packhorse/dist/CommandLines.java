package packhorse.dist;

import java.io.PrintWriter;
import java.io.StringWriter;

/** Command lines as people type them, run by the program's own beginning, in this process. */
public final class CommandLines {
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
}
