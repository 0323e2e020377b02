package packhorse.peer.process;

import java.util.regex.Pattern;

/** Text of somebody who is not believed, made fit for a log and a report: one line of bounded length. */
public final class OneLine {
    private static final int LENGTH_MAX = 1000;

    private static final Pattern NOT_TEXT = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+");

    private OneLine() {}

    public static String of(String text) {
        return plain(text.length() > LENGTH_MAX ? text.substring(0, LENGTH_MAX) + "…" : text);
    }

    /** All of it in one line, with nothing that a terminal obeys: controls, those of ISO 6429 from U+0080 on too, and what turns text around. */
    public static String plain(String text) {
        return NOT_TEXT.matcher(text).replaceAll(" ").strip();
    }
}
