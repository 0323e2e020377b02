package packhorse.peer.adapter.text;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A format of lines with keys and values. Texts are bytes as characters, see the package; a <em>raw</em> value is as it stands in
 * the text, a value is what its reader gets.
 */
public sealed interface KeyFormat permits PropertiesFormat, IniFormat {
    /** As {@link java.util.Properties} reads files. */
    KeyFormat PROPERTIES = new PropertiesFormat();

    /** Sections with keys; values are taken as they stand. */
    KeyFormat INI = new IniFormat(false);

    /** The same, each value in quotes for a shell that reads the file. */
    KeyFormat SHELL = new IniFormat(true);

    /** Three bytes before the text, which some editors write. */
    String BYTE_ORDER_MARK = "\u00ef\u00bb\u00bf";

    /** @throws IllegalArgumentException with one line where no line can have that key */
    void requireKey(Key key);

    /**
     * How the value stands in a text.
     *
     * @throws IllegalArgumentException with one line where the format cannot say it safely
     */
    String raw(String value);

    /** The raw value of a key; of several lines with it, the one that counts for the format's readers. Empty: no line has it. */
    Optional<String> find(String text, Key key);

    /**
     * The text in which {@code key} has the raw value, once.
     *
     * @throws IllegalArgumentException with one line where the text is such that its readers do not agree on what would be changed
     */
    String set(String text, Key key, String raw);

    /** The text in which no line has {@code key}. */
    String remove(String text, Key key);

    /** A file's bytes as such a text. */
    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.ISO_8859_1);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The characters of a value in UTF-8, each byte one character. */
    static String utf8(String value) {
        return text(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Where the text behind a byte order mark begins. */
    static int beginning(String text) {
        return text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length() : 0;
    }

    /** @throws IllegalArgumentException where a value would end the line it stands in, or is not Unicode */
    static void requireOneLine(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if ((c < 0x20 && c != '\t') || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == '\u2028' || c == '\u2029') {
                throw new IllegalArgumentException("a value has the character U+" + String.format("%04X", (int) c)
                        + "; write it on one line, without control characters");
            }
        }
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
            throw new IllegalArgumentException("a value is not valid Unicode; correct it");
        }
    }
}
