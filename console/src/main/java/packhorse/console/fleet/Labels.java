package packhorse.console.fleet;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** What people may write on an endpoint: words by name. */
public final class Labels {
    /** On one endpoint. */
    public static final int LABELS_MAX = 64;

    public static final int VALUE_CHARS_MAX = 200;

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");
    private static final Pattern NO_TEXT = Pattern.compile("[\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}]");

    private Labels() {}

    /**
     * A name that may be one.
     *
     * @throws IllegalArgumentException where it may not, with the mend
     */
    public static String name(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"" + shown(name) + "\" is no name of a label; write 1 to 64 letters, digits, '.', '_' or '-'");
        }
        return name;
    }

    /**
     * A value that may be one, without blanks around it.
     *
     * @throws IllegalArgumentException where it may not, with the mend
     */
    public static String value(String name, String value) {
        String stripped = value.strip();
        if (stripped.isEmpty()) {
            throw new IllegalArgumentException(
                    "the label " + name + " is empty; write a value, or take the label away");
        }
        if (stripped.length() > VALUE_CHARS_MAX) {
            throw new IllegalArgumentException("the label " + name + " has " + stripped.length()
                    + " characters; at most " + VALUE_CHARS_MAX + " are kept");
        }
        if (NO_TEXT.matcher(stripped).find()) {
            throw new IllegalArgumentException("the label " + name + " holds a control character; leave it out");
        }
        return stripped;
    }

    /**
     * All labels of an endpoint, sorted.
     *
     * @throws IllegalArgumentException where one of them may not be, or there are too many
     */
    public static SortedMap<String, String> checked(Map<String, String> labels) {
        if (labels.size() > LABELS_MAX) {
            throw new IllegalArgumentException(
                    "an endpoint has " + labels.size() + " labels; at most " + LABELS_MAX + " are kept");
        }
        SortedMap<String, String> checked = new TreeMap<>();
        labels.forEach((name, value) -> checked.put(name(name), value(name, value)));
        return Collections.unmodifiableSortedMap(checked);
    }

    /** What somebody wrote, cut and in one line, for an error. */
    static String shown(String text) {
        String line = NO_TEXT.matcher(text).replaceAll(" ");
        return line.length() <= 40 ? line : line.substring(0, 40) + "…";
    }
}
