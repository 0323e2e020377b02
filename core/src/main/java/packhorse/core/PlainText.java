package packhorse.core;

import java.util.regex.Pattern;

/**
 * Text of somebody who is not believed, fit for a log, a report and a person's terminal. A terminal obeys controls, those of ISO 6429
 * from U+0080 on too, and turns text around where Unicode's format characters say so; a log takes a line's end for the next entry.
 */
public final class PlainText {
    private static final Pattern NOT_TEXT = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]+");

    private PlainText() {}

    /** All of it in one line, with a space for whatever is no text. */
    public static String line(String text) {
        return NOT_TEXT.matcher(text).replaceAll(" ").strip();
    }
}
