package packhorse.core.content;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.testing.Cases;

class HashTreeTest {
    private static final int PIECE = PieceLength.SMALLEST;
    private static final int BLOCK = MerkleTree.BLOCK_BYTES;

    /** Roots and info-hashes as libtorrent 2.0.8 makes them from the same files. */
    @ParameterizedTest
    @CsvSource({
        "1,6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d,24d1c74c845155fee9ee5e979e48173663031a69",
        "16383,f8658612d0f23a5c5d5a14026b57c9ad7e20f18a135ca00dcc9568a04f5ee2e3,9d5473fc8cb6df90b9db1a1cc8a509ee55de7cf1",
        "16384,fc8c8f45c9c079f6ce432b7d94d4f7b606ce520d2f1b01b4a9134e86917fbf49,01ee733c6d91090a999d42cbcc35643ceafd6348",
        "16385,66fee656da1712caea5a5c4fac6f05fb271996abc18d81b801173b8b78fae74a,cff2ce0c47e50bcf96d0f215eeb12c954362e266",
        "49152,554c643b5bf9284c26bba7cf931b5cb7edb64ddc3646e51a68162485da4a2fa1,eca00a7985c5be25c2a30e9098fba25ad3b6aa08",
        "524287,3d7edc02a54e9705f805ad62e82130266f32a4f3e003ede4ab5eefe492c68348,f8eef6c322bd50b258f8a558888046be72e89b03",
        "524288,55a11490fb3d14ab571f1408d3214f0e683b9a51661d3bb6461c9f3eed9dc94d,ce14ee5f7f75935fe7be0c877fda43b7e8601c0d",
        "524289,7c6ef965da7c7ef054c5c78cd772e0d904f76b3f02653a4d737cf5ecdb89371a,48f9f0ed250475c292697497930b2a6e20bb4c93",
        "1572864,0ee8405a785e828e9f439989ba5c7519ff68926d97e8854876b5f8d3f038849d,c303a160a063acef1d44111ea0a14583f78f67d3",
        "2097152,3a6f254c362a7048d6dfee1c629cedb160bee2811429b0fe1603b12a9d6e2579,290e0019d7030b52bb86d0fe708032c7448e26bc",
        "2633785,b8a82e67dfb271f3cd2bd215dc149f7c227df2661219b5022daa67317c3fe6d9,be2b4fe21c07d506d4e30da93d1ef1f343a3f7d3"
    })
    void rootsAndInfoHashesAreTheKnownOnes(int length, String piecesRoot, String infoHash) {
        ContentHashes hashes = Samples.hashes(Samples.content(length));
        assertEquals(piecesRoot, hashes.piecesRoot().hex());
        assertEquals(infoHash, Torrents.hybrid(hashes).infoHash().hex());
    }

    @ParameterizedTest
    @ValueSource(
            ints = {
                1,
                BLOCK - 1,
                BLOCK,
                BLOCK + 1,
                2 * BLOCK,
                3 * BLOCK,
                4 * BLOCK + 1,
                PIECE - BLOCK,
                PIECE - 1,
                PIECE,
                PIECE + 1,
                PIECE + BLOCK + 1,
                2 * PIECE - 1,
                2 * PIECE,
                2 * PIECE + 1,
                3 * PIECE,
                4 * PIECE,
                5 * PIECE + 12_345
            })
    void theTreeIsTheOneThatTheDefinitionGives(int length) {
        byte[] content = Samples.content(length);
        ContentHashes hashes = Samples.hashes(content);
        assertEquals(Sha256.of(content), hashes.sha256());
        assertEquals(Sha256.ofDigest(definition(content, 0)), hashes.piecesRoot());
        List<byte[]> sha1 = new ArrayList<>();
        List<byte[]> roots = new ArrayList<>();
        for (int at = 0; at < length; at += PIECE) {
            byte[] piece = Arrays.copyOfRange(content, at, Math.min(length, at + PIECE));
            sha1.add(InfoHash.newDigest().digest(piece));
            roots.add(definition(piece, length > PIECE ? PIECE / BLOCK : 0));
        }
        assertArrayEquals(join(sha1), hashes.v1Pieces());
        assertArrayEquals(join(roots), hashes.pieceLayer());
    }

