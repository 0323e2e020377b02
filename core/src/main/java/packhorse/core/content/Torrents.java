package packhorse.core.content;

import java.util.List;
import java.util.Optional;
import packhorse.core.bencode.Bencode;
import packhorse.core.bencode.BencodeReader;

/**
 * Makes and checks {@code .torrent} files from hashes alone; no file is opened.
 *
 * <p>A pack's torrent is hybrid (BEP 3 and BEP 52), private (BEP 27), of a single file that is named by the content's SHA-256.
 * It holds nothing that varies: no date, no maker, no announce URL; so everybody who hashes the same bytes makes the same
 * torrent, and checking one is making it again and comparing. Piece layers are always included: a peer never has to ask
 * others for hashes. A file of one piece has none, its root is its only piece.
 *
 * <p>The sibling for other clients is version 1 only and public: some widespread clients refuse or misread hybrid files.
 */
public final class Torrents {
    private Torrents() {}

    /** The torrent of a pack. */
    public static Torrent hybrid(ContentHashes hashes) {
        String name = hashes.sha256().hex();
        Bencode.BDictionary leaf = Bencode.dictionary()
                .put("length", hashes.length())
                .put("pieces root", hashes.piecesRoot().bytes())
                .build();
        Bencode.BDictionary file = Bencode.dictionary().put("", leaf).build();
        Bencode.BDictionary info = v1Info(hashes)
                .put("file tree", Bencode.dictionary().put(name, file).build())
                .put("meta version", 2)
                .put("private", 1)
                .build();
        Bencode.DictionaryBuilder layers = Bencode.dictionary();
        if (hashes.pieceCount() > 1) {
            layers.put(hashes.piecesRoot().bytes(), Bencode.of(hashes.pieceLayer()));
        }
        byte[] infoBytes = info.encode();
        return new Torrent(
                Bencode.dictionary()
                        .put("info", info)
                        .put("piece layers", layers.build())
                        .build()
                        .encode(),
                InfoHash.of(infoBytes),
                Optional.of(Sha256.of(infoBytes)));
    }

    /** The public v1-only sibling, without announce URL. */
    public static Torrent v1Only(ContentHashes hashes) {
        Bencode.BDictionary info = v1Info(hashes).build();
        return new Torrent(
                Bencode.dictionary().put("info", info).build().encode(), InfoHash.of(info.encode()), Optional.empty());
    }

    private static Bencode.DictionaryBuilder v1Info(ContentHashes hashes) {
        return Bencode.dictionary()
                .put("length", hashes.length())
                .put("name", hashes.sha256().hex())
                .put("piece length", hashes.pieceLength())
                .put("pieces", hashes.v1Pieces());
    }

    /**
     * The same torrent with trackers to announce to, each a tier of its own (BEP 12); the info-hash stays.
     *
     * @param urls at least one
     */
    public static byte[] withAnnounce(byte[] torrent, List<String> urls) {
        if (urls.isEmpty()) {
            throw new IllegalArgumentException("a torrent announces to at least one URL");
        }
        Bencode.DictionaryBuilder out = dictionary(torrent).toBuilder().put("announce", urls.getFirst());
        if (urls.size() > 1) {
            out.put(
                    "announce-list",
                    Bencode.list(urls.stream()
                            .map(url -> Bencode.list(List.of(Bencode.of(url))))
                            .toList()));
        }
        return out.build().encode();
    }

    /** The pack that a content's hashes make: its torrent and, where wanted, the sibling. */
    public static Pack pack(ContentHashes hashes, boolean openSwarm) {
        Torrent hybrid = hybrid(hashes);
        return new Pack(
                hashes.data(),
                hashes.pieceLength(),
                hybrid.infoHash(),
                hybrid.infoHashV2().orElseThrow(),
                hashes.piecesRoot(),
                hybrid.ref(),
                openSwarm
                        ? Optional.of(v1Only(hashes)).map(v1 -> new Pack.OpenSwarm(v1.infoHash(), v1.ref()))
                        : Optional.empty());
    }

    /**
     * Proves that {@code torrent} is exactly the one that a pack of a verified manifest names, tree and all.
     *
     * @throws BadContentException when it is anything else, or when the pack contradicts itself
     */
    public static VerifiedTorrent check(Pack pack, byte[] torrent) {
        String what = "the torrent of the pack " + pack.data().sha256();
        if (!BlobRef.of(torrent.length == 0 ? new byte[1] : torrent).equals(pack.torrent())) {
            throw new BadContentException(what + " is not the one that its manifest names");
        }
        ContentHashes hashes = hashesOf(pack, torrent, what);
        Torrent again = hybrid(hashes);
        if (!again.isExactly(torrent)) {
            throw new BadContentException(what + " holds something else than its manifest says");
        }
        if (!pack(hashes, pack.openSwarm().isPresent()).equals(pack)) {
            throw new BadContentException(what + " and the manifest that names it contradict each other");
        }
        return new VerifiedTorrent(pack, hashes, again);
    }

    private static ContentHashes hashesOf(Pack pack, byte[] torrent, String what) {
        Bencode.BDictionary top = dictionary(torrent);
        byte[] v1Pieces = top.dictionary("info")
                .flatMap(info -> info.string("pieces"))
                .orElseThrow(() -> new BadContentException(what + " has no list of pieces"))
                .bytes();
        byte[] layer = pack.pieceCount() == 1
                ? pack.piecesRoot().bytes()
                : top.dictionary("piece layers")
                        .map(layers -> layers.entries()
                                .get(Bencode.of(pack.piecesRoot().bytes())))
                        .filter(Bencode.BString.class::isInstance)
                        .map(value -> ((Bencode.BString) value).bytes())
                        .orElseThrow(() -> new BadContentException(what + " has no piece layer"));
        try {
            return ContentHashes.ofLists(pack.data().sha256(), pack.data().length(), v1Pieces, layer);
        } catch (IllegalArgumentException e) {
            throw new BadContentException(what + " does not fit its content: " + e.getMessage(), e);
        }
    }

    private static Bencode.BDictionary dictionary(byte[] torrent) {
        try {
            if (BencodeReader.parse(torrent) instanceof Bencode.BDictionary dictionary) {
                return dictionary;
            }
        } catch (IllegalArgumentException e) {
            throw new BadContentException("the torrent is " + e.getMessage(), e);
        }
        throw new BadContentException("the torrent is not a dictionary");
    }
}
