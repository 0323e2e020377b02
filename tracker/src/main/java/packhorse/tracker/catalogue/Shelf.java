package packhorse.tracker.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.Sha256;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.TargetInfo;
import packhorse.core.trust.VerifiedManifest;

/**
 * What the mirror serves at one moment: metadata that was verified together, with that of some refreshes before, for a client that began with the
 * timestamp before. Immutable.
 */
final class Shelf {
    /** Earlier snapshots and lists of targets that stay; a client is through with one set of metadata within seconds. */
    private static final int EARLIER_MAX = 8;

    private static final Pattern ROOT_NAME = Pattern.compile("[1-9][0-9]{0,17}\\.root\\.json");

    static final Shelf EMPTY = new Shelf(Map.of(), new LinkedHashMap<>(), Map.of(), List.of(), null);

    private final Map<String, byte[]> steady;
    private final Map<String, byte[]> versioned;
    private final Map<String, TargetInfo> targets;
    private final List<VerifiedManifest> manifests;
    private final @Nullable Catalogue catalogue;

    private Shelf(
            Map<String, byte[]> steady,
            Map<String, byte[]> versioned,
            Map<String, TargetInfo> targets,
            List<VerifiedManifest> manifests,
            @Nullable Catalogue catalogue) {
        this.steady = steady;
        this.versioned = versioned;
        this.targets = targets;
        this.manifests = manifests;
        this.catalogue = catalogue;
    }

    /** The shelf after a refresh: what the trusted store in {@code directory} holds now, and the manifests it lists. */
    Shelf next(Path directory, Catalogue now, List<VerifiedManifest> verified) throws IOException {
        Map<String, byte[]> files = new HashMap<>();
        files.put("metadata/timestamp.json", Files.readAllBytes(directory.resolve("timestamp.json")));
        try (Stream<Path> list = Files.list(directory)) {
            for (Path file : list.toList()) {
                Matcher name = ROOT_NAME.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    files.put("metadata/" + name.group(), Files.readAllBytes(file));
                }
            }
        }
        LinkedHashMap<String, byte[]> kept = new LinkedHashMap<>(versioned);
        for (String role : List.of("snapshot", "targets")) {
            byte[] bytes = Files.readAllBytes(directory.resolve(role + ".json"));
            kept.putIfAbsent("metadata/" + version(bytes, role) + "." + role + ".json", bytes);
        }
        while (kept.size() > 2 * EARLIER_MAX) {
            kept.pollFirstEntry();
        }
        Map<String, TargetInfo> locations = new HashMap<>();
        now.targets().values().forEach(target -> locations.put(target.location(), target));
        return new Shelf(Map.copyOf(files), kept, Map.copyOf(locations), List.copyOf(verified), now);
    }

    private static long version(byte[] metadata, String role) {
        return JsonFields.of(JsonReader.parse(metadata), role)
                .ignoreUnknown()
                .object("signed")
                .ignoreUnknown()
                .integer("version");
    }

    Optional<byte[]> metadata(String path) {
        byte[] bytes = steady.get(path);
        return Optional.ofNullable(bytes == null ? versioned.get(path) : bytes);
    }

    /** The target that stands at {@code location} in the repository. */
    Optional<TargetInfo> target(String location) {
        return Optional.ofNullable(targets.get(location));
    }

    List<VerifiedManifest> manifests() {
        return manifests;
    }

    Optional<VerifiedManifest> manifest(Sha256 digest) {
        return manifests.stream().filter(m -> m.digest().equals(digest)).findFirst();
    }

    Optional<Catalogue> catalogue() {
        return Optional.ofNullable(catalogue);
    }
}