    /** BEP 52 word by word: hash the blocks, add zero leaves up to a power of two, hash pairs until one is left. */
    private static byte[] definition(byte[] content, int leavesMin) {
        MessageDigest sha256 = Sha256.newDigest();
        List<byte[]> level = new ArrayList<>();
        for (int at = 0; at < content.length; at += BLOCK) {
            level.add(sha256.digest(Arrays.copyOfRange(content, at, Math.min(content.length, at + BLOCK))));
        }
        while (Integer.bitCount(level.size()) != 1 || level.size() < leavesMin) {
            level.add(new byte[32]);
        }
        while (level.size() > 1) {
            List<byte[]> above = new ArrayList<>();
            for (int i = 0; i < level.size(); i += 2) {
                above.add(sha256.digest(join(level.subList(i, i + 2))));
            }
            level = above;
        }
        return level.getFirst();
    }

    private static byte[] join(List<byte[]> parts) {
        ByteBuffer out =
                ByteBuffer.allocate(parts.stream().mapToInt(part -> part.length).sum());
        parts.forEach(out::put);
        return out.array();
    }

    @Test
    void theHashesDoNotDependOnHowTheBytesArrive() {
        Cases.run(30, random -> {
            byte[] content = Cases.bytes(random, random.nextInt(1, 3 * PIECE));
            ContentHasher hasher = new ContentHasher(content.length);
            int at = 0;
            while (at < content.length) {
                int step = Math.min(content.length - at, random.nextInt(1 << random.nextInt(1, 21)));
                switch (random.nextInt(3)) {
                    case 0 -> hasher.update(content, at, step);
                    case 1 -> hasher.update(ByteBuffer.wrap(content, at, step));
                    default ->
                        hasher.update(ByteBuffer.allocateDirect(step)
                                .put(content, at, step)
                                .flip());
                }
                at += step;
            }
            assertEquals(Samples.hashes(content), hasher.finish());
        });
    }

    @Test
    void piecesHashedApartMakeTheSameWhole() {
        Cases.run(10, random -> {
            byte[] content = Cases.bytes(random, random.nextInt(1, 4 * PIECE));
            PieceHasher hasher = new PieceHasher(PIECE);
            List<PieceHash> pieces = new ArrayList<>();
            for (int at = 0; at < content.length; at += PIECE) {
                pieces.add(hasher.hash(content, at, Math.min(PIECE, content.length - at), content.length <= PIECE));
            }
            assertEquals(Samples.hashes(content), ContentHashes.assemble(Sha256.of(content), content.length, pieces));
        });
    }

    @Test
    void anyFlippedBitChangesWholePieceAndRoot() {
        Cases.run(40, random -> {
            byte[] content = Cases.bytes(random, random.nextInt(1, 2 * PIECE));
            ContentHashes before = Samples.hashes(content);
            int bit = random.nextInt(content.length * 8);
            ContentHashes after = Samples.hashes(Cases.withFlippedBit(content, bit));
            int piece = bit / 8 / PIECE;
            assertEquals(false, before.sha256().equals(after.sha256()));
            assertEquals(false, before.piecesRoot().equals(after.piecesRoot()));
            for (int i = 0; i < before.pieceCount(); i++) {
                assertEquals(i != piece, part(before.v1Pieces(), i, 20).equals(part(after.v1Pieces(), i, 20)));
                assertEquals(i != piece, part(before.pieceLayer(), i, 32).equals(part(after.pieceLayer(), i, 32)));
            }
        });
    }

    private static ByteBuffer part(byte[] list, int index, int size) {
        return ByteBuffer.wrap(list, index * size, size);
    }

    @Test
    void moreOrFewerBytesThanAnnouncedAreRefused() {
        ContentHasher hasher = new ContentHasher(3);
        hasher.update(new byte[2]);
        assertEquals(
                "2 bytes came of the 3 that were announced",
                assertThrows(IllegalStateException.class, hasher::finish).getMessage());
        assertEquals(
                "more bytes than the 3 that were announced",
                assertThrows(IllegalStateException.class, () -> hasher.update(new byte[2]))
                        .getMessage());
        assertThrows(IllegalArgumentException.class, () -> new ContentHasher(0));
    }

    @Test
    void pieceLengthFollowsTheContentsLength() {
        long gib = 1L << 30;
        assertEquals(512 << 10, PieceLength.forContent(1));
        assertEquals(512 << 10, PieceLength.forContent(4 * gib));
        assertEquals(1 << 20, PieceLength.forContent(4 * gib + 1));
        assertEquals(1 << 20, PieceLength.forContent(8 * gib));
        assertEquals(2 << 20, PieceLength.forContent(8 * gib + 1));
        assertEquals(4 << 20, PieceLength.forContent(16 * gib + 1));
        assertEquals(4 << 20, PieceLength.forContent(1L << 40));
    }
}
