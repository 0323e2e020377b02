package packhorse.peer.desired;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import packhorse.core.content.Dependency;
import packhorse.core.content.InstallSection;
import packhorse.core.content.InstallSection.Activating;
import packhorse.core.content.InstallSection.Drift;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;
import packhorse.core.json.Json.JsonObject;

/** Releases drawn small: "a@1" is version 1 of a/a for any platform. */
final class World {
    private World() {}

    static ReleaseId id(String word) {
        String[] parts = word.split("@", -1);
        return new ReleaseId(new ReleaseName(parts[0], parts[0]), Version.parse(parts[1]), Platform.ANY);
    }

    static Sha256 pack(String word) {
        return Sha256.of(word.getBytes(StandardCharsets.UTF_8));
    }

    /** One that can be put in place, into use at once. */
    static Resolution.Part installable(String word, String... needs) {
        Resolution.Part part = part(word, needs);
        return new Resolution.Part(
                part.release(),
                part.manifest(),
                part.pack(),
                part.needs(),
                Optional.of(section(Activating.WITH_INSTALL)));
    }

    static InstallSection section(Activating activation) {
        return new InstallSection(
                "archive",
                new JsonObject(new TreeMap<>()),
                Map.of(),
                new TreeMap<>(),
                Map.of(),
                List.of(),
                0,
                activation,
                Drift.REPORT,
                List.of());
    }

    static Resolution.Part part(String word, String... needs) {
        return new Resolution.Part(
                id(word),
                pack("manifest of " + word),
                pack(word),
                Arrays.stream(needs).map(Dependency::parse).toList(),
                Optional.empty());
    }
}
