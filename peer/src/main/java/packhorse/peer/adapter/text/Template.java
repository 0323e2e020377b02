package packhorse.peer.adapter.text;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Fills variables into a text: <code>${name}</code> becomes its value, <code>$${</code> becomes <code>${</code>, everything else stays. What
 * came from a value is not looked at again.
 */
public final class Template {
    private static final Pattern NAME = Pattern.compile("[A-Za-z][A-Za-z0-9_]*(\\.[A-Za-z][A-Za-z0-9_]*)?");
    /** Longer names are a brace that nobody closed. */
    private static final int NAME_MAX = 128;

    /** How values are written so that they stay values where the text is read. */
    public enum Escape {
        /** As they are; control characters are refused. */
        NONE,
        /** Between the tags of XML or in its quotes. */
        XML,
        /** Within a string of JSON, whose quotes the text has. */
        JSON,
        /** One word of a shell; the text has no quotes around it. */
        SHELL;

        String of(String value) {
            KeyFormat.requireOneLine(value);
            return switch (this) {
                case NONE -> value;
                case XML ->
                    value.replace("&", "&amp;")
                            .replace("<", "&lt;")
                            .replace(">", "&gt;")
                            .replace("\"", "&quot;")
                            .replace("'", "&apos;");
                case JSON -> value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\t", "\\t");
                case SHELL -> "'" + value.replace("'", "'\\''") + "'";
            };
        }
    }

    private Template() {}

    /**
     * Fills a value of the settings.
     *
     * @throws IllegalArgumentException with one line, where a variable is unknown or a brace is not closed
     */
    public static String fill(String text, Map<String, String> variables) {
        return fill(text, variables, value -> value, Optional.empty());
    }

    /**
     * Fills a file.
     *
     * @param text its bytes as characters
     * @throws IllegalArgumentException with one line that begins with the line's number
     */
    public static String fillFile(String text, Map<String, String> variables, Escape escape) {
        return fill(text, variables, value -> bytesOf(text, escape.of(value)), Optional.of(text));
    }

    /** A value beyond ASCII needs a text of which we know the encoding. */
    private static String bytesOf(String text, String value) {
        boolean ascii = value.chars().allMatch(c -> c < 0x80);
        if (!ascii && !isUtf8(text)) {
            throw new IllegalArgumentException(
                    "the file is not UTF-8, and the value of a variable is not ASCII; save it as UTF-8");
        }
        return KeyFormat.utf8(value);
    }

    /** Whether a text's bytes are UTF-8. */
    public static boolean isUtf8(String text) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(java.nio.ByteBuffer.wrap(KeyFormat.bytes(text)));
            return true;
        } catch (java.nio.charset.CharacterCodingException e) {
            return false;
        }
    }

    private interface Writing {
        String of(String value);
    }

    private static String fill(String text, Map<String, String> variables, Writing writing, Optional<String> numbered) {
        StringBuilder filled = new StringBuilder();
        int at = 0;
        while (true) {
            int mark = text.indexOf("${", at);
            if (mark < 0) {
                return filled.append(text, at, text.length()).toString();
            }
            if (mark > at && text.charAt(mark - 1) == '$') {
                filled.append(text, at, mark - 1).append("${");
                at = mark + 2;
                continue;
            }
            filled.append(text, at, mark);
            try {
                int end = text.indexOf('}', mark);
                String name = end < 0 || end - mark > NAME_MAX ? "" : text.substring(mark + 2, end);
                filled.append(writing.of(value(name, variables)));
                at = end + 1;
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        numbered.map(file -> "line " + lineOf(file, mark) + ": ")
                                        .orElse("")
                                + e.getMessage(),
                        e);
            }
        }
    }

    private static String value(String name, Map<String, String> variables) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "\"${\" is not followed by a variable's name and \"}\"; write $${ where no variable is meant");
        }
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the variable ${" + name
                    + "} is set for neither this endpoint, its groups nor its site; set it there, or write $${"
                    + " where none is meant");
        }
        return value;
    }

    private static long lineOf(String text, int at) {
        return text.substring(0, at).lines().count() + (at == 0 || text.charAt(at - 1) == '\n' ? 1 : 0);
    }
}
