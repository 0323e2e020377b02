package packhorse.peer.installer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileEntryCodec;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Kind;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.Version;
import packhorse.core.trust.CatalogueKeys;
import packhorse.core.trust.CatalogueWriter;
import packhorse.core.trust.DirectoryMetadataSource;
import packhorse.core.trust.Lifetimes;
import packhorse.core.trust.RoleKeys;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.peer.install.InstallTask;
import packhorse.peer.installer.engine.InstallerSettings;

/** What an agent has on its disk: the metadata it verified and the packs it fetched, of a deployment with a catalogue of its own. */
public final class AgentData implements AutoCloseable {
    private final Path directory;
    private final SigningKey targets;
    private final CatalogueKeys keys;
    private final CatalogueWriter writer;
    private final TufClient agent;
    private Instant now;

    private AgentData(Path directory, Instant now) {
        this.directory = directory;
        this.now = now;
        SecureRandom random = new SecureRandom();
        this.targets = SigningKey.generate(random);
        this.keys = new CatalogueKeys(
                RoleKeys.of(SigningKey.generate(random)),
                RoleKeys.of(targets),
                RoleKeys.of(SigningKey.generate(random)),
                RoleKeys.of(SigningKey.generate(random)));
        Path repository = directory.resolve("repository");
        this.writer = CatalogueWriter.create(repository, keys, Lifetimes.DEFAULT, now);
        this.agent =
                new TufClient(new DirectoryMetadataSource(repository), TrustedStore.open(metadata()), () -> this.now);
        agent.initialise(root());
    }

    /** A deployment in a directory, founded at this moment. */
    public static AgentData found(Path directory, Instant now) {
        return new AgentData(directory, now);
    }

    /** The deployment's root metadata. */
    public byte[] root() {
        return writer.root();
    }

    /** Where the agent keeps verified metadata. */
    public Path metadata() {
        return directory.resolve("trust");
    }

    /** Where the agent keeps packs. */
    public Path store() {
        return directory.resolve("store");
    }

    /** The time it is; {@link #later} moves it. */
    public Instant now() {
        return now;
    }

    /** Lets time pass. */
    public void later(Duration by) {
        now = now.plus(by);
    }

    /** What an installer is told at its start. */
    public InstallerSettings settings(Path data, Path root) {
        return new InstallerSettings(data, store(), metadata(), root, List.of(), Duration.ZERO);
    }

    /** Publishes a single file, which the agent then fetches. */
    public InstallTask.Member publish(String name, String version, byte[] content, Optional<InstallSection> install) {
        byte[] files = FileEntryCodec.encode(
                new FileEntry.File("content.bin", 0644, FileEntry.Owner.ROOT, content.length, Sha256.of(content)));
        return publish(name, version, content, files, Manifest.Form.FILE, install);
    }

    /** Publishes an archive of a tree with the list of its files, which the agent then fetches. */
    public InstallTask.Member publish(
            String name,
            String version,
            byte[] content,
            byte[] files,
            Manifest.Form form,
            Optional<InstallSection> install) {
        ReleaseId id = new ReleaseId(ReleaseName.parse(name), Version.parse(version), Platform.ANY);
        ContentHasher hasher = new ContentHasher(content.length);
        hasher.update(content);
        ContentHashes hashes = hasher.finish();
        Manifest manifest = new Manifest(
                id,
                Kind.PACKAGE,
                form,
                "content.bin",
                hashes.data(),
                BlobRef.of(files),
                1,
                List.of(Torrents.pack(hashes, false)),
                List.of(),
                install);
        byte[] bytes = ManifestCodec.encode(manifest);
        Map<String, byte[]> added = Map.of(id.targetPath(), bytes);
        writer.publishTargets(
                writer.stageTargets(added, now).orElseThrow().sign(targets).bytes(), added, keys.online(), now);
        refresh();
        Path pack = pack(manifest.content().sha256());
        try {
            Files.createDirectories(pack.resolve("manifests"));
            Files.write(pack.resolve("manifests").resolve(Sha256.of(bytes) + ".json"), bytes);
            Files.write(pack.resolve(manifest.content().sha256().hex()), content);
            Files.write(pack.resolve("files.ndjson"), files);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new InstallTask.Member(
                id, Sha256.of(bytes), Optional.of(manifest.content().sha256()));
    }

    /** Where a pack lies. */
    public Path pack(Sha256 content) {
        return store().resolve("packs").resolve(content.hex());
    }

    /** The agent looks whether there is anything newer. */
    public void refresh() {
        agent.refresh();
    }

    /** The origin signs the online roles anew, and the agent fetches that. */
    public void renew() {
        if (writer.refreshOnline(keys.online(), now)) {
            refresh();
        }
    }

    /** Copies what the agent keeps of the catalogue. */
    void copyMetadata(Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> all = Files.list(metadata())) {
            for (Path each : all.toList()) {
                Files.copy(each, to.resolve(each.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    @Override
    public void close() {
        writer.close();
    }
}
