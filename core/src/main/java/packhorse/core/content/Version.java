package packhorse.core.content;

import java.util.regex.Pattern;

/**
 * A version {@code [epoch:]upstream[-revision]}, ordered as dpkg orders versions.
 *
 * <p>The algorithm is deb-version(7): epochs as numbers; then upstream part and revision each as alternating runs of
 * non-digits and digits. Non-digits compare with letters before all other characters and {@code ~} before everything, even
 * the end; digits compare as numbers of any length. O(length).
 */
public final class Version implements Comparable<Version> {
    /** Longer ones are refused: a version is part of paths and tables. */
    public static final int LENGTH_MAX = 128;

    private static final Pattern FORM = Pattern.compile("(?:[0-9]{1,9}:)?[0-9A-Za-z][0-9A-Za-z.+~_-]*");

    private final String text;
    private final long epoch;
    private final String upstream;
    private final String revision;

    private Version(String text) {
        this.text = text;
        int colon = text.indexOf(':');
        this.epoch = colon < 0 ? 0 : Long.parseLong(text.substring(0, colon));
        String rest = text.substring(colon + 1);
        int dash = rest.lastIndexOf('-');
        this.upstream = dash < 0 ? rest : rest.substring(0, dash);
        this.revision = dash < 0 ? "" : rest.substring(dash + 1);
    }

    /** @throws IllegalArgumentException when the text is no version, with the mend */
    public static Version parse(String text) {
        if (text.length() > LENGTH_MAX || !FORM.matcher(text).matches()) {
            throw new IllegalArgumentException("\"" + text
                    + "\" is not a version; write [epoch:]upstream[-revision] of letters,"
                    + " digits, '.', '+', '~', '_' or '-', at most " + LENGTH_MAX + " characters, such as 1:2.0~rc1-3");
        }
        return new Version(text);
    }

    @Override
    public int compareTo(Version other) {
        int byEpoch = Long.compare(epoch, other.epoch);
        if (byEpoch != 0) {
            return byEpoch;
        }
        int byUpstream = compareParts(upstream, other.upstream);
        return byUpstream != 0 ? byUpstream : compareParts(revision, other.revision);
    }

    private static int compareParts(String a, String b) {
        int i = 0;
        int j = 0;
        while (i < a.length() || j < b.length()) {
            while ((i < a.length() && !isDigit(a.charAt(i))) || (j < b.length() && !isDigit(b.charAt(j)))) {
                int difference = weight(a, i) - weight(b, j);
                if (difference != 0) {
                    return difference;
                }
                i++;
                j++;
            }
            while (i < a.length() && a.charAt(i) == '0') {
                i++;
            }
            while (j < b.length() && b.charAt(j) == '0') {
                j++;
            }
            int firstDifference = 0;
            while (i < a.length() && isDigit(a.charAt(i)) && j < b.length() && isDigit(b.charAt(j))) {
                if (firstDifference == 0) {
                    firstDifference = a.charAt(i) - b.charAt(j);
                }
                i++;
                j++;
            }
            if (i < a.length() && isDigit(a.charAt(i))) {
                return 1;
            }
            if (j < b.length() && isDigit(b.charAt(j))) {
                return -1;
            }
            if (firstDifference != 0) {
                return firstDifference;
            }
        }
        return 0;
    }

    /** deb-version(7): tilde before the end (or a digit), the end before letters, letters before the rest. */
    private static int weight(String s, int at) {
        if (at >= s.length() || isDigit(s.charAt(at))) {
            return 0;
        }
        char c = s.charAt(at);
        if (c == '~') {
            return -1;
        }
        return Character.isLetter(c) ? c : c + 256;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    /** Equal texts; {@code 1.0} and {@code 1.00} compare as 0 but are different identities. */
    @Override
    public boolean equals(Object other) {
        return other instanceof Version that && text.equals(that.text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    @Override
    public String toString() {
        return text;
    }
}
