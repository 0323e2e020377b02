package packhorse.peer.process;

import packhorse.core.PlainText;

/** Text of somebody who is not believed, made fit for a log and a report: one line, as {@link PlainText} has it, of bounded length. */
public final class OneLine {
    private static final int LENGTH_MAX = 1000;

    private OneLine() {}

    public static String of(String text) {
        return PlainText.line(text.length() > LENGTH_MAX ? text.substring(0, LENGTH_MAX) + "…" : text);
    }
}
