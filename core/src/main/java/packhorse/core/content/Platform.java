package packhorse.core.content;

import java.util.regex.Pattern;

/**
 * What a release runs on, one word such as {@code linux-amd64}; {@link #ANY} runs everywhere. {@code bundle} is reserved:
 * it is where a bundle stands in the catalogue.
 *
 * @param word lower-case letters, digits, {@code . _ -}, at most 64 characters, starting with a letter or digit
 */
public record Platform(String word) implements Comparable<Platform> {
    static final String BUNDLE_WORD = "bundle";

    private static final Pattern WORD = Pattern.compile("[a-z0-9][a-z0-9._-]{0,63}");

    // Below the pattern that its construction asks.
    public static final Platform ANY = new Platform("any");

    public Platform {
        if (!WORD.matcher(word).matches() || word.equals(BUNDLE_WORD)) {
            throw new IllegalArgumentException("\"" + word
                    + "\" is not a platform; write one word of lower-case letters, digits, '.', '_' or '-',"
                    + " not \"bundle\"");
        }
    }

    @Override
    public int compareTo(Platform other) {
        return word.compareTo(other.word);
    }

    @Override
    public String toString() {
        return word;
    }
}
