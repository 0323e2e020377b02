package packhorse.core.json;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.Map;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonNull;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

/**
 * The one byte form of a value, the form that is signed: OLPC canonical JSON.
 *
 * <p>No white space; members sorted by the code points of their keys (which is the order of their UTF-8 bytes, not always
 * that of Java's strings); in strings only {@code "} and {@code \} are escaped, everything else stands as it is in
 * UTF-8. Consequence, and the reason a writer keeps control characters out of its documents: the canonical form of a
 * string with a control character is no RFC 8259 JSON, and {@link JsonReader} refuses it. O(n).
 *
 * <p>Reference: <a href="https://wiki.laptop.org/go/Canonical_JSON">OLPC, Canonical JSON</a>, which the TUF
 * specification §4.2.1 names.
 */
public final class CanonicalJson {
    /** By code points; the surrogates that encode U+10000 and above sort after U+FFFF. */
    static final Comparator<String> KEY_ORDER = CanonicalJson::compareCodePoints;

    private CanonicalJson() {}

    /** The canonical bytes of {@code value}. */
    public static byte[] encode(Json value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        write(value, out);
        return out.toByteArray();
    }

    private static void write(Json value, ByteArrayOutputStream out) {
        switch (value) {
            case JsonObject object -> {
                char before = '{';
                for (Map.Entry<String, Json> member : object.members().entrySet()) {
                    out.write(before);
                    writeString(member.getKey(), out);
                    out.write(':');
                    write(member.getValue(), out);
                    before = ',';
                }
                if (object.members().isEmpty()) {
                    out.write('{');
                }
                out.write('}');
            }
            case JsonArray array -> {
                char before = '[';
                for (Json element : array.elements()) {
                    out.write(before);
                    write(element, out);
                    before = ',';
                }
                if (array.elements().isEmpty()) {
                    out.write('[');
                }
                out.write(']');
            }
            case JsonString string -> writeString(string.value(), out);
            case JsonInteger integer -> writeAscii(Long.toString(integer.value()), out);
            case JsonBoolean bool -> writeAscii(Boolean.toString(bool.value()), out);
            case JsonNull n -> writeAscii("null", out);
        }
    }

    private static void writeString(String text, ByteArrayOutputStream out) {
        out.write('"');
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            if (b == '"' || b == '\\') {
                out.write('\\');
            }
            out.write(b);
        }
        out.write('"');
    }

    private static void writeAscii(String text, ByteArrayOutputStream out) {
        out.writeBytes(text.getBytes(StandardCharsets.US_ASCII));
    }

    private static int compareCodePoints(String a, String b) {
        int shorter = Math.min(a.length(), b.length());
        for (int i = 0; i < shorter; i++) {
            char x = a.charAt(i);
            char y = b.charAt(i);
            if (x != y) {
                boolean xBeyond = Character.isSurrogate(x);
                boolean yBeyond = Character.isSurrogate(y);
                return xBeyond == yBeyond ? Character.compare(x, y) : xBeyond ? 1 : -1;
            }
        }
        return Integer.compare(a.length(), b.length());
    }
}
