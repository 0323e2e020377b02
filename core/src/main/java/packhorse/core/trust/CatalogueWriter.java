package packhorse.core.trust;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.Sha256;
import packhorse.core.durable.DurableFiles;
import packhorse.core.trust.Metadata.MetaFile;

/**
 * The one writer of a repository directory: {@code metadata/}, {@code targets/} and {@code objects/}.
 *
 * <p>The timestamp is the only file that ever changes, and the point at which a publication counts. Everything it leads to is
 * written before it, under names that carry a version or a digest: target files, then {@code N.targets.json}, then
 * {@code N.snapshot.json}, then {@code timestamp.json}, each flushed and renamed into place. So a crash at any line leaves
 * the old catalogue or the new one, and doing it again finishes what was begun. A reader that fetches in between sees either.
 *
 * <p>What is published never changes: a targets file must list everything its predecessor listed, with the same digest, and its version
 * must be exactly the next, so of two publishers that started from the same version the second is told to start again. Only a
 * retirement, which key holders sign like a publication, leaves out what it names; the digest stays behind, so that the name
 * never means another content.
 *
 * <p>A lock file keeps a second process out; threads of one process take turns. Close it to let go.
 */
public final class CatalogueWriter implements AutoCloseable {
    private static final String TAKEN =
            "is being written by another process; publish through it (--to URL), or stop it";

    private final Path directory;
    private final Lifetimes lifetimes;
    private final DurableFiles files;
    private final DirectoryLock lock;
    private final ReentrantLock writing = new ReentrantLock();

    private CatalogueWriter(Path directory, Lifetimes lifetimes, DurableFiles files, DirectoryLock lock) {
        this.directory = directory;
        this.lifetimes = lifetimes;
        this.files = files;
        this.lock = lock;
    }

    /**
     * Makes a new, empty catalogue.
     *
     * @throws UsageException when the directory holds one already
     */
    public static CatalogueWriter create(Path directory, CatalogueKeys keys, Lifetimes lifetimes, Instant now) {
        return create(directory, keys, lifetimes, now, new DurableFiles());
    }

    static CatalogueWriter create(
            Path directory, CatalogueKeys keys, Lifetimes lifetimes, Instant now, DurableFiles files) {
        CatalogueWriter writer = new CatalogueWriter(directory, lifetimes, files, DirectoryLock.take(directory, TAKEN));
        try {
            if (Files.exists(writer.path(Role.TIMESTAMP.path(1)))) {
                throw new UsageException(
                        directory + " holds a catalogue already; name an empty directory, or go on with this one");
            }
            Envelope root = signed(
                    Envelope.unsigned(
                            RootMetadata.write(1, now.plus(lifetimes.root()), keys.keySets()), Role.ROOT.path(1)),
                    keys.root().keys());
            Envelope targets = signed(
                    Envelope.unsigned(TargetsMetadata.first(now.plus(lifetimes.targets())), Role.TARGETS.path(1)),
                    keys.targets().keys());
            writer.put(root);
            writer.put(targets);
            RootMetadata made = RootMetadata.read(root);
            TreeMap<String, MetaFile> listed = new TreeMap<>();
            listed.put(Role.TARGETS.fileName(), MetaFile.of(1, targets.bytes()));
            writer.putSnapshot(
                    made, new SnapshotMetadata(1, now.plus(lifetimes.snapshot()), listed), keys.online(), 1, now);
            return writer;
        } catch (RuntimeException | Error e) {
            writer.close();
            throw e;
        }
    }

    /**
     * Opens the catalogue in {@code directory} for writing.
     *
     * @throws UsageException when there is none
     * @throws OperationException when another process writes it
     */
    public static CatalogueWriter open(Path directory, Lifetimes lifetimes) {
        return open(directory, lifetimes, new DurableFiles());
    }

    static CatalogueWriter open(Path directory, Lifetimes lifetimes, DurableFiles files) {
        if (!Files.exists(directory.resolve(Role.TIMESTAMP.path(0)))) {
            throw new UsageException(
                    directory + " holds no catalogue; make one with `packhorse keys new`, or name its directory");
        }
        return new CatalogueWriter(directory, lifetimes, files, DirectoryLock.take(directory, TAKEN));
    }

    public Path directory() {
        return directory;
    }

