package packhorse.console.fleet;

import java.util.SortedSet;
import packhorse.console.fleet.Operand.Any;
import packhorse.console.fleet.Operand.Moment;
import packhorse.console.fleet.Operand.Pattern;
import packhorse.console.fleet.Operand.Value;
import packhorse.core.content.Version;
import packhorse.core.unit.ByteCount;

/** What a field holds: it decides which operators are understood and how a value is read. */
public enum Kind {
    /** Any text; compared without regard to case, {@code *} stands for any characters. */
    TEXT("text", false),
    /** One of a few words. */
    WORD("a word", false),
    /** A whole number. */
    NUMBER("a number", true),
    /** An amount of bytes, {@code 8GiB}. */
    BYTES("an amount of bytes", true),
    /** A version, ordered as dpkg orders them; {@code *} stands for any characters, {@code 2.1.*}. */
    VERSION("a version", true),
    /** A day or a moment. */
    TIME("a time", true),
    /** Yes or no. */
    YES_NO("yes or no", false);

    private final String title;
    private final boolean ordered;

    Kind(String title, boolean ordered) {
        this.title = title;
        this.ordered = ordered;
    }

    /** For people, with its article. */
    public String title() {
        return title;
    }

    /** Whether greater and less mean anything. */
    public boolean isOrdered() {
        return ordered;
    }

    /**
     * Reads what a record's value is compared with.
     *
     * @param words of a {@link #WORD}
     * @throws IllegalArgumentException when it is nothing of the kind, with the mend
     */
    Operand read(String text, SortedSet<String> words, boolean forEquality) {
        if (forEquality && text.equals("*")) {
            return new Any();
        }
        return switch (this) {
            case TEXT -> new Pattern(text);
            case WORD -> new Value(text, word(text, words));
            case NUMBER -> new Value(text, number(text));
            case BYTES -> new Value(text, ByteCount.parse(text));
            case VERSION ->
                forEquality && text.contains("*") ? new Pattern(text) : new Value(text, Version.parse(text));
            case TIME -> Moment.parse(text);
            case YES_NO -> new Value(text, yes(text));
        };
    }

    private static String word(String text, SortedSet<String> words) {
        for (String word : words) {
            if (word.equalsIgnoreCase(text)) {
                return word;
            }
        }
        throw new IllegalArgumentException("\"" + text + "\" is none of its words" + Nearest.hint(text, words) + " ("
                + String.join(", ", words) + ")");
    }

    private static Long number(String text) {
        try {
            return Long.valueOf(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a whole number", e);
        }
    }

    private static Boolean yes(String text) {
        return switch (text) {
            case "yes", "true" -> true;
            case "no", "false" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is not yes or no");
        };
    }
}
