package packhorse.core.content;

import java.util.regex.Pattern;

/**
 * A release's name without version and platform, {@code publisher/product}: two words of lower-case letters, digits,
 * {@code . _ + -}, each starting with a letter or digit and at most 64 characters long, so that a name is also a safe path.
 *
 * @param publisher who makes it
 * @param product what it is
 */
public record ReleaseName(String publisher, String product) implements Comparable<ReleaseName> {
    private static final Pattern WORD = Pattern.compile("[a-z0-9][a-z0-9._+-]{0,63}");

    public ReleaseName {
        if (!WORD.matcher(publisher).matches() || !WORD.matcher(product).matches()) {
            throw new IllegalArgumentException("\"" + publisher + "/" + product
                    + "\" is not a release name; write publisher/product in lower-case letters, digits, '.',"
                    + " '_', '+' or '-'");
        }
    }

    /** @throws IllegalArgumentException unless the text is {@code publisher/product} */
    public static ReleaseName parse(String text) {
        int slash = text.indexOf('/');
        return slash < 0
                ? new ReleaseName(text, "")
                : new ReleaseName(text.substring(0, slash), text.substring(slash + 1));
    }

    @Override
    public int compareTo(ReleaseName other) {
        return toString().compareTo(other.toString());
    }

    @Override
    public String toString() {
        return publisher + "/" + product;
    }
}
