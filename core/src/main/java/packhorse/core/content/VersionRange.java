package packhorse.core.content;

import org.jspecify.annotations.Nullable;

/**
 * Which versions satisfy a dependency, in interval notation: {@code [1.0,2.0)}, {@code [1.0,)}, {@code (,2.0]},
 * {@code [1.5]} for exactly one, {@code *} for all.
 *
 * @param lowest the lower bound, or null for none
 * @param lowestIncluded whether the lower bound itself satisfies
 * @param highest the upper bound, or null for none
 * @param highestIncluded whether the upper bound itself satisfies
 */
public record VersionRange(
        @Nullable Version lowest,
        boolean lowestIncluded,
        @Nullable Version highest,
        boolean highestIncluded) {
    public static final VersionRange ALL = new VersionRange(null, false, null, false);

    public VersionRange {
        if (lowest != null && highest != null) {
            int order = lowest.compareTo(highest);
            if (order > 0 || (order == 0 && !(lowestIncluded && highestIncluded))) {
                throw new IllegalArgumentException("no version lies between " + lowest + " and " + highest);
            }
        }
    }

    /** @throws IllegalArgumentException naming the text, when it is no range or an empty one */
    public static VersionRange parse(String text) {
        String s = text.strip();
        if (s.equals("*")) {
            return ALL;
        }
        boolean opens = s.startsWith("[") || s.startsWith("(");
        boolean closes = s.endsWith("]") || s.endsWith(")");
        if (!opens || !closes || s.length() < 3) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is not a version range; write *, [1.0], [1.0,2.0), [1.0,) or (,2.0]");
        }
        String inner = s.substring(1, s.length() - 1);
        int comma = inner.indexOf(',');
        if (comma < 0) {
            Version only = Version.parse(inner.strip());
            return new VersionRange(only, true, only, true);
        }
        String low = inner.substring(0, comma).strip();
        String high = inner.substring(comma + 1).strip();
        return new VersionRange(
                low.isEmpty() ? null : Version.parse(low),
                !low.isEmpty() && s.startsWith("["),
                high.isEmpty() ? null : Version.parse(high),
                !high.isEmpty() && s.endsWith("]"));
    }

    public boolean contains(Version version) {
        if (lowest != null) {
            int order = version.compareTo(lowest);
            if (order < 0 || (order == 0 && !lowestIncluded)) {
                return false;
            }
        }
        if (highest != null) {
            int order = version.compareTo(highest);
            return order < 0 || (order == 0 && highestIncluded);
        }
        return true;
    }

    /** The text that {@link #parse} reads back to an equal range. */
    @Override
    public String toString() {
        if (lowest == null && highest == null) {
            return "*";
        }
        if (lowest != null && highest != null && lowest.equals(highest)) {
            return "[" + lowest + "]";
        }
        return (lowestIncluded ? "[" : "(") + (lowest == null ? "" : lowest) + "," + (highest == null ? "" : highest)
                + (highestIncluded ? "]" : ")");
    }
}