    /** The newest root's bytes, which a client is given to pin. */
    public byte[] root() {
        return current().rootEnvelope().bytes();
    }

    /** The keys that may sign {@code role}. */
    public KeySet keys(Role role) {
        return current().root().keySet(role);
    }

    /** The catalogue as a client that trusts this directory would see it. */
    public Catalogue catalogue() {
        Current now = current();
        return new Catalogue(now.root(), now.timestamp(), now.snapshot(), now.targets(), now.targetsEnvelope());
    }

    /**
     * Prepares the next targets file with {@code additions} (bytes by target path); empty when all are listed already.
     *
     * @throws UsageException when one is already published with another content
     */
    public Optional<SigningRequest> stageTargets(Map<String, byte[]> additions, Instant now) {
        Current current = current();
        return SigningRequest.addTargets(
                current.targetsEnvelope(), current.targets(), additions, now.plus(lifetimes.targets()));
    }

    /** Prepares the next targets file without those of {@code paths} that are listed; empty when none is. */
    public Optional<SigningRequest> stageRetirement(Set<String> paths, Instant now) {
        Current current = current();
        return SigningRequest.retireTargets(
                current.targetsEnvelope(), current.targets(), paths, now.plus(lifetimes.targets()));
    }

    /** Prepares a targets file that lists the same and lives longer. */
    public SigningRequest stageTargetsRenewal(Instant now) {
        Current current = current();
        return SigningRequest.next(
                current.targetsEnvelope(), current.targets(), List.of(), now.plus(lifetimes.targets()));
    }

    /** Prepares the next root; {@code roles} replaces keys and thresholds of the roles it names. */
    public SigningRequest stageRoot(Map<Role, KeySet> roles, Instant now) {
        RootMetadata root = current().root();
        Map<Role, KeySet> keySets = new TreeMap<>(root.keySets());
        keySets.putAll(roles);
        long version = root.version() + 1;
        return SigningRequest.of(
                RootMetadata.write(version, now.plus(lifetimes.root()), keySets), Role.ROOT.path(version));
    }

    /**
     * Publishes a signed targets file. Publishing the current one again changes nothing.
     *
     * @param signedTargets a completed {@link SigningRequest}
     * @param targetFiles bytes of the targets it adds, by target path; those already in the directory may be left out
     * @return whether the catalogue changed
     * @throws UsageException when it does not follow the current version, or does not fit its files
     * @throws TrustException when too few keys signed it
     */
    public boolean publishTargets(
            byte[] signedTargets, Map<String, byte[]> targetFiles, OnlineKeys online, Instant now) {
        return publish(signedTargets, targetFiles, Set.of(), online, now);
    }

    /**
     * Publishes a signed targets file that lists what the current one does, but for {@code retired}. Publishing the current one again
     * changes nothing. The files that it names no more stay where they are.
     *
     * @throws UsageException when it does not follow the current version, or lists anything else
     * @throws TrustException when too few keys signed it
     */
    public boolean publishRetirement(byte[] signedTargets, Set<String> retired, OnlineKeys online, Instant now) {
        return publish(signedTargets, Map.of(), retired, online, now);
    }

    private boolean publish(
            byte[] signedTargets,
            Map<String, byte[]> targetFiles,
            Set<String> retired,
            OnlineKeys online,
            Instant now) {
        writing.lock();
        try {
            Current current = current();
            if (signedTargets.length > Role.TARGETS.lengthMaxBytes()) {
                throw new UsageException("the targets file to publish has " + signedTargets.length
                        + " bytes, and nobody reads more than " + Role.TARGETS.lengthMaxBytes()
                        + "; retire releases that nobody needs");
            }
            Envelope envelope = Envelope.parse(signedTargets, "the targets file to publish");
            TargetsMetadata targets = TargetsMetadata.read(envelope);
            envelope.requireSigned(current.root().keySet(Role.TARGETS), "the targets role");
            if (current.targetsEnvelope().sameDocument(envelope)) {
                return false;
            }
            requireNext(current.targets(), targets, retired, now);
            requireOnline(current.root(), online);
            for (TargetInfo target : targets.targets().values()) {
                putTarget(current.targets(), target, Optional.ofNullable(targetFiles.get(target.path())));
            }
            put(Role.TARGETS.path(targets.version()), envelope);
            TreeMap<String, MetaFile> listed = new TreeMap<>(current.snapshot().meta());
            listed.put(Role.TARGETS.fileName(), MetaFile.of(targets.version(), envelope.bytes()));
            putSnapshot(
                    current.root(),
                    new SnapshotMetadata(current.snapshot().version() + 1, now.plus(lifetimes.snapshot()), listed),
                    online,
                    current.timestamp().version() + 1,
                    now);
            return true;
        } finally {
            writing.unlock();
        }
    }

