package packhorse.seeder.origin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.BadContentException;
import packhorse.core.content.Manifest;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.store.Partial;
import packhorse.peer.store.Store;

/**
 * Takes what the catalogue lists into the store, so that it can be seeded: each published content is proven against its signed
 * manifest once more, by the process that will serve it, and promoted. Called by one thread. What fails is said once and tried
 * again the next time.
 */
final class Stock {
    private static final Logger LOG = LoggerFactory.getLogger(Stock.class);

    private final OriginDirectory directory;
    private final Store store;
    private final Seeding seeding;
    private final Set<ReleaseId> stocked = new HashSet<>();
    private final Set<String> told = new HashSet<>();

    /** @param seeding told of each release once, when its pack stands whole in the store, and before it leaves it */
    Stock(OriginDirectory directory, Store store, Seeding seeding) {
        this.directory = directory;
        this.store = store;
        this.seeding = seeding;
    }

    /**
     * Takes in what {@code catalogue} lists and the store lacks.
     *
     * @return whether all of it is in
     */
    boolean take(Catalogue catalogue) {
        List<ReleaseId> releases = catalogue.releases();
        boolean all = true;
        for (ReleaseId id : releases) {
            if (stocked.contains(id)) {
                continue;
            }
            try {
                VerifiedManifest manifest = catalogue.verifyManifest(
                        id, directory.document(catalogue, id.targetPath()).orElseThrow());
                take(manifest);
                seeding.seed(manifest);
                stocked.add(id);
            } catch (IOException | OperationException | BadContentException e) {
                all = false;
                if (told.add(id + ": " + e.getMessage())) {
                    LOG.error("cannot seed {}: {}", id, e.getMessage());
                }
            }
        }
        return all;
    }

    private void take(VerifiedManifest verified) throws IOException {
        Manifest manifest = verified.manifest();
        Sha256 pack = manifest.content().sha256();
        Path waiting = directory.contents().resolve(pack.hex());
        if (store.complete(pack).isPresent()) {
            store.keepManifest(verified);
        } else {
            VerifiedTorrent torrent = Torrents.check(
                    manifest.pack(), directory.object(manifest.pack().torrent()));
            Partial partial = store.partial(verified, torrent);
            if (Files.exists(waiting)) {
                store.adopt(partial, waiting);
            }
            store.keepFileList(partial, directory.object(manifest.files()));
            store.promote(partial, store.verify(partial, read -> {}));
            store.discard(pack);
            LOG.info(
                    "took {} into the store: {} bytes",
                    manifest.id(),
                    manifest.content().length());
        }
        Files.deleteIfExists(waiting);
    }

    /**
     * Takes a release that was retired out of the store.
     *
     * @param document the digest of its manifest
     * @param named whether a release that is still listed has the same content: then that stays
     */
    void drop(Manifest manifest, Sha256 document, boolean named) {
        Sha256 pack = manifest.content().sha256();
        stocked.remove(manifest.id());
        if (named) {
            store.complete(pack).ifPresent(held -> store.forgetManifest(pack, document));
            return;
        }
        seeding.drop(pack);
        store.discard(pack);
        store.remove(pack);
    }

    /** Releases taken in so far. */
    int size() {
        return stocked.size();
    }
}
