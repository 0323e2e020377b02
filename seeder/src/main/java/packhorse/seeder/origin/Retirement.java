package packhorse.seeder.origin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import packhorse.core.UsageException;
import packhorse.core.content.Bundle;
import packhorse.core.content.Dependency;
import packhorse.core.content.Manifest;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.content.TargetDocument;
import packhorse.core.content.TargetDocument.BundleDocument;
import packhorse.core.content.TargetDocument.ManifestDocument;

/** What leaves the catalogue with a release: its updates and, where that is said, the bundles that name one of them. */
final class Retirement {
    private Retirement() {}

    /**
     * Which paths leave; empty where the release was retired before.
     *
     * @param bundles whether bundles go, too
     * @param retired what was listed once, by path
     * @param listed all that is listed, by path
     * @throws UsageException when it is not listed, or something that stays refers to what leaves
     */
    static SortedSet<String> of(
            ReleaseId release, boolean bundles, Map<String, Sha256> retired, SortedMap<String, TargetDocument> listed) {
        if (!listed.containsKey(release.targetPath())) {
            if (retired.containsKey(release.targetPath())) {
                // What came after it was retired is another decision.
                return new TreeSet<>();
            }
            throw new UsageException(
                    release + " is not in the catalogue; packhorse available lists what is, with version and platform");
        }
        SortedSet<String> paths = new TreeSet<>();
        listed.forEach((path, document) -> {
            if (document instanceof ManifestDocument(Manifest manifest) && isOrUpdates(manifest.id(), release)) {
                paths.add(path);
            }
        });
        List<String> needed = new ArrayList<>();
        listed.forEach((path, document) -> {
            switch (document) {
                case BundleDocument(Bundle bundle) -> {
                    boolean names = bundle.members().stream()
                            .anyMatch(member -> paths.contains(member.release().targetPath()));
                    if (names && bundles) {
                        paths.add(path);
                    } else if (names) {
                        needed.add("the bundle " + bundle.name() + "@" + bundle.version()
                                + " names it; retire that too with --with-bundles");
                    }
                }
                case ManifestDocument(Manifest manifest) -> {
                    if (!paths.contains(path)) {
                        manifest.dependencies().stream()
                                .filter(dependency -> isMetBy(dependency, manifest, listed, paths, true)
                                        && !isMetBy(dependency, manifest, listed, paths, false))
                                .forEach(dependency -> needed.add(
                                        manifest.id() + " depends on " + dependency + "; retire that first"));
                    }
                }
            }
        });
        if (!needed.isEmpty()) {
            throw new UsageException(release + " is not retired: " + needed.getFirst()
                    + (needed.size() == 1 ? "" : " (and " + (needed.size() - 1) + " more)"));
        }
        return paths;
    }

    private static boolean isOrUpdates(ReleaseId one, ReleaseId release) {
        return one.name().equals(release.name())
                && one.platform().equals(release.platform())
                && one.version().compareTo(release.version()) >= 0;
    }

    /** Whether one of those that are listed, or of those that stay, is what a release depends on. */
    private static boolean isMetBy(
            Dependency dependency,
            Manifest of,
            SortedMap<String, TargetDocument> listed,
            SortedSet<String> leaving,
            boolean leavingToo) {
        return listed.entrySet().stream()
                .filter(entry -> leavingToo || !leaving.contains(entry.getKey()))
                .anyMatch(entry -> entry.getValue() instanceof ManifestDocument(Manifest other)
                        && other.id().name().equals(dependency.name())
                        && (other.id().platform().equals(of.id().platform())
                                || other.id().platform().equals(Platform.ANY))
                        && dependency.versions().contains(other.id().version()));
    }
}
