package packhorse.core.json;

import java.util.Locale;
import java.util.Map;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonNull;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

/**
 * A value as RFC 8259 text for others' programs: line ends and other control characters escaped, which {@link CanonicalJson} does
 * not know. It is not the form that is signed. A lone surrogate, which no UTF-8 has, becomes U+FFFD. O(n).
 */
public final class JsonText {
    private static final int REPLACEMENT = 0xFFFD;

    private JsonText() {}

    /** The text of {@code value}, in one line. */
    public static String of(Json value) {
        StringBuilder out = new StringBuilder();
        write(value, out);
        return out.toString();
    }

    private static void write(Json value, StringBuilder out) {
        switch (value) {
            case JsonObject object -> {
                String before = "{";
                for (Map.Entry<String, Json> member : object.members().entrySet()) {
                    out.append(before);
                    quote(member.getKey(), out);
                    out.append(':');
                    write(member.getValue(), out);
                    before = ",";
                }
                out.append(object.members().isEmpty() ? "{}" : "}");
            }
            case JsonArray array -> {
                String before = "[";
                for (Json element : array.elements()) {
                    out.append(before);
                    write(element, out);
                    before = ",";
                }
                out.append(array.elements().isEmpty() ? "[]" : "]");
            }
            case JsonString string -> quote(string.value(), out);
            case JsonInteger integer -> out.append(integer.value());
            case JsonBoolean bool -> out.append(bool.value());
            case JsonNull n -> out.append("null");
        }
    }

    private static void quote(String text, StringBuilder out) {
        out.append('"');
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\r' -> out.append("\\r");
                case '\t' -> out.append("\\t");
                default -> {
                    // Beside the controls what a script in a page takes for a line's or the script's end.
                    if (c < 0x20 || c == 0x7f || c == 0x2028 || c == 0x2029 || c == '<') {
                        out.append(String.format(Locale.ROOT, "\\u%04x", c));
                    } else {
                        boolean lone = c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE;
                        out.appendCodePoint(lone ? REPLACEMENT : c);
                    }
                }
            }
        });
        out.append('"');
    }
}