    /**
     * Publishes a signed root, and signs snapshot and timestamp by the keys it names. Publishing the current one again finishes
     * what a crash left undone.
     *
     * @throws UsageException when it does not follow the current one
     * @throws TrustException when too few keys of the current root, or of its own, signed it
     */
    public void publishRoot(byte[] signedRoot, OnlineKeys online, Instant now) {
        writing.lock();
        try {
            Current current = current();
            Envelope envelope = Envelope.parse(signedRoot, "the root to publish");
            if (current.rootEnvelope().sameDocument(envelope)) {
                refreshOnline(online, now);
                return;
            }
            RootMetadata root = RootMetadata.read(envelope);
            envelope.requireSigned(
                    current.root().keySet(Role.ROOT),
                    "root version " + current.root().version());
            envelope.requireSigned(root.keySet(Role.ROOT), "its own root keys");
            if (root.version() != current.root().version() + 1) {
                throw stale("the root", root.version(), current.root().version());
            }
            requireOnline(root, online);
            current.targetsEnvelope().requireSigned(root.keySet(Role.TARGETS), "the new root's targets role");
            put(Role.ROOT.path(root.version()), envelope);
            resign(current, root, online, now);
        } finally {
            writing.unlock();
        }
    }

    /**
     * Signs timestamp and snapshot anew when half their life is over, or a new root changed their keys. Called hourly, it
     * keeps a deployment going that nobody touches.
     *
     * @return whether anything was signed
     */
    public boolean refreshOnline(OnlineKeys online, Instant now) {
        writing.lock();
        try {
            Current current = current();
            requireOnline(current.root(), online);
            boolean snapshotDue = due(current.snapshot(), now) || !current.snapshotSignedBy(current.root());
            if (snapshotDue) {
                resign(current, current.root(), online, now);
                return true;
            }
            if (due(current.timestamp(), now) || !current.timestampSignedBy(current.root())) {
                putTimestamp(
                        current.root(),
                        new TimestampMetadata(
                                current.timestamp().version() + 1,
                                now.plus(lifetimes.timestamp()),
                                current.timestamp().snapshot()),
                        online);
                return true;
            }
            return false;
        } finally {
            writing.unlock();
        }
    }

    /** Root and targets with less than half their life left; each says what to do. */
    public List<ExpiryWarning> warnings(Instant now) {
        Current current = current();
        return ExpiryWarning.of(current.root().expires(), current.targets().expires(), lifetimes, now);
    }

    /** Keeps {@code bytes} as an object; the same bytes again change nothing. */
    public BlobRef putObject(byte[] bytes) {
        BlobRef blob = BlobRef.of(bytes);
        if (!Files.exists(objectPath(blob.sha256()))) {
            files.replace(objectPath(blob.sha256()), bytes);
        }
        return blob;
    }

    /**
     * Copies {@code source} into the objects.
     *
     * @throws UsageException when it is not what {@code blob} says
     */
    public void putObject(BlobRef blob, Path source) {
        if (!Files.exists(objectPath(blob.sha256()))) {
            files.copyVerified(source, objectPath(blob.sha256()), blob);
        }
    }

    /** Where the object with this digest stands, whether or not it is there. */
    public Path objectPath(Sha256 digest) {
        return path("objects/" + digest);
    }

    @Override
    public void close() {
        lock.close();
    }

    private void resign(Current current, RootMetadata root, OnlineKeys online, Instant now) {
        putSnapshot(
                root,
                new SnapshotMetadata(
                        current.snapshot().version() + 1,
                        now.plus(lifetimes.snapshot()),
                        current.snapshot().meta()),
                online,
                current.timestamp().version() + 1,
                now);
    }

