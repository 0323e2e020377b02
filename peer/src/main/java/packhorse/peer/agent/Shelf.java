package packhorse.peer.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.BadContentException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.Manifest;
import packhorse.core.content.ManifestCodec;
import packhorse.core.content.Pack;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.content.Torrents;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.trust.Catalogue;
import packhorse.core.trust.TufClient;
import packhorse.core.trust.VerifiedManifest;
import packhorse.peer.store.Holding;
import packhorse.peer.store.Partial;
import packhorse.peer.store.Store;

/**
 * The agent's view of its store: packs with all that is needed to swarm them. What is read back from the disk is proven again
 * against the catalogue that this machine verified last, so a manifest that somebody put there by hand is not served.
 * Everything here blocks.
 */
final class Shelf {
    /** The torrent of 16 TiB at 4 MiB pieces has about 210 MB; ours are below this by far. */
    private static final long TORRENT_BYTES_MAX = 256L << 20;
    /** About a million entries. */
    private static final long FILE_LIST_BYTES_MAX = 256L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(Shelf.class);

    /**
     * A pack on the disk.
     *
     * @param manifest a verified manifest that names it
     * @param torrent its torrent, proven against that manifest
     * @param directory where its file is
     * @param partial the arriving pack, unless it is whole
     * @param releases every release of the catalogue with this content whose manifest is kept with it
     */
    record Held(
            VerifiedManifest manifest,
            VerifiedTorrent torrent,
            Path directory,
            Optional<Partial> partial,
            Set<ReleaseId> releases) {
        Sha256 id() {
            return torrent.pack().data().sha256();
        }
    }

    private final Store store;
    private final TufClient catalogue;

    Shelf(Store store, TufClient catalogue) {
        this.store = store;
        this.catalogue = catalogue;
    }

    /** Every whole pack that the catalogue names. */
    List<Held> whole() {
        List<Held> held = new ArrayList<>();
        for (Holding holding : store.packs()) {
            List<VerifiedManifest> manifests = proven(holding);
            if (!manifests.isEmpty()) {
                held.add(whole(holding, manifests.getFirst(), releases(manifests)));
            }
        }
        return held;
    }

    /** The whole pack of a manifest. */
    Held whole(VerifiedManifest manifest) {
        Sha256 id = manifest.manifest().content().sha256();
        Holding holding = store.complete(id)
                .orElseThrow(
                        () -> new OperationException("the store does not hold the pack " + id + " of " + manifest));
        List<VerifiedManifest> kept = new ArrayList<>(proven(holding));
        kept.add(manifest);
        return whole(holding, manifest, releases(kept));
    }

    private static Set<ReleaseId> releases(List<VerifiedManifest> manifests) {
        return manifests.stream().map(manifest -> manifest.manifest().id()).collect(Collectors.toSet());
    }

    private static Held whole(Holding holding, VerifiedManifest manifest, Set<ReleaseId> releases) {
        return new Held(
                manifest,
                Torrents.check(manifest.manifest().pack(), holding.torrent()),
                holding.directory(),
                Optional.empty(),
                releases);
    }

    /** The arriving packs among {@code wanted} that the catalogue names. */
    List<Held> parts(Set<Sha256> wanted) {
        List<Held> held = new ArrayList<>();
        for (Holding holding : store.partials()) {
            if (wanted.contains(holding.id())) {
                List<VerifiedManifest> manifests = proven(holding);
                if (!manifests.isEmpty()) {
                    VerifiedManifest manifest = manifests.getFirst();
                    VerifiedTorrent torrent = Torrents.check(manifest.manifest().pack(), holding.torrent());
                    Partial partial = store.partial(manifest, torrent);
                    held.add(new Held(
                            manifest, torrent, partial.directory(), Optional.of(partial), releases(manifests)));
                }
            }
        }
        return held;
    }

    private List<VerifiedManifest> proven(Holding holding) {
        Optional<Catalogue> known = catalogue.catalogue();
        List<VerifiedManifest> proven = new ArrayList<>();
        for (byte[] bytes : holding.manifests()) {
            try {
                Manifest manifest = ManifestCodec.decode(bytes);
                if (known.isPresent() && manifest.content().sha256().equals(holding.id())) {
                    proven.add(known.get().verifyManifest(manifest.id(), bytes));
                }
            } catch (IllegalArgumentException | OperationException e) {
                LOG.debug("a manifest of {} is not in the catalogue: {}", holding.id(), e.getMessage());
            }
        }
        if (proven.isEmpty()) {
            LOG.warn(
                    "the pack {} is kept but not served: {}",
                    holding.id(),
                    known.isPresent() ? "the catalogue names it no more" : "no catalogue was verified yet");
        }
        return proven;
    }

    /** The pack of a manifest, whole when it is here, else ready to arrive; its torrent and file list are fetched. */
    Held begin(VerifiedManifest manifest) {
        Pack pack = manifest.manifest().pack();
        if (store.complete(pack.data().sha256()).isPresent()) {
            store.keepManifest(manifest);
            return whole(manifest);
        }
        VerifiedTorrent torrent = Torrents.check(pack, catalogue.object(pack.torrent(), TORRENT_BYTES_MAX));
        BlobRef files = manifest.manifest().files();
        byte[] fileList = catalogue.object(files, FILE_LIST_BYTES_MAX);
        Partial partial = store.partial(manifest, torrent);
        store.keepFileList(partial, fileList);
        return new Held(
                manifest,
                torrent,
                partial.directory(),
                Optional.of(partial),
                Set.of(manifest.manifest().id()));
    }

    /** A release's name goes, and its content stays for another one. */
    void forget(Sha256 pack, ReleaseId release) {
        Holding holding = store.complete(pack)
                .orElseThrow(() -> new OperationException("the store does not hold the pack " + pack));
        for (byte[] bytes : holding.manifests()) {
            if (ManifestCodec.decode(bytes).id().equals(release)) {
                store.forgetManifest(pack, Sha256.of(bytes));
            }
        }
    }

    /** Another release with the same content. */
    void keep(VerifiedManifest manifest) {
        store.keepManifest(manifest);
    }

    /**
     * Proves an arrived pack by its whole SHA-256 and only then makes it one that is held.
     *
     * @throws OperationException when the whole is not what the manifest signs; the pack is discarded then
     */
    Path prove(Partial partial, LongConsumer progress) {
        try {
            return store.promote(partial, store.verify(partial, progress)).directory();
        } catch (BadContentException e) {
            store.discard(partial.id());
            throw new OperationException(
                    "the whole does not have the SHA-256 its manifest signs, though every piece was right ("
                            + e.getMessage() + "); its publisher has to publish it again",
                    e);
        }
    }

    void discardPart(Sha256 pack) {
        store.discard(pack);
    }

    void remove(Sha256 pack) {
        store.remove(pack);
    }

    /**
     * The verified list of a release's files.
     *
     * @param scratch where it is put when the store did not keep it
     */
    Path fileList(Manifest manifest, Path scratch) throws IOException {
        Optional<Path> kept = store.complete(manifest.content().sha256()).flatMap(Holding::fileList);
        if (kept.isPresent() && Files.size(kept.get()) == manifest.files().length()) {
            return kept.get();
        }
        // It lies beside what somebody asked for, where others may write: no link is followed.
        return Files.write(
                scratch,
                catalogue.object(manifest.files(), FILE_LIST_BYTES_MAX),
                StandardOpenOption.CREATE,
                StandardOpenOption.WRITE,
                StandardOpenOption.TRUNCATE_EXISTING,
                LinkOption.NOFOLLOW_LINKS);
    }
}
