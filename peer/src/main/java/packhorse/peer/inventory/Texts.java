package packhorse.peer.inventory;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.state.Inventory;

/** Cleans what files and programs say: one line, printable, bounded; and the few shapes that many of the kernel's texts have. */
final class Texts {
    private Texts() {}

    /** One line of printable characters, not longer than a field may be. */
    static String clean(String text) {
        StringBuilder out = new StringBuilder();
        boolean gap = false;
        for (int i = 0; i < text.length() && out.length() < Inventory.VALUE_LENGTH_MAX - 2; ) {
            int c = text.codePointAt(i);
            i += Character.charCount(c);
            if (Character.isISOControl(c) || Character.isWhitespace(c) || Character.isSpaceChar(c)) {
                gap = true;
            } else if (Character.isDefined(c) && !Character.isSurrogate((char) c) && !bends(c)) {
                if (gap && !out.isEmpty()) {
                    out.append(' ');
                }
                gap = false;
                out.appendCodePoint(c);
            }
        }
        return out.toString();
    }

    /** Format characters turn the direction of what is printed after them, or are not seen. */
    private static boolean bends(int c) {
        return Character.getType(c) == Character.FORMAT || Character.getType(c) == Character.PRIVATE_USE;
    }

    /** A key, cleaned and not longer than a key may be. */
    static String key(String text) {
        String clean = clean(text);
        return clean.length() <= Inventory.KEY_LENGTH_MAX ? clean : clean.substring(0, Inventory.KEY_LENGTH_MAX);
    }

    /** Lines {@code name SEPARATOR value}; of a name that comes twice, the first. */
    static Map<String, String> pairs(String text, char separator) {
        Map<String, String> pairs = new LinkedHashMap<>();
        text.lines().forEach(line -> {
            int at = line.indexOf(separator);
            if (at > 0) {
                pairs.putIfAbsent(
                        line.substring(0, at).strip(), line.substring(at + 1).strip());
            }
        });
        return pairs;
    }

    /** A whole number that is not negative, or -1. */
    static long number(String text) {
        String digits = text.strip();
        return digits.matches("[0-9]{1,18}") ? Long.parseLong(digits) : -1;
    }

    /** Fields being gathered: what is empty is left out. */
    static final class Fields {
        private final SortedMap<String, String> fields = new TreeMap<>();

        Fields with(String name, String value) {
            String clean = clean(value);
            if (!clean.isEmpty() && fields.size() < Inventory.FIELDS_MAX) {
                fields.put(key(name), clean);
            }
            return this;
        }

        Fields with(String name, long value) {
            return value < 0 ? this : with(name, Long.toString(value));
        }

        SortedMap<String, String> get() {
            return fields;
        }
    }
}
