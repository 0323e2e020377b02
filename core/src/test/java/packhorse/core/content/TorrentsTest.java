package packhorse.core.content;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.bencode.Bencode;
import packhorse.core.bencode.BencodeReader;
import packhorse.core.testing.Cases;
import packhorse.core.testing.OutsideProgram;

class TorrentsTest {
    private static final int PIECE = PieceLength.SMALLEST;

    /** Another maker reads the files in its argument's folder and writes NAME.hybrid and NAME.v1 beside each. */
    private static final String OTHER_MAKER = """
        import libtorrent as lt, os, sys
        folder, piece = sys.argv[1], int(sys.argv[2])
        for name in sorted(os.listdir(folder)):
            for suffix, flags in (('.hybrid', 0), ('.v1', lt.create_torrent.v1_only)):
                files = lt.file_storage()
                files.add_file(name, os.path.getsize(os.path.join(folder, name)))
                maker = lt.create_torrent(files, piece, flags)
                maker.set_priv(suffix == '.hybrid')
                lt.set_piece_hashes(maker, folder)
                entry = maker.generate()
                entry.pop(b'creation date', None)
                with open(os.path.join(folder, name + suffix), 'wb') as out:
                    out.write(lt.bencode(entry))
        """;

    @Test
    void anotherMakerMakesTheSameBytesFromTheSameFile(@TempDir Path folder) throws IOException, InterruptedException {
        Path python = OutsideProgram.requirePythonLibtorrent();
        List<ContentHashes> all = List.of(
                        1,
                        16_383,
                        16_384,
                        16_385,
                        3 * 16_384,
                        PIECE - 1,
                        PIECE,
                        PIECE + 1,
                        2 * PIECE,
                        3 * PIECE,
                        7 * PIECE + 99)
                .stream()
                .map(length -> {
                    byte[] content = Samples.content(length);
                    ContentHashes hashes = Samples.hashes(content);
                    write(folder.resolve(hashes.sha256().hex()), content);
                    return hashes;
                })
                .toList();
        Process other = new ProcessBuilder(
                        python.toString(), "-c", OTHER_MAKER, folder.toString(), Integer.toString(PIECE))
                .redirectErrorStream(true)
                .start();
        String output = new String(other.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        assertTrue(other.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, other.exitValue(), output);
        for (ContentHashes hashes : all) {
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve(hashes.sha256().hex() + ".hybrid")),
                    Torrents.hybrid(hashes).bytes(),
                    hashes.toString());
            assertArrayEquals(
                    Files.readAllBytes(folder.resolve(hashes.sha256().hex() + ".v1")),
                    Torrents.v1Only(hashes).bytes(),
                    hashes.toString());
        }
    }

    private static void write(Path file, byte[] content) {
        try {
            Files.write(file, content);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void aPacksTorrentIsProvenAndProvesItsPieces() {
        Cases.run(12, random -> {
            byte[] content = Cases.bytes(random, random.nextInt(1, 3 * PIECE));
            ContentHashes hashes = Samples.hashes(content);
            Pack pack = Torrents.pack(hashes, true);
            VerifiedTorrent torrent =
                    Torrents.check(pack, Torrents.hybrid(hashes).bytes());
            assertEquals(hashes, torrent.hashes());
            assertEquals(Optional.of(Torrents.v1Only(hashes)), torrent.sibling());
            for (int i = 0; i < pack.pieceCount(); i++) {
                int offset = i * PIECE;
                int length = pack.lengthOf(i);
                assertTrue(torrent.pieceMatches(i, content, offset, length));
                assertFalse(torrent.pieceMatches(i, content, offset, length - 1));
                byte[] bad = Cases.withFlippedBit(content, offset * 8 + random.nextInt(length * 8));
                assertFalse(torrent.pieceMatches(i, bad, offset, length));
            }
            assertThrows(
                    IndexOutOfBoundsException.class,
                    () -> torrent.pieceMatches(pack.pieceCount(), content, 0, content.length));
        });
    }

    @Test
    void anyFlippedBitOfATorrentIsRefused() {
        ContentHashes hashes = Samples.hashes(Samples.content(2 * PIECE + 5));
        Pack pack = Torrents.pack(hashes, false);
        byte[] torrent = Torrents.hybrid(hashes).bytes();
        for (int bit = 0; bit < torrent.length * 8; bit++) {
            byte[] flipped = Cases.withFlippedBit(torrent, bit);
            assertThrows(BadContentException.class, () -> Torrents.check(pack, flipped));
        }
        assertThrows(BadContentException.class, () -> Torrents.check(pack, new byte[0]));
    }

    /** A publisher who signs a digest of something else: the digest fits, the torrent does not say what the manifest says. */
    @Test
    void aTorrentThatContradictsItsManifestIsRefused() {
        ContentHashes hashes = Samples.hashes(Samples.content(2 * PIECE + 5));
        ContentHashes others = Samples.hashes(Cases.withFlippedBit(Samples.content(2 * PIECE + 5), 9));
        Pack pack = Torrents.pack(hashes, true);
        byte[] torrent = Torrents.hybrid(hashes).bytes();
        Bencode.BDictionary top = (Bencode.BDictionary) BencodeReader.parse(torrent);
        Bencode.BDictionary info = top.dictionary("info").orElseThrow();

        refuse(pack, Torrents.hybrid(others).bytes());
        refuse(pack, Torrents.v1Only(hashes).bytes());
        refuse(pack, Torrents.withAnnounce(torrent, List.of("http://192.0.2.1/announce")));
        refuse(pack, "i1e".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        refuse(pack, "d".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        refuse(
                pack,
                top.toBuilder()
                        .put("info", info.toBuilder().put("private", 0).build())
                        .build()
                        .encode());
        refuse(
                pack,
                top.toBuilder()
                        .put("info", info.toBuilder().put("name", "../../x").build())
                        .build()
                        .encode());
        refuse(
                pack,
                top.toBuilder()
                        .put(
                                "info",
                                info.toBuilder().put("pieces", new byte[19]).build())
                        .build()
                        .encode());
        refuse(
                pack,
                top.toBuilder()
                        .put(
                                "info",
                                info.toBuilder().put("pieces", new byte[60]).build())
                        .build()
                        .encode());
        refuse(
                pack,
                top.toBuilder()
                        .put("piece layers", Bencode.dictionary().build())
                        .build()
                        .encode());
        refuse(pack, top.toBuilder().put("piece layers", 1).build().encode());

        Pack wrongSibling = new Pack(
                pack.data(),
                pack.pieceLength(),
                pack.infoHash(),
                pack.infoHashV2(),
                pack.piecesRoot(),
                pack.torrent(),
                Torrents.pack(others, true).openSwarm());
        assertThrows(BadContentException.class, () -> Torrents.check(wrongSibling, torrent));
        Pack wrongHash = new Pack(
                pack.data(),
                pack.pieceLength(),
                Torrents.hybrid(others).infoHash(),
                pack.infoHashV2(),
                pack.piecesRoot(),
                pack.torrent(),
                pack.openSwarm());
        assertThrows(BadContentException.class, () -> Torrents.check(wrongHash, torrent));
    }

    /** Even when the manifest names exactly these bytes. */
    private static void refuse(Pack pack, byte[] torrent) {
        Pack naming = new Pack(
                pack.data(),
                pack.pieceLength(),
                pack.infoHash(),
                pack.infoHashV2(),
                pack.piecesRoot(),
                BlobRef.of(torrent),
                pack.openSwarm());
        assertThrows(BadContentException.class, () -> Torrents.check(naming, torrent));
    }

    @Test
    void announceUrlsLeaveTheInfoHashAlone() {
        Torrent sibling = Torrents.v1Only(Samples.hashes(Samples.content(PIECE + 1)));
        byte[] one = Torrents.withAnnounce(sibling.bytes(), List.of("http://a/announce"));
        byte[] two = Torrents.withAnnounce(sibling.bytes(), List.of("http://a/announce", "udp://b:1"));
        for (byte[] torrent : List.of(one, two)) {
            Bencode.BDictionary top = (Bencode.BDictionary) BencodeReader.parse(torrent);
            assertEquals(
                    sibling.infoHash(),
                    InfoHash.of(top.dictionary("info").orElseThrow().encode()));
            assertEquals(Optional.of(Bencode.of("http://a/announce")), top.string("announce"));
        }
        assertTrue(new String(two, java.nio.charset.StandardCharsets.ISO_8859_1)
                .contains("13:announce-listll17:http://a/announceel9:udp://b:1ee"));
        assertThrows(IllegalArgumentException.class, () -> Torrents.withAnnounce(sibling.bytes(), List.of()));
        assertThrows(
                BadContentException.class, () -> Torrents.withAnnounce(new byte[] {'l', 'e'}, List.of("http://a/")));
    }

    @Test
    void contentIsProvenByLengthAndDigest() {
        Cases.run(50, random -> {
            byte[] content = Cases.bytes(random, random.nextInt(1, 5_000));
            BlobRef ref = BlobRef.of(content);
            assertEquals(ref, ContentVerifier.verify(ref, content).ref());
            byte[] bad = Cases.withFlippedBit(content, random.nextInt(content.length * 8));
            assertThrows(BadContentException.class, () -> ContentVerifier.verify(ref, bad));
            byte[] longer = Arrays.copyOf(content, content.length + 1);
            assertThrows(BadContentException.class, () -> ContentVerifier.verify(ref, longer));
            assertThrows(
                    BadContentException.class,
                    () -> ContentVerifier.verify(new BlobRef(Sha256.of(longer), content.length), longer));
        });
    }
}
