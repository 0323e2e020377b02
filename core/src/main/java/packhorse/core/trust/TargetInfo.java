package packhorse.core.trust;

import java.util.Optional;
import packhorse.core.content.Sha256;
import packhorse.core.json.Json.JsonObject;

/**
 * What the catalogue says about one target: a manifest, named by its path.
 *
 * @param path such as {@code publisher/product/version/platform.json}
 * @param length exact length of the target's bytes
 * @param sha256 digest of the target's bytes
 * @param custom what the publisher added, if anything
 */
public record TargetInfo(String path, long length, Sha256 sha256, Optional<JsonObject> custom) {
    public TargetInfo {
        if (length < 0) {
            throw new IllegalArgumentException(path + " has the length " + length);
        }
    }

    /** What the catalogue will say about {@code bytes} under {@code path}. */
    static TargetInfo of(String path, byte[] bytes) {
        return new TargetInfo(path, bytes.length, Sha256.of(bytes), Optional.empty());
    }

    /** Whether {@code bytes} are exactly what is described. */
    public boolean describes(byte[] bytes) {
        return bytes.length == length && sha256.equals(Sha256.of(bytes));
    }

    /** Where the target's bytes stand in a repository with consistent snapshots: {@code DIGEST.name} (§6.2). */
    public String location() {
        int slash = path.lastIndexOf('/') + 1;
        return "targets/" + path.substring(0, slash) + sha256 + "." + path.substring(slash);
    }
}
