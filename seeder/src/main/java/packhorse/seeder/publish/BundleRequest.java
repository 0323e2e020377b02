package packhorse.seeder.publish;

import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import packhorse.core.config.YamlDocument;
import packhorse.core.config.YamlMap;
import packhorse.core.content.Bundle;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;

/**
 * A bundle as its file names it: without digests, those come from the catalogue.
 *
 * @param source the file
 * @param name the bundle's own name
 * @param version the bundle's own version
 * @param members in order
 */
public record BundleRequest(Path source, ReleaseName name, Version version, List<ReleaseId> members) {
    public BundleRequest {
        members = List.copyOf(members);
    }

    /**
     * Reads YAML (or JSON, which is YAML): {@code name}, {@code version}, {@code members} with {@code name}, {@code version} and
     * {@code platform} (default any).
     *
     * @throws packhorse.core.UsageException with file, line and column of what is wrong
     */
    public static BundleRequest read(Path file) {
        YamlMap yaml = YamlDocument.read(file);
        ReleaseName name = yaml.value("name", ReleaseName::parse);
        Version version = yaml.value("version", Version::parse);
        List<ReleaseId> members = yaml.maps("members").stream()
                .map(member -> new ReleaseId(
                        member.value("name", ReleaseName::parse),
                        member.value("version", Version::parse),
                        member.optional("platform", Platform::new).orElse(Platform.ANY)))
                .toList();
        yaml.finish();
        if (members.isEmpty()) {
            throw yaml.error("members", "a bundle names at least one release");
        }
        if (members.stream().distinct().count() < members.size()) {
            throw yaml.error("members", "a bundle names each release once");
        }
        return new BundleRequest(file, name, version, members);
    }

    Bundle resolve(Function<ReleaseId, Sha256> manifests) {
        return new Bundle(
                name,
                version,
                members.stream()
                        .map(id -> new Bundle.Member(id, manifests.apply(id)))
                        .toList());
    }
}
