package packhorse.console.change;

import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What people write into a record, held to a length and to being text: a control character or one that turns text around would
 * reach every report, log and terminal that shows the record.
 */
final class Words {
    /** A title, a name, a path: what fits a line of a report. */
    static final int LINE_CHARS_MAX = 200;
    /** A remark, a description, a procedure: four pages. */
    static final int PROSE_CHARS_MAX = 10_000;
    /** Entries of one list that people write by hand. */
    static final int LIST_MAX = 1_000;

    private static final Pattern NOT_A_LINE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");
    private static final Pattern NOT_PROSE = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}&&[^\\n\\t]]");

    private Words() {}

    /** One line that may be empty. */
    static String line(String what, String text) {
        return checked(what, text.strip(), NOT_A_LINE, LINE_CHARS_MAX);
    }

    /** One line that says something. */
    static String named(String what, String text) {
        String line = line(what, text);
        if (line.isEmpty()) {
            throw new IllegalArgumentException(what + " is empty; write one line");
        }
        return line;
    }

    /** Some lines, or none. */
    static String prose(String what, String text) {
        return checked(what, text.strip(), NOT_PROSE, PROSE_CHARS_MAX);
    }

    /** Some lines, at least one. */
    static String said(String what, String text) {
        String prose = prose(what, text);
        if (prose.isEmpty()) {
            throw new IllegalArgumentException(what + " is empty; write a sentence");
        }
        return prose;
    }

    /** A copy of a list, each entry a line that says something. */
    static List<String> lines(String what, List<String> entries) {
        return bounded(what, entries.stream().map(entry -> named(what, entry)).toList());
    }

    /** A copy of a list that is not too long. */
    static <T> List<T> bounded(String what, List<T> entries) {
        if (entries.size() > LIST_MAX) {
            throw new IllegalArgumentException(
                    what + " has " + entries.size() + " entries; at most " + LIST_MAX + " are kept");
        }
        return List.copyOf(entries);
    }

    /** What the product says of something that others named, as one line that is never refused: cut, and with a space for what is no text. */
    static String shown(String text) {
        String line = NOT_A_LINE.matcher(text).replaceAll(" ").strip();
        return line.length() <= LINE_CHARS_MAX ? line : line.substring(0, LINE_CHARS_MAX - 1) + "…";
    }

    /** The same with something after it that is worth more: what does not fit is cut from the text. */
    static String shown(String text, String more) {
        String line = shown(text);
        int room = Math.max(0, LINE_CHARS_MAX - more.length() - 2);
        return shown((line.length() <= room ? line : line.substring(0, Math.max(0, room - 1)) + "…") + "; " + more);
    }

    private static String checked(String what, String text, Pattern refused, int charsMax) {
        if (text.length() > charsMax) {
            throw new IllegalArgumentException(
                    what + " has " + text.length() + " characters; at most " + charsMax + " are kept");
        }
        Matcher bad = refused.matcher(text);
        if (bad.find()) {
            throw new IllegalArgumentException(what + " holds the control character U+"
                    + String.format(Locale.ROOT, "%04X", text.codePointAt(bad.start())) + "; leave it out");
        }
        return text;
    }
}
