package packhorse.console.change;

import java.util.regex.Pattern;

/**
 * Names a person as their account does. A person who has gone keeps the name: records point at it.
 *
 * @param name lower-case letters, digits and {@code . _ - @}, at most 64, starting with a letter
 */
public record PersonId(String name) implements Comparable<PersonId> {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9._@-]{0,63}");

    public PersonId {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("\"" + name + "\" is no account name; write lower-case letters,"
                    + " digits, '.', '_', '-' or '@', a letter first, at most 64");
        }
    }

    @Override
    public int compareTo(PersonId other) {
        return name.compareTo(other.name);
    }

    @Override
    public String toString() {
        return name;
    }
}
