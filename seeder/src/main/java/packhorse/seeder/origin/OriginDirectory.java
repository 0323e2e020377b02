package packhorse.seeder.origin;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.Bundle;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Pack;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.TargetDocument;
import packhorse.core.content.Torrent;
import packhorse.core.content.Torrents;
import packhorse.core.durable.DurableFiles;
import packhorse.core.durable.Durably;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.CatalogueWriter;
import packhorse.core.trust.ExpiryWarning;
import packhorse.core.trust.Lifetimes;
import packhorse.core.trust.OnlineKeys;
import packhorse.core.trust.SigningRequest;
import packhorse.core.trust.TargetInfo;

/**
 * An origin's data on disk: {@code repository} (the catalogue), {@code uploads} (what is on its way in), {@code contents}
 * (published, and waiting for the origin's process), {@code store} (its packs, which only it touches). Publishers on this
 * machine and the origin's process may use it at once: whatever writes the catalogue holds the lock file {@code lock} while it
 * does, for moments only.
 *
 * <p>A publication happens in the order content, objects, targets. Each step looks first whether it was done, so the same
 * publication can be begun again after a crash at any line; before the last one nothing of it can be seen.
 */
public final class OriginDirectory {
    private static final Logger LOG = LoggerFactory.getLogger(OriginDirectory.class);

    private final Path data;
    private final OnlineKeys online;
    private final InstantSource clock;
    private final Staging staging;
    private final Removal removal;
    /** Threads take turns here before the process takes its turn at the lock file, which a process may hold once only. */
    private final ReentrantLock turn;

    private static final Map<Path, ReentrantLock> TURNS = new ConcurrentHashMap<>();

    private OriginDirectory(Path data, OnlineKeys online, Staging.Limits limits, InstantSource clock) {
        this.data = data;
        this.turn = TURNS.computeIfAbsent(data.toAbsolutePath().normalize(), path -> new ReentrantLock());
        this.online = online;
        this.clock = clock;
        this.staging = new Staging(data.resolve("uploads"), limits);
        this.removal = new Removal(repository(), contents(), data.resolve("leaving"));
    }

    /**
     * Opens the directory; the first time, the catalogue is copied from {@code initial}.
     *
     * @param initial an empty catalogue, as it came with the keys
     * @throws UsageException when there is neither a catalogue nor one to start from
     */
    public static OriginDirectory open(
            Path data, Optional<Path> initial, OnlineKeys online, Staging.Limits limits, InstantSource clock) {
        OriginDirectory directory = new OriginDirectory(data, online, limits, clock);
        directory.locked(() -> {
            if (!Files.exists(directory.repository())) {
                Path from = initial.orElseThrow(() -> new UsageException(data + " holds no catalogue and the keys"
                        + " directory has none to start from; make both with `packhorse keys new`"));
                copyTree(from, data.resolve("repository.new"));
                Files.move(data.resolve("repository.new"), directory.repository());
            }
            return true;
        });
        return directory;
    }

