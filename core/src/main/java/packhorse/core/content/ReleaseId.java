package packhorse.core.content;

import java.util.Comparator;

/**
 * The identity of a release: name, version and platform. Two contents under one identity are refused everywhere.
 *
 * @param name publisher and product
 * @param version ordered as dpkg orders versions
 * @param platform what it runs on
 */
public record ReleaseId(ReleaseName name, Version version, Platform platform) implements Comparable<ReleaseId> {
    private static final Comparator<ReleaseId> ORDER = Comparator.comparing(ReleaseId::name)
            .thenComparing(ReleaseId::version)
            .thenComparing(ReleaseId::platform)
            // 1.0 and 1.00 are equal in order, but two identities.
            .thenComparing(id -> id.version().toString());

    /** The target path of the release's manifest in the catalogue: {@code publisher/product/version/platform.json}. */
    public String targetPath() {
        return name + "/" + version + "/" + platform + ".json";
    }

    /**
     * Reads a target path back.
     *
     * @throws IllegalArgumentException when the path is not one that {@link #targetPath} makes
     */
    public static ReleaseId ofTargetPath(String path) {
        String[] parts = path.split("/", -1);
        if (parts.length != 4 || !parts[3].endsWith(".json")) {
            throw new IllegalArgumentException("\"" + path + "\" is not publisher/product/version/platform.json");
        }
        return new ReleaseId(
                new ReleaseName(parts[0], parts[1]),
                Version.parse(parts[2]),
                new Platform(parts[3].substring(0, parts[3].length() - ".json".length())));
    }

    @Override
    public int compareTo(ReleaseId other) {
        return ORDER.compare(this, other);
    }

    /** For people: {@code publisher/product@version (platform)}. */
    @Override
    public String toString() {
        return name + "@" + version + " (" + platform + ")";
    }
}
