package packhorse.core.trust;

import java.util.List;
import java.util.Optional;
import packhorse.core.content.BlobRef;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Pack;
import packhorse.core.content.PieceLength;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Version;

/** A manifest to publish in tests, of content that nobody fetches. */
final class VerifiedFixture {
    private final Manifest manifest;

    private VerifiedFixture(Manifest manifest) {
        this.manifest = manifest;
    }

    /** {@code acme/tool} in {@code version} for any platform. */
    static VerifiedFixture release(String version) {
        ReleaseId id = new ReleaseId(new ReleaseName("acme", "tool"), Version.parse(version), Platform.ANY);
        byte[] content = ("content of " + version).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        BlobRef blob = BlobRef.of(content);
        Pack pack = new Pack(
                blob,
                PieceLength.forContent(content.length),
                InfoHash.of(content),
                Sha256.of(content),
                Sha256.of(content),
                blob,
                Optional.empty());
        return new VerifiedFixture(new Manifest(
                id, Kind.PACKAGE, Manifest.Form.FILE, "tool.bin", blob, blob, 1, List.of(pack), List.of()));
    }

    ReleaseId id() {
        return manifest.id();
    }

    String path() {
        return manifest.id().targetPath();
    }

    byte[] bytes() {
        return ManifestCodec.encode(manifest);
    }
}
