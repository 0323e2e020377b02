package packhorse.peer.store;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileEntryCodec;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Pack;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.content.Version;
import packhorse.core.trust.CatalogueKeys;
import packhorse.core.trust.CatalogueWriter;
import packhorse.core.trust.Lifetimes;
import packhorse.core.trust.RoleKeys;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.VerifiedManifest;

/** A published file, with a manifest that a real catalogue signed. */
final class Arrival {
    private final byte[] content;
    private final VerifiedManifest manifest;
    private final VerifiedTorrent torrent;

    private Arrival(byte[] content, VerifiedManifest manifest, VerifiedTorrent torrent) {
        this.content = content;
        this.manifest = manifest;
        this.torrent = torrent;
    }

    byte[] content() {
        return content;
    }

    VerifiedManifest manifest() {
        return manifest;
    }

    VerifiedTorrent torrent() {
        return torrent;
    }

    Sha256 id() {
        return torrent.pack().data().sha256();
    }

    /** Content of {@code length} bytes made from {@code seed}, published as acme/tool 1.0. */
    static Arrival of(long seed, int length, Path catalogue) {
        byte[] content = new byte[length];
        new Random(seed).nextBytes(content);
        ContentHasher hasher = new ContentHasher(length);
        hasher.update(content);
        ContentHashes hashes = hasher.finish();
        Pack pack = Torrents.pack(hashes, false);
        ReleaseId id = new ReleaseId(ReleaseName.parse("acme/tool"), Version.parse("1.0"), Platform.ANY);
        byte[] files = FileEntryCodec.encode(
                new FileEntry.File("tool.bin", 0644, FileEntry.Owner.ROOT, length, hashes.sha256()));
        Manifest manifest = new Manifest(
                id,
                Kind.PACKAGE,
                Manifest.Form.FILE,
                "tool.bin",
                hashes.data(),
                BlobRef.of(files),
                1,
                List.of(pack),
                List.of());
        byte[] bytes = ManifestCodec.encode(manifest);
        Instant now = Instant.parse("2026-11-21T12:00:00Z");
        SecureRandom random = new SecureRandom();
        SigningKey targets = SigningKey.generate(random);
        CatalogueKeys keys = new CatalogueKeys(
                RoleKeys.of(SigningKey.generate(random)),
                RoleKeys.of(targets),
                RoleKeys.of(SigningKey.generate(random)),
                RoleKeys.of(SigningKey.generate(random)));
        try (CatalogueWriter writer = CatalogueWriter.create(catalogue, keys, Lifetimes.DEFAULT, now)) {
            Map<String, byte[]> added = Map.of(id.targetPath(), bytes);
            byte[] signed =
                    writer.stageTargets(added, now).orElseThrow().sign(targets).bytes();
            writer.publishTargets(signed, added, keys.online(), now);
            return new Arrival(
                    content,
                    writer.catalogue().verifyManifest(id, bytes),
                    Torrents.check(pack, Torrents.hybrid(hashes).bytes()));
        }
    }

    /** As if it had been fetched. */
    Partial arriveIn(Store store) throws java.io.IOException {
        Partial partial = store.partial(manifest, torrent);
        Files.write(partial.file(), content);
        return partial;
    }
}
