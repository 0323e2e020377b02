package packhorse.core.content;

/**
 * Another release that must be there, for the same platform or {@link Platform#ANY}.
 *
 * @param name which release line
 * @param versions which of its versions satisfy
 */
public record Dependency(ReleaseName name, VersionRange versions) {
    /** Reads {@code publisher/product} (any version) or {@code publisher/product:RANGE}. */
    public static Dependency parse(String text) {
        int colon = text.indexOf(':');
        return colon < 0
                ? new Dependency(ReleaseName.parse(text), VersionRange.ALL)
                : new Dependency(
                        ReleaseName.parse(text.substring(0, colon)), VersionRange.parse(text.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return name + ":" + versions;
    }
}
