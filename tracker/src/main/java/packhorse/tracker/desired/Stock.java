package packhorse.tracker.desired;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.Dependency;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;

/** What the catalogue lists at one moment, as far as rulings need it. Immutable. */
public final class Stock {
    /**
     * A release.
     *
     * @param manifest digest of its signed manifest
     * @param pack SHA-256 of its content
     * @param needs what must be there too
     */
    public record Listed(ReleaseId id, Sha256 manifest, Sha256 pack, List<Dependency> needs) {
        public Listed {
            needs = List.copyOf(needs);
        }
    }

    /**
     * A bundle.
     *
     * @param document digest of its signed document
     * @param members in the order of installation
     */
    public record ListedBundle(ReleaseName name, Version version, Sha256 document, List<ReleaseId> members) {
        public ListedBundle {
            members = List.copyOf(members);
        }
    }

    private record BundleKey(ReleaseName name, Version version) {}

    public static final Stock EMPTY = new Stock(0, List.of(), List.of());

    private final long version;
    private final SortedMap<ReleaseId, Listed> releases = new TreeMap<>();
    private final Map<BundleKey, ListedBundle> bundles = new HashMap<>();
    private final Map<ReleaseName, List<Listed>> lines = new HashMap<>();
    private final Map<Sha256, Set<ReleaseId>> packs = new HashMap<>();

    /** @param version of the catalogue */
    public Stock(long version, List<Listed> releases, List<ListedBundle> bundles) {
        this.version = version;
        releases.forEach(listed -> this.releases.put(listed.id(), listed));
        bundles.forEach(listed -> this.bundles.put(new BundleKey(listed.name(), listed.version()), listed));
        // From the newest version on.
        new ArrayList<>(this.releases.values()).reversed().forEach(listed -> {
            lines.computeIfAbsent(listed.id().name(), name -> new ArrayList<>()).add(listed);
            packs.computeIfAbsent(listed.pack(), pack -> new HashSet<>()).add(listed.id());
        });
    }

    public long version() {
        return version;
    }

    /** Every release, in order. */
    public List<ReleaseId> releases() {
        return List.copyOf(releases.keySet());
    }

    Optional<Listed> release(ReleaseId id) {
        return Optional.ofNullable(releases.get(id));
    }

    Optional<ListedBundle> bundle(ReleaseName name, Version version) {
        return Optional.ofNullable(bundles.get(new BundleKey(name, version)));
    }

    /** The releases of one line, the newest first. */
    List<Listed> line(ReleaseName name) {
        return lines.getOrDefault(name, List.of());
    }

    /** The platforms on which that version of a line is listed. */
    List<Platform> platforms(ReleaseName name, Version version) {
        return line(name).stream()
                .map(Listed::id)
                .filter(id -> id.version().equals(version))
                .map(ReleaseId::platform)
                .sorted()
                .toList();
    }

    /** Every release that this pack is the content of. */
    Set<ReleaseId> of(Sha256 pack) {
        return packs.getOrDefault(pack, Set.of());
    }
}
