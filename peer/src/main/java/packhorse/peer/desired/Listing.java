package packhorse.peer.desired;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;

/**
 * What a catalogue offers, by name only.
 *
 * @param releases every release
 * @param bundles every bundle
 */
public record Listing(List<ReleaseId> releases, List<BundleId> bundles) {
    /** A bundle's identity; bundles have no platform of their own. */
    public record BundleId(ReleaseName name, Version version) {
        /** The bundle's target path in the catalogue. */
        public String targetPath() {
            return name + "/" + version + "/bundle.json";
        }
    }

    /** What a person's words turned out to mean. */
    public sealed interface Choice {
        /** One release. */
        record OneRelease(ReleaseId release) implements Choice {}

        /** A bundle. */
        record OneBundle(BundleId bundle) implements Choice {}

        /** Nothing of that name, with one line that says what there is instead. */
        record NotFound(String reason) implements Choice {}
    }

    /** More alternatives than this do not help anybody. */
    private static final int ALTERNATIVES_MAX = 5;

    public Listing {
        releases = List.copyOf(releases);
        bundles = List.copyOf(bundles);
    }

    /**
     * Chooses what to pull: the version asked for, or the newest by dpkg's order; of that version, the first of
     * {@code platforms} there is. A newer version that does not exist for any of the platforms does not hide an older one
     * that does. A bundle is chosen where no release has the name.
     */
    public Choice choose(ReleaseName name, Optional<Version> version, List<Platform> platforms) {
        Optional<ReleaseId> release = releases.stream()
                .filter(id -> id.name().equals(name))
                .filter(id -> version.isEmpty() || id.version().equals(version.get()))
                .filter(id -> platforms.contains(id.platform()))
                .max(Comparator.comparing(ReleaseId::version)
                        .thenComparingInt(id -> -platforms.indexOf(id.platform()))
                        .thenComparing(id -> id.version().toString()));
        if (release.isPresent()) {
            return new Choice.OneRelease(release.get());
        }
        return bundles.stream()
                .filter(id -> id.name().equals(name))
                .filter(id -> version.isEmpty() || id.version().equals(version.get()))
                .max(Comparator.comparing(BundleId::version)
                        .thenComparing(id -> id.version().toString()))
                .<Choice>map(Choice.OneBundle::new)
                .orElseGet(() -> new Choice.NotFound(notFound(name, version, platforms)));
    }

    private String notFound(ReleaseName name, Optional<Version> version, List<Platform> platforms) {
        String asked = name + version.map(v -> "@" + v).orElse("");
        List<String> same = releases.stream()
                .filter(id -> id.name().equals(name))
                .sorted(Comparator.reverseOrder())
                .limit(ALTERNATIVES_MAX)
                .map(id -> id.version() + " (" + id.platform() + ")")
                .toList();
        return same.isEmpty()
                ? "the catalogue has no " + name + "; see what there is with: packhorse available"
                : "the catalogue has no " + asked + " for "
                        + String.join(
                                " or ", platforms.stream().map(Platform::word).toList())
                        + "; it has " + String.join(", ", same);
    }
}