    private void putSnapshot(
            RootMetadata root, SnapshotMetadata snapshot, OnlineKeys online, long timestampVersion, Instant now) {
        Envelope envelope =
                signed(Envelope.unsigned(snapshot.toJson(), Role.SNAPSHOT.path(snapshot.version())), online.snapshot());
        envelope.requireSigned(root.keySet(Role.SNAPSHOT), "the snapshot role");
        put(envelope);
        putTimestamp(
                root,
                new TimestampMetadata(
                        timestampVersion,
                        now.plus(lifetimes.timestamp()),
                        MetaFile.of(snapshot.version(), envelope.bytes())),
                online);
    }

    private void putTimestamp(RootMetadata root, TimestampMetadata timestamp, OnlineKeys online) {
        Envelope envelope = signed(
                Envelope.unsigned(timestamp.toJson(), Role.TIMESTAMP.path(timestamp.version())), online.timestamp());
        envelope.requireSigned(root.keySet(Role.TIMESTAMP), "the timestamp role");
        put(envelope);
    }

    private void putTarget(TargetsMetadata before, TargetInfo target, Optional<byte[]> bytes) {
        Path file = path(target.location());
        boolean listed = before.target(target.path()).isPresent();
        if (bytes.isPresent() && !target.describes(bytes.get())) {
            throw new UsageException(target.path() + " is not the file that was signed; send the file that was");
        }
        if (listed || Files.exists(file)) {
            return;
        }
        files.replace(
                file,
                bytes.orElseThrow(() -> new UsageException(
                        target.path() + " is listed in the targets file, but its bytes were not sent; send them too")));
    }

    private static void requireNext(TargetsMetadata current, TargetsMetadata next, Set<String> retired, Instant now) {
        if (next.version() != current.version() + 1) {
            throw stale("the targets file", next.version(), current.version());
        }
        if (!now.isBefore(next.expires())) {
            throw new UsageException("the targets file expired at " + next.expires() + "; sign it anew");
        }
        if (!retired.isEmpty()
                && next.targets().keySet().stream()
                        .anyMatch(path ->
                                retired.contains(path) || current.target(path).isEmpty())) {
            throw new UsageException(
                    "the targets file does not list what is there without what is retired; stage it again");
        }
        current.retired().forEach((path, digest) -> {
            // What is listed again, by whomever, is looked at below.
            if (current.target(path).isEmpty()) {
                requireRemembered(next, path, digest);
            }
        });
        current.targets().forEach((path, target) -> {
            if (retired.contains(path)) {
                requireRemembered(next, path, target.sha256());
                return;
            }
            TargetInfo kept = next.target(path)
                    .orElseThrow(() -> new UsageException(
                            "the targets file drops " + path + "; stage it again from the current version"));
            if (kept.length() != target.length() || !kept.sha256().equals(target.sha256())) {
                throw SigningRequest.alreadyPublished(path);
            }
        });
    }

    private static void requireRemembered(TargetsMetadata next, String path, Sha256 digest) {
        boolean remembered = next.target(path)
                .map(TargetInfo::sha256)
                .or(() -> Optional.ofNullable(next.retired().get(path)))
                .filter(digest::equals)
                .isPresent();
        if (!remembered) {
            throw new UsageException("the targets file forgets what " + path
                    + " was before it was retired; stage it again from the current version");
        }
    }

    private static UsageException stale(String what, long version, long current) {
        return new UsageException(what + " is version " + version + ", but the catalogue is at version " + current
                + "; somebody else published in between, publish again");
    }

    private static void requireOnline(RootMetadata root, OnlineKeys online) {
        requireOnline(root, Role.SNAPSHOT, online.snapshot());
        requireOnline(root, Role.TIMESTAMP, online.timestamp());
    }

    private static void requireOnline(RootMetadata root, Role role, List<SigningKey> keys) {
        KeySet named = root.keySet(role);
        int counted = named.count(keys.stream().map(SigningKey::publicKey).toList());
        if (counted < named.threshold()) {
            throw new UsageException("the " + role.word() + " role needs " + named.threshold()
                    + " of the keys that root version " + root.version() + " names, " + counted
                    + " are here; bring the right " + role.word() + ".key");
        }
    }

    private boolean due(Metadata metadata, Instant now) {
        Duration left = Duration.between(now, metadata.expires());
        return left.multipliedBy(2).compareTo(lifetimes.of(metadata.role())) <= 0;
    }

