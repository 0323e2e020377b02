package packhorse.core.json;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonNull;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

/**
 * Reads JSON (RFC 8259) from bytes that somebody else may have written, strictly.
 *
 * <p>Two readers that understand one text differently are an attack on whatever was signed, so everything RFC 8259 leaves
 * open is refused here: a key that stands twice in one object, numbers with fraction or exponent or beyond 64 bits,
 * negative zero, text that is not UTF-8, lone surrogates, a byte order mark, anything after the value. Nesting is bounded,
 * so hostile input cannot exhaust the stack. One pass over the bytes, O(n log k) for n bytes and k keys in an object.
 */
public final class JsonReader {
    /** TUF metadata nests 6 deep, manifests 4; 64 leaves room and keeps the recursion small. */
    public static final int DEPTH_MAX = 64;
    /** The longest decimal form of a 64-bit number: a sign and 19 digits. */
    private static final int NUMBER_CHARACTERS_MAX = 20;

    private final byte[] text;
    private int at;

    private JsonReader(byte[] text) {
        this.text = text;
    }

    /** @throws JsonException with the offset, unless {@code utf8} is exactly one value */
    public static Json parse(byte[] utf8) {
        JsonReader reader = new JsonReader(utf8);
        reader.skipSpace();
        Json value = reader.value(0);
        reader.skipSpace();
        if (reader.at < utf8.length) {
            throw reader.fault("something follows the value");
        }
        return value;
    }

    private Json value(int depth) {
        if (depth > DEPTH_MAX) {
            throw fault("nested deeper than " + DEPTH_MAX);
        }
        return switch (peek()) {
            case '{' -> object(depth);
            case '[' -> array(depth);
            case '"' -> new JsonString(string());
            case 't' -> literal("true", new JsonBoolean(true));
            case 'f' -> literal("false", new JsonBoolean(false));
            case 'n' -> literal("null", new JsonNull());
            case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9' -> integer();
            case -1 -> throw fault("the text ends too early");
            default -> throw fault("a value is expected");
        };
    }

    private JsonObject object(int depth) {
        at++;
        SortedMap<String, Json> members = new TreeMap<>(CanonicalJson.KEY_ORDER);
        skipSpace();
        if (peek() == '}') {
            at++;
            return new JsonObject(members);
        }
        while (true) {
            skipSpace();
            int keyAt = at;
            if (peek() != '"') {
                throw fault("a key in quotes is expected");
            }
            String key = string();
            skipSpace();
            expect(':');
            skipSpace();
            if (members.put(key, value(depth + 1)) != null) {
                throw new JsonException("the key \"" + key + "\" stands twice in one object", keyAt);
            }
            skipSpace();
            if (peek() == '}') {
                at++;
                return new JsonObject(members);
            }
            expect(',');
        }
    }

    private JsonArray array(int depth) {
        at++;
        List<Json> elements = new ArrayList<>();
        skipSpace();
        if (peek() == ']') {
            at++;
            return new JsonArray(elements);
        }
        while (true) {
            skipSpace();
            elements.add(value(depth + 1));
            skipSpace();
            if (peek() == ']') {
                at++;
                return new JsonArray(elements);
            }
            expect(',');
        }
    }

    private Json literal(String word, Json value) {
        for (int i = 0; i < word.length(); i++) {
            if (at + i >= text.length || text[at + i] != word.charAt(i)) {
                throw fault("a value is expected");
            }
        }
        at += word.length();
        return value;
    }

    private JsonInteger integer() {
        int start = at;
        if (peek() == '-') {
            at++;
        }
        int firstDigit = at;
        while (peek() >= '0' && peek() <= '9') {
            at++;
        }
        int digits = at - firstDigit;
        if (peek() == '.' || peek() == 'e' || peek() == 'E') {
            throw fault("a number with fraction or exponent is refused: whole numbers only");
        }
        boolean negative = firstDigit > start;
        boolean leadingZero = text.length > firstDigit && digits > 0 && text[firstDigit] == '0';
        if (digits == 0 || (leadingZero && (digits > 1 || negative))) {
            throw new JsonException("a number is written without leading zeros, and zero without a sign", start);
        }
        if (at - start > NUMBER_CHARACTERS_MAX) {
            throw new JsonException("a number beyond 64 bits", start);
        }
        try {
            return new JsonInteger(Long.parseLong(new String(text, start, at - start, StandardCharsets.US_ASCII)));
        } catch (NumberFormatException e) {
            throw new JsonException("a number beyond 64 bits", start);
        }
    }

    private String string() {
        int start = at;
        at++;
        StringBuilder value = new StringBuilder();
        int runStart = at;
        while (true) {
            int c = peek();
            if (c == -1) {
                throw fault("the text ends inside a string");
            } else if (c == '"') {
                appendRun(value, runStart);
                at++;
                requireUnicode(value, start);
                return value.toString();
            } else if (c == '\\') {
                appendRun(value, runStart);
                at++;
                value.append(escape());
                runStart = at;
            } else if (c < 0x20) {
                throw fault("a control character inside a string");
            } else {
                at++;
            }
        }
    }

    private void appendRun(StringBuilder value, int runStart) {
        if (runStart < at) {
            try {
                value.append(
                        StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text, runStart, at - runStart)));
            } catch (CharacterCodingException e) {
                throw new JsonException("a string that is not valid UTF-8", runStart);
            }
        }
    }

    private char escape() {
        int c = peek();
        at++;
        return switch (c) {
            case '"', '\\', '/' -> (char) c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> fourDigits();
            default -> throw new JsonException("an unknown escape in a string", at - 1);
        };
    }

    private char fourDigits() {
        int code = 0;
        for (int i = 0; i < 4; i++) {
            int digit = peek() < 0 ? -1 : Character.digit(peek(), 16);
            if (digit < 0) {
                throw fault("four hexadecimal digits are expected after \\u");
            }
            code = code * 16 + digit;
            at++;
        }
        return (char) code;
    }

    private static void requireUnicode(CharSequence value, int start) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (Character.isHighSurrogate(c)
                    && i + 1 < value.length()
                    && Character.isLowSurrogate(value.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(c)) {
                throw new JsonException("half a surrogate pair in a string", start);
            }
        }
    }

    private void expect(char wanted) {
        if (peek() != wanted) {
            throw fault("'" + wanted + "' is expected");
        }
        at++;
    }

    private void skipSpace() {
        while (at < text.length && (text[at] == ' ' || text[at] == '\n' || text[at] == '\r' || text[at] == '\t')) {
            at++;
        }
    }

    private int peek() {
        return at < text.length ? text[at] & 0xff : -1;
    }

    private JsonException fault(String what) {
        return new JsonException(what, at);
    }
}
