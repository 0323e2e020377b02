package packhorse.console.change;

import java.util.Locale;
import java.util.regex.Pattern;

/** The names that the program gives: two letters, the year, a counter of at least four digits, {@code CO-2026-0001}. */
final class Numbered {
    private static final Pattern FORM = Pattern.compile("[A-Z]{2}-[0-9]{4}-[0-9]{4,9}");

    private Numbered() {}

    static String of(String prefix, int year, int count) {
        if (year < 1000 || year > 9999 || count < 1) {
            throw new IllegalArgumentException("no " + prefix + " name of the year " + year + " and count " + count);
        }
        return String.format(Locale.ROOT, "%s-%04d-%04d", prefix, year, count);
    }

    static String checked(String prefix, String what, String text) {
        if (!FORM.matcher(text).matches() || !text.startsWith(prefix + "-")) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no " + what + "; it looks like " + of(prefix, 2026, 1));
        }
        return text;
    }
}