    private static Envelope signed(Envelope unsigned, List<SigningKey> keys) {
        Envelope envelope = unsigned;
        for (SigningKey key : keys) {
            envelope = envelope.signedBy(key);
        }
        return envelope;
    }

    private void put(Envelope envelope) {
        put(envelope.where(), envelope);
    }

    private void put(String relativePath, Envelope envelope) {
        files.replace(path(relativePath), envelope.bytes());
    }

    private Path path(String relativePath) {
        return directory.resolve(relativePath);
    }

    /** What the directory says now, as its timestamp leads to it; files a crash left beside are not seen. */
    private record Current(
            Envelope rootEnvelope,
            RootMetadata root,
            Envelope timestampEnvelope,
            TimestampMetadata timestamp,
            Envelope snapshotEnvelope,
            SnapshotMetadata snapshot,
            Envelope targetsEnvelope,
            TargetsMetadata targets) {
        boolean snapshotSignedBy(RootMetadata newest) {
            KeySet keys = newest.keySet(Role.SNAPSHOT);
            return keys.count(snapshotEnvelope.signers(keys)) >= keys.threshold();
        }

        boolean timestampSignedBy(RootMetadata newest) {
            KeySet keys = newest.keySet(Role.TIMESTAMP);
            return keys.count(timestampEnvelope.signers(keys)) >= keys.threshold();
        }
    }

    private Current current() {
        writing.lock();
        try {
            Envelope rootEnvelope = newestRoot();
            RootMetadata root = RootMetadata.read(rootEnvelope);
            rootEnvelope.requireSigned(root.keySet(Role.ROOT), "its own root keys");
            Envelope timestampEnvelope = read(Role.TIMESTAMP, 0);
            requireOurs(timestampEnvelope, root);
            TimestampMetadata timestamp = TimestampMetadata.read(timestampEnvelope);
            Envelope snapshotEnvelope = read(Role.SNAPSHOT, timestamp.snapshot().version());
            requireListed(snapshotEnvelope, timestamp.snapshot());
            SnapshotMetadata snapshot = SnapshotMetadata.read(snapshotEnvelope);
            Envelope targetsEnvelope = read(Role.TARGETS, snapshot.targets().version());
            requireListed(targetsEnvelope, snapshot.targets());
            targetsEnvelope.requireSigned(root.keySet(Role.TARGETS), "the targets role");
            return new Current(
                    rootEnvelope,
                    root,
                    timestampEnvelope,
                    timestamp,
                    snapshotEnvelope,
                    snapshot,
                    targetsEnvelope,
                    TargetsMetadata.read(targetsEnvelope));
        } finally {
            writing.unlock();
        }
    }

    /** The timestamp may still be signed by the root before, when a crash came between a new root and its signing. */
    private void requireOurs(Envelope timestamp, RootMetadata root) {
        KeySet keys = root.keySet(Role.TIMESTAMP);
        if (keys.count(timestamp.signers(keys)) < keys.threshold() && root.version() > 1) {
            RootMetadata before = RootMetadata.read(read(Role.ROOT, root.version() - 1));
            timestamp.requireSigned(before.keySet(Role.TIMESTAMP), "the timestamp role");
        } else {
            timestamp.requireSigned(keys, "the timestamp role");
        }
    }

    /** A bit that fell over on this disk must not be signed into the next version. */
    private void requireListed(Envelope envelope, MetaFile listed) {
        if (!listed.describes(envelope.bytes())) {
            throw new OperationException(
                    path(envelope.where()) + " is not the file that was signed; bring the repository back from a copy");
        }
    }

    private Envelope newestRoot() {
        long version = 1;
        while (Files.exists(path(Role.ROOT.path(version + 1)))) {
            version++;
        }
        return read(Role.ROOT, version);
    }

    private Envelope read(Role role, long version) {
        Path file = path(role.path(version));
        try {
            if (Files.size(file) > role.lengthMaxBytes()) {
                throw TrustException.tooLong(file.toString(), role.lengthMaxBytes());
            }
            return Envelope.parse(Files.readAllBytes(file), role.path(version));
        } catch (IOException e) {
            throw new OperationException(
                    file + " cannot be read: " + DurableFiles.reason(e) + "; bring the repository back from a copy", e);
        }
    }
}
