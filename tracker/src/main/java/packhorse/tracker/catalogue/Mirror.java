package packhorse.tracker.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.Manifest;
import packhorse.core.content.Pack;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.MetadataSource;
import packhorse.core.trust.TargetInfo;
import packhorse.core.trust.TrustedStore;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedBundle;
import packhorse.core.trust.VerifiedManifest;

/**
 * Follows the origin's repository and answers for it.
 *
 * <p>One thread refreshes the catalogue each {@code refresh} with the client workflow and fetches manifests it has not seen;
 * then the whole is put on the {@link Shelf} at once. It looks sooner when it is told to ({@link #lookSoon}), and while it has never
 * seen a catalogue: whoever starts a tracker and an origin together does not wait for one that was a second late. Manifests and objects are kept in files named by digest. Targets and objects are
 * fetched when somebody asks first, but only those that the catalogue or one of its manifests names, with the length it names; who asks at the same time
 * waits for the same fetch. Nothing else is ever asked of the origin, so strangers cannot make the tracker fetch.
 */
public final class Mirror implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Mirror.class);

    /** The longest object; a file list of half a million files. It is held in memory while it is handed on. */
    static final int OBJECT_BYTES_MAX = 64 << 20;

    /** The first pause while there is no catalogue; doubles up to {@code refresh}. */
    private static final Duration EMPTY_PAUSE_FIRST = Duration.ofMillis(250);

    /**
     * What the catalogue says, as far as it could be fetched and verified. Another one only when something changed.
     *
     * @param version of the catalogue, 0 before the first
     */
    public record Contents(long version, List<VerifiedManifest> manifests, List<VerifiedBundle> bundles) {
        public Contents {
            manifests = List.copyOf(manifests);
            bundles = List.copyOf(bundles);
        }
    }

    private static final String TARGETS = "targets/";
    private static final String OBJECTS = "objects/";

    private final MirrorConfig config;
    private final MetadataSource origin;
    private final TufClient client;
    private final Path trusted;
    private final Keeper targetFiles;
    private final Keeper objectFiles;
    private final Consumer<List<VerifiedManifest>> listener;
    private final Map<Sha256, CompletableFuture<byte[]>> underWay = new ConcurrentHashMap<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    /** Holds a permit when somebody said that there is news. */
    private final Semaphore news = new Semaphore(0);

    private final Thread thread;

    // Written by the refreshing thread, each once as a whole.
    private volatile Shelf shelf = Shelf.EMPTY;
    private volatile Map<Sha256, BlobRef> objects = Map.of();
    private volatile Contents contents = new Contents(0, List.of(), List.of());
    private volatile String trouble = "";

    private Mirror(
            MirrorConfig config,
            MetadataSource origin,
            InstantSource clock,
            Consumer<List<VerifiedManifest>> listener) {
        this.config = config;
        this.origin = origin;
        this.listener = listener;
        this.trusted = config.data().resolve("catalogue");
        this.targetFiles = new Keeper(config.data().resolve("targets"));
        this.objectFiles = new Keeper(config.data().resolve("objects"));
        this.client = new TufClient(origin, TrustedStore.open(trusted), clock);
        this.thread = Thread.ofPlatform().name("catalogue-mirror").unstarted(this::run);
    }

    /**
     * Starts to follow; what was mirrored before is served at once.
     *
     * @param origin where the repository is
     * @param listener is given all verified manifests whenever they changed
     */
    public static Mirror start(
            MirrorConfig config,
            MetadataSource origin,
            InstantSource clock,
            Consumer<List<VerifiedManifest>> listener) {
        Mirror mirror = new Mirror(config, origin, clock, listener);
        mirror.client.initialise(root(config.trustedRoot()));
        mirror.client.catalogue().ifPresent(mirror::shelve);
        mirror.thread.start();
        return mirror;
    }

    private static byte[] root(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new UsageException(
                    file + ": there is no such file; copy the deployment's root.json there (\"trustedRoot\")", e);
        } catch (IOException e) {
            throw new UsageException(file + ": cannot be read: " + e, e);
        }
    }

    private void run() {
        Duration pause = EMPTY_PAUSE_FIRST;
        try {
            do {
                news.drainPermits();
                refresh();
                boolean empty = shelf.catalogue().isEmpty();
                Duration next = empty && pause.compareTo(config.refresh()) < 0 ? pause : config.refresh();
                pause = pause.compareTo(config.refresh()) < 0 ? pause.multipliedBy(2) : pause;
                // Whatever strangers say, the origin has its peace for the least interval.
                if (closing.await(MirrorConfig.REFRESH_MIN.toMillis(), TimeUnit.MILLISECONDS)) {
                    return;
                }
                var unused =
                        news.tryAcquire(next.minus(MirrorConfig.REFRESH_MIN).toMillis(), TimeUnit.MILLISECONDS);
            } while (closing.getCount() > 0);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Looks at the origin now, or as soon as it has had its peace: somebody says that it has something new. */
    public void lookSoon() {
        if (news.availablePermits() == 0) {
            news.release();
        }
    }

    private void refresh() {
        try {
            shelve(client.refresh());
            if (!trouble.isEmpty()) {
                LOG.info("the catalogue at {} is followed again", origin);
                trouble = "";
            }
        } catch (OperationException | UsageException e) {
            complain(String.valueOf(e.getMessage()));
        }
    }

    private void complain(String reason) {
        if (closing.getCount() > 0 && !reason.equals(trouble)) {
            trouble = reason;
            LOG.warn("the catalogue cannot be refreshed, the last good one is served: {}", reason);
        }
    }

    /** Puts a catalogue on the shelf; a manifest that cannot be had now is tried again at the next refresh. */
    private void shelve(Catalogue catalogue) {
        Shelf before = shelf;
        List<VerifiedManifest> manifests = new ArrayList<>();
        for (ReleaseId release : catalogue.releases()) {
            TargetInfo target = catalogue.target(release.targetPath()).orElseThrow();
            try {
                Optional<VerifiedManifest> known = before.manifest(target.sha256());
                manifests.add(known.isPresent() ? known.get() : catalogue.verifyManifest(release, targetBytes(target)));
            } catch (OperationException e) {
                complain(String.valueOf(e.getMessage()));
            }
        }
        Contents now = new Contents(catalogue.version(), manifests, bundles(catalogue));
        if (!now.equals(contents)) {
            contents = now;
        }
        try {
            Shelf next = before.next(trusted, catalogue, manifests);
            objects = blobs(manifests);
            shelf = next;
        } catch (IOException e) {
            complain(trusted + " cannot be read: " + e);
            return;
        }
        if (!manifests.equals(before.manifests())) {
            LOG.info("{}, {} manifests", catalogue, manifests.size());
            listener.accept(List.copyOf(manifests));
        }
    }

    private List<VerifiedBundle> bundles(Catalogue catalogue) {
        List<VerifiedBundle> bundles = new ArrayList<>();
        for (TargetInfo target : catalogue.targets().values()) {
            if (!target.path().endsWith("/bundle.json")) {
                continue;
            }
            Optional<VerifiedBundle> known = contents.bundles().stream()
                    .filter(bundle -> bundle.digest().equals(target.sha256()))
                    .findFirst();
            try {
                bundles.add(
                        known.isPresent() ? known.get() : catalogue.verifyBundle(target.path(), targetBytes(target)));
            } catch (OperationException e) {
                complain(String.valueOf(e.getMessage()));
            }
        }
        return bundles;
    }

    private static Map<Sha256, BlobRef> blobs(List<VerifiedManifest> manifests) {
        Map<Sha256, BlobRef> blobs = new HashMap<>();
        for (VerifiedManifest verified : manifests) {
            Manifest manifest = verified.manifest();
            Stream.concat(
                            Stream.of(manifest.files(), manifest.pack().torrent()),
                            manifest.openSwarm().map(Pack.OpenSwarm::torrent).stream())
                    .forEach(blob -> blobs.put(blob.sha256(), blob));
        }
        return Map.copyOf(blobs);
    }

    /** All manifests of the catalogue that is served. */
    public List<VerifiedManifest> manifests() {
        return shelf.manifests();
    }

    /** Releases and bundles of the catalogue that is served. */
    public Contents contents() {
        return contents;
    }

    /** Version of the catalogue that is served; 0 before the first. */
    public long version() {
        return shelf.catalogue().map(Catalogue::version).orElse(0L);
    }

    /** Why the last refresh failed, empty when it did not. */
    public String trouble() {
        return trouble;
    }

    /**
     * A file of the repository, by its path there; empty when the catalogue knows of none.
     *
     * @throws OperationException when the origin does not give what was signed
     */
    public Optional<byte[]> fetch(String path) {
        if (path.startsWith(TARGETS)) {
            return shelf.target(path).map(this::targetBytes);
        }
        if (path.startsWith(OBJECTS)) {
            return digest(path.substring(OBJECTS.length())).map(objects::get).map(this::objectBytes);
        }
        return shelf.metadata(path);
    }

    private static Optional<Sha256> digest(String hex) {
        try {
            return Optional.of(Sha256.parse(hex));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private byte[] targetBytes(TargetInfo target) {
        return once(target.sha256(), targetFiles, () -> {
            try {
                byte[] bytes = origin.fetch(target.location(), target.length())
                        .orElseThrow(() -> new OperationException(
                                target.location() + " is not at " + origin + "; publish it again"));
                if (!target.describes(bytes)) {
                    throw new OperationException(target.location() + " from " + origin
                            + " is not what the catalogue signed; it is not served");
                }
                return bytes;
            } catch (IOException e) {
                throw new OperationException(target.location() + " cannot be fetched: " + e.getMessage(), e);
            }
        });
    }

    /** An object that a manifest names. */
    public byte[] objectBytes(BlobRef blob) {
        return once(blob.sha256(), objectFiles, () -> client.object(blob, OBJECT_BYTES_MAX));
    }

    /** From disk, or from the origin: whoever asks while it is fetched waits for the same answer. */
    private byte[] once(Sha256 digest, Keeper files, Supplier<byte[]> fetch) {
        CompletableFuture<byte[]> mine = new CompletableFuture<>();
        CompletableFuture<byte[]> theirs = underWay.putIfAbsent(digest, mine);
        if (theirs != null) {
            try {
                return theirs.join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof RuntimeException cause ? cause : e;
            }
        }
        try {
            byte[] bytes = files.get(digest).orElseGet(() -> {
                byte[] fetched = fetch.get();
                files.put(digest, fetched);
                return fetched;
            });
            mine.complete(bytes);
            return bytes;
        } catch (RuntimeException e) {
            mine.completeExceptionally(e);
            throw e;
        } finally {
            underWay.remove(digest);
        }
    }

    @Override
    public void close() {
        closing.countDown();
        news.release();
        thread.interrupt();
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