    private static void copyTree(Path from, Path to) throws IOException {
        try (var paths = Files.walk(from)) {
            for (Path path : paths.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.deleteIfExists(target);
                    Files.copy(path, target);
                }
            }
        }
    }

    /** Where the catalogue is. */
    public Path repository() {
        return data.resolve("repository");
    }

    /** The file that {@code name} means in the catalogue, whether it exists or not; empty for a name that leads elsewhere. */
    Optional<Path> repositoryFile(String name) {
        try {
            Path file = repository().resolve(name).normalize();
            boolean inside = file.startsWith(repository())
                    && file.getNameCount() > repository().getNameCount() + 1;
            return inside ? Optional.of(file) : Optional.empty();
        } catch (InvalidPathException e) {
            return Optional.empty();
        }
    }

    /** Where the packs are. */
    public Path store() {
        return data.resolve("store");
    }

    /** Where blobs on their way in wait. */
    public Staging staging() {
        return staging;
    }

    private interface Work<T> {
        T run() throws IOException;
    }

    private <T> T locked(Work<T> work) {
        turn.lock();
        try {
            Files.createDirectories(data);
            try (FileChannel file = FileChannel.open(
                            data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock lock = file.lock()) {
                assert lock.isValid();
                return work.run();
            }
        } catch (IOException e) {
            throw new OperationException(
                    "cannot use the origin's data in " + data + ": " + e.getMessage() + "; check space and permissions",
                    e);
        } finally {
            turn.unlock();
        }
    }

    private <T> T writing(Function<CatalogueWriter, T> work) {
        return locked(() -> {
            try (CatalogueWriter writer = CatalogueWriter.open(repository(), Lifetimes.DEFAULT)) {
                return work.apply(writer);
            }
        });
    }

    /** The catalogue as it stands. */
    public Catalogue catalogue() {
        return writing(CatalogueWriter::catalogue);
    }

    /** The document listed at {@code targetPath}. */
    public Optional<byte[]> document(String targetPath) {
        return document(catalogue(), targetPath);
    }

    Optional<byte[]> document(Catalogue catalogue, String targetPath) {
        return catalogue.target(targetPath).map(this::read);
    }

    private byte[] read(TargetInfo target) {
        Path file = repository().resolve(target.location());
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (!target.describes(bytes)) {
                throw new OperationException(file + " was damaged; bring the repository back from a copy");
            }
            return bytes;
        } catch (IOException e) {
            throw new OperationException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Signs snapshot and timestamp anew where half their life is over. */
    boolean refreshOnline() {
        return writing(writer -> writer.refreshOnline(online, clock.instant()));
    }

    /** What key holders have to do before it is late. */
    List<ExpiryWarning> warnings() {
        return writing(writer -> writer.warnings(clock.instant()));
    }

    /** Whether the object is in the repository. */
    boolean holds(BlobRef object) {
        return Files.exists(
                repository().resolve("objects").resolve(object.sha256().hex()));
    }

    /** Whether the pack's content is here, waiting for the store or in it. */
    public boolean holds(Pack pack) {
        String name = pack.data().sha256().hex();
        return Files.exists(contents().resolve(name))
                || Files.exists(store().resolve("packs").resolve(name));
    }

    /** Where published contents wait until the origin's process takes them into its store. */
    Path contents() {
        return data.resolve("contents");
    }

    /** What the origin's own client of the catalogue remembers. */
    Path trusted() {
        return data.resolve("trusted");
    }

    /** The first root, which everything else follows from. */
    byte[] firstRoot() {
        Path file = repository().resolve("metadata").resolve("1.root.json");
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new OperationException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /** Bytes of the object {@code ref}, which the repository holds. */
    byte[] object(BlobRef ref) {
        Path file = repository().resolve("objects").resolve(ref.sha256().hex());
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (!BlobRef.of(bytes).equals(ref)) {
                throw new OperationException(file + " was damaged; bring the repository back from a copy");
            }
            return bytes;
        } catch (IOException e) {
            throw new OperationException("cannot read " + file + ": " + e.getMessage(), e);
        }
    }

    /**
     * A release's parts that came in with it.
     *
     * @param manifest what it is
     * @param hashes of the content, made by this origin; empty when the store holds the pack
     * @param content where it lies, same disk; it is moved into the store
     * @param fileList where it lies; empty when the repository holds it
     */
    public record Arrived(
            Manifest manifest, Optional<ContentHashes> hashes, Optional<Path> content, Optional<Path> fileList) {}

    /** Turns the prepared next targets into signed ones. */
    public interface TargetsSigner {
        byte[] sign(SigningRequest request);
    }

    /**
     * Publishes {@code document} with targets that the publisher signed before.
     *
     * @throws StaleTargetsException when they do not follow the catalogue's
     */
    void publishSigned(String targetPath, byte[] document, byte[] signedTargets, Optional<Arrived> arrived) {
        long version = JsonFields.of(JsonReader.parse(signedTargets), "the signed targets")
                .object("signed")
                .integer("version");
        writing(writer -> {
            Instant now = clock.instant();
            // Refuses another content under the identity before anything is moved.
            if (writer.stageTargets(Map.of(targetPath, document), now).isEmpty()) {
                return false;
            }
            long current = writer.catalogue().version();
            if (version != current + 1) {
                throw new StaleTargetsException(version, current);
            }
            requireMembers(writer.catalogue(), document);
            arrived.ifPresent(parts -> take(writer, parts));
            return writer.publishTargets(signedTargets, Map.of(targetPath, document), online, now);
        });
    }

    /** Publishes {@code document} with targets that are signed while nobody else can publish. */
    public void publish(String targetPath, byte[] document, TargetsSigner signer, Optional<Arrived> arrived) {
        writing(writer -> {
            Instant now = clock.instant();
            Optional<SigningRequest> next = writer.stageTargets(Map.of(targetPath, document), now);
            if (next.isEmpty()) {
                return false;
            }
            requireMembers(writer.catalogue(), document);
            arrived.ifPresent(parts -> take(writer, parts));
            return writer.publishTargets(signer.sign(next.get()), Map.of(targetPath, document), online, now);
        });
    }

    /**
     * Retires a release and all its updates, with targets that are signed while nobody else can publish. The catalogue without them counts
     * before anything of them is removed, which is done by the origin's process.
     *
     * @param bundles whether bundles that name one of them go, too
     * @return the paths that are listed no more; empty when they were retired before
     * @throws UsageException when it is not listed, or something that stays refers to it
     */
    public SortedSet<String> retire(ReleaseId release, boolean bundles, TargetsSigner signer) {
        return writing(writer -> {
            Instant now = clock.instant();
            Catalogue catalogue = writer.catalogue();
            SortedSet<String> paths = Retirement.of(release, bundles, catalogue.retired(), documents(catalogue));
            Optional<SigningRequest> next = writer.stageRetirement(paths, now);
            next.ifPresent(request -> writer.publishRetirement(signer.sign(request), paths, online, now));
            return paths;
        });
    }

    private SortedMap<String, TargetDocument> documents(Catalogue catalogue) {
        SortedMap<String, TargetDocument> documents = new TreeMap<>();
        catalogue.targets().forEach((path, target) -> documents.put(path, Removal.decoded(path, read(target))));
        return documents;
    }

    /**
     * Removes what retired releases left and nothing that is listed needs. Whoever publishes meanwhile waits.
     *
     * @throws OperationException the first of what could not be removed; all else is
     */
    void clear(Removal.Dropping store) {
        clear(store, new DurableFiles());
    }

    void clear(Removal.Dropping store, DurableFiles files) {
        boolean left = writing(writer -> {
            Catalogue catalogue = writer.catalogue();
            return removal.clear(catalogue, () -> documents(catalogue).values(), store, files);
        });
        if (left) {
            LOG.info("nothing of what was retired is left in {}", data);
        }
    }

    /** As the origin's process starts, nobody takes anything out of its store any more; what is still to go is marked anew. */
    void noneIsLeaving() {
        locked(removal::noneIsLeaving);
    }

    /** Members may have been retired since the publisher looked. */
    private static void requireMembers(Catalogue catalogue, byte[] document) {
        if (TargetDocument.decode(document) instanceof TargetDocument.BundleDocument(Bundle bundle)) {
            for (Bundle.Member member : bundle.members()) {
                boolean same = catalogue
                        .target(member.release().targetPath())
                        .filter(target -> target.sha256().equals(member.manifest()))
                        .isPresent();
                if (!same) {
                    throw new UsageException("the bundle " + bundle.name() + "@" + bundle.version() + " names "
                            + member.release() + " as it is not in the catalogue; publish that first");
                }
            }
        }
    }

    /** Content first, then objects into the repository. */
    private void take(CatalogueWriter writer, Arrived parts) {
        Pack pack = parts.manifest().pack();
        if (removal.isLeaving(pack.data().sha256())) {
            throw new OperationException("the content of " + parts.manifest().id()
                    + " was retired and is just being removed; publish again when the running origin is done with it");
        }
        ContentHashes hashes = parts.hashes()
                .orElseGet(() -> Torrents.check(pack, object(pack.torrent())).hashes());
        Torrent hybrid = Torrents.hybrid(hashes);
        if (!Torrents.pack(hashes, pack.openSwarm().isPresent()).equals(pack)) {
            throw new UsageException("the manifest of " + parts.manifest().id()
                    + " does not describe the content that came with it; publish it again");
        }
        if (!holds(pack)) {
            putContent(
                    pack,
                    parts.content()
                            .orElseThrow(() -> new UsageException("the content of "
                                    + parts.manifest().id() + " is not here; publish it with its content")));
        }
        parts.fileList().ifPresent(list -> writer.putObject(parts.manifest().files(), list));
        if (!holds(parts.manifest().files())) {
            // It may have left with a retired release since somebody looked.
            throw new UsageException(
                    "the file list of " + parts.manifest().id() + " is not here; publish it with its file list");
        }
        writer.putObject(hybrid.bytes());
        if (pack.openSwarm().isPresent()) {
            writer.putObject(Torrents.v1Only(hashes).bytes());
        }
    }

    /** The same inode under its final name, so that whoever repeats this finds the first name still there. */
    private void putContent(Pack pack, Path content) {
        try {
            Files.createDirectories(contents());
            Path target = contents().resolve(pack.data().sha256().hex());
            try {
                Files.createLink(target, content);
            } catch (UnsupportedOperationException e) {
                Files.move(content, target);
            }
            Durably.flush(target);
            Durably.flush(contents());
        } catch (IOException e) {
            throw new OperationException(
                    "cannot put the content into " + contents() + ": " + e.getMessage() + "; publish again", e);
        }
    }

    /** Removes contents that no release names and that nobody touched for as long as uploads are kept. */
    void sweep(Instant now) {
        staging.sweep(now);
        if (!Files.isDirectory(contents())) {
            return;
        }
        // What is listed is asked while nobody publishes: the content of a slow upload is old when its release is
        // listed at last.
        int swept = writing(writer -> sweepContents(writer.catalogue(), now));
        if (swept > 0) {
            LOG.info("removed {} contents that no release names", swept);
        }
    }

    private int sweepContents(Catalogue catalogue, Instant now) {
        Set<String> named = new HashSet<>();
        for (ReleaseId id : catalogue.releases()) {
            document(catalogue, id.targetPath())
                    .ifPresent(bytes -> named.add(
                            ManifestCodec.decode(bytes).content().sha256().hex()));
        }
        int swept = 0;
        try (DirectoryStream<Path> waiting = Files.newDirectoryStream(contents())) {
            for (Path each : waiting) {
                Instant touched = Files.getLastModifiedTime(each).toInstant();
                boolean old = Duration.between(touched, now).compareTo(staging.keep()) > 0;
                if (old && !named.contains(String.valueOf(each.getFileName())) && Files.deleteIfExists(each)) {
                    swept++;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            throw new OperationException("cannot sweep " + contents() + ": " + e.getMessage(), e);
        }
        return swept;
    }
}
