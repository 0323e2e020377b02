package packhorse.console.fleet;

import java.util.regex.Pattern;

/**
 * Names a group of endpoints.
 *
 * @param word 1 to 64 letters, digits, {@code . _ -}, beginning with a letter or digit
 */
public record GroupName(String word) implements Comparable<GroupName> {
    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    public GroupName {
        if (!FORM.matcher(word).matches()) {
            throw new IllegalArgumentException(
                    "\"" + word + "\" is no name of a group; write 1 to 64 letters, digits, '.', '_' or '-'");
        }
    }

    @Override
    public int compareTo(GroupName other) {
        return word.compareTo(other.word);
    }

    @Override
    public String toString() {
        return word;
    }
}
