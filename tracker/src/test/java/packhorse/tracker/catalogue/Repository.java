package packhorse.tracker.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileList;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Torrents;
import packhorse.core.content.Version;
import packhorse.core.trust.CatalogueKeys;
import packhorse.core.trust.CatalogueWriter;
import packhorse.core.trust.DirectoryMetadataSource;
import packhorse.core.trust.Lifetimes;
import packhorse.core.trust.MetadataSource;
import packhorse.core.trust.RoleKeys;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.SigningRequest;

/** A real repository on disk, and a source over it that can be away or lie. */
public final class Repository implements MetadataSource {
    private final Path root;
    private final CatalogueKeys keys;
    private final CatalogueWriter writer;
    private final MetadataSource honest;
    private final Set<String> spoiled = ConcurrentHashMap.newKeySet();
    private final Map<String, Integer> asked = new ConcurrentHashMap<>();
    private volatile boolean away;

    public Repository(Path root) throws IOException {
        this.root = root;
        SecureRandom random = new SecureRandom();
        this.keys = new CatalogueKeys(key(random), key(random), key(random), key(random));
        Path directory = root.resolve("repository");
        this.writer = CatalogueWriter.create(directory, keys, Lifetimes.DEFAULT, Instant.now());
        this.honest = new DirectoryMetadataSource(directory);
        Files.write(trustedRoot(), writer.root());
    }

    private static RoleKeys key(SecureRandom random) {
        return RoleKeys.of(SigningKey.generate(random));
    }

    public Path trustedRoot() {
        return root.resolve("root.json");
    }

    public Path directory() {
        return writer.directory();
    }

    /** Publishes a file of {@code content}. */
    public Manifest publish(String name, byte[] content, boolean open) {
        ContentHasher hasher = new ContentHasher(content.length);
        hasher.update(content);
        ContentHashes hashes = hasher.finish();
        ReleaseId id = new ReleaseId(ReleaseName.parse(name), Version.parse("1.0"), Platform.ANY);
        writer.putObject(Torrents.hybrid(hashes).bytes());
        writer.putObject(Torrents.v1Only(hashes).bytes());
        BlobRef files = writer.putObject(new FileList()
                .encode(new FileEntry.File(
                        "content.bin", 0644, FileEntry.Owner.ROOT, content.length, hashes.sha256())));
        Manifest manifest = new Manifest(
                id,
                Kind.PACKAGE,
                Manifest.Form.FILE,
                "content.bin",
                hashes.data(),
                files,
                1,
                List.of(Torrents.pack(hashes, open)),
                List.of());
        Map<String, byte[]> targets = Map.of(id.targetPath(), ManifestCodec.encode(manifest));
        SigningRequest request = writer.stageTargets(targets, Instant.now()).orElseThrow();
        for (SigningKey key : keys.targets().keys()) {
            request = request.sign(key);
        }
        writer.publishTargets(request.bytes(), targets, keys.online(), Instant.now());
        return manifest;
    }

    /** From now on the source does not answer. */
    public void away(boolean now) {
        away = now;
    }

    /** From now on one bit of each of these files is wrong. */
    public void spoil(String path) {
        spoiled.add(path);
    }

    public void heal() {
        spoiled.clear();
    }

    /** How often a path was asked for. */
    public int asked(String path) {
        return asked.getOrDefault(path, 0);
    }

    public Set<String> askedPaths() {
        return new HashSet<>(new HashMap<>(asked).keySet());
    }

    @Override
    public Optional<byte[]> fetch(String path, long lengthMax) throws IOException {
        asked.merge(path, 1, Integer::sum);
        if (away) {
            throw new IOException("the origin is away");
        }
        return honest.fetch(path, lengthMax).map(bytes -> {
            byte[] given = bytes.clone();
            if (spoiled.contains(path)) {
                given[given.length / 2] ^= 1;
            }
            return given;
        });
    }

    @Override
    public String toString() {
        return "the test's origin";
    }
}
