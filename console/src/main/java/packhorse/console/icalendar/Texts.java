package packhorse.console.icalendar;

import packhorse.core.PlainText;

/** Words of a file, fit for a line that people read. */
final class Texts {
    private static final int SHOWN_MAX = 80;

    private Texts() {}

    static String shown(String text) {
        return cut(text, SHOWN_MAX);
    }

    static String cut(String text, int most) {
        String line = PlainText.line(text.length() > 2 * most ? text.substring(0, 2 * most) : text);
        return line.codePointCount(0, line.length()) <= most
                ? line
                : line.substring(0, line.offsetByCodePoints(0, most - 1)) + "…";
    }
}
