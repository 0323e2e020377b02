package packhorse.peer.swarm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Pack;

/** Downloads that stop hard and go on. */
final class ResumeTest {
    @TempDir
    Path dir;

    @Test
    void aKilledDownloadFetchesNoFinishedPieceAgain() throws Exception {
        long seed = 21;
        int length = 48 << 20;
        Sample sample = Sample.of(seed, length);
        sample.writeTo(dir.resolve("seed"));
        Path into = Files.createDirectories(dir.resolve("leecher"));
        try (Node origin = Node.on("127.30.3.1")) {
            origin.add(sample, dir.resolve("seed"), true)
                    .offer(new SwarmCommand.Peers(
                            sample.id(), List.of(), List.of(packhorse.core.topology.IpAddress.parse("127.30.3.2"))));
            String[] arguments = {
                "127.30.3.2", "" + seed, "" + length, PeerProcess.at(into), "16MB/s", origin.address.toString()
            };
            int said = 0;
            try (PeerProcess first = PeerProcess.start(LeecherMain.class, arguments)) {
                while (said < 40) {
                    said += Integer.parseInt(first.await("PIECES "));
                }
                first.kill();
            }
            int onDisk = goodPieces(sample, into).cardinality();
            assertTrue(onDisk >= said, onDisk + " pieces on disk, " + said + " said to be verified");
            try (PeerProcess second = PeerProcess.start(LeecherMain.class, arguments)) {
                assertEquals(onDisk, Integer.parseInt(second.await("ADDED ")));
                second.await("COMPLETE ");
                long in = Long.parseLong(second.await("IN "));
                long missing = (long) (sample.torrent().pack().pieceCount() - onDisk)
                        * sample.torrent().pack().pieceLength();
                assertTrue(in <= missing * 1.02 + (1 << 20), in + " bytes fetched for " + missing + " missing");
            }
            assertArrayEquals(
                    sample.bytes(), Files.readAllBytes(into.resolve(sample.id().hex())));
        }
    }

    private static BitSet goodPieces(Sample sample, Path directory) throws Exception {
        return PartialCheck.goodPieces(
                sample.torrent(), directory.resolve(sample.id().hex()), pieces -> {}, () -> false);
    }

    @Test
    void aDamagedPartialFileClaimsOnlyWhatIsGood() throws Exception {
        Sample sample = Sample.of(22, 10_000_000);
        Path file = sample.writeTo(dir.resolve("part"));
        try (RandomAccessFile damaged = new RandomAccessFile(file.toFile(), "rw")) {
            damaged.seek(3L * sample.torrent().pack().pieceLength() + 77);
            damaged.write(sample.bytes()[3 * sample.torrent().pack().pieceLength() + 77] ^ 1);
            damaged.setLength(9_000_000);
        }
        BitSet good = goodPieces(sample, dir.resolve("part"));
        BitSet expected = new BitSet();
        expected.set(0, 17);
        expected.clear(3);
        assertEquals(expected, good);
        assertEquals(sample.bytes().length, Files.size(file));
    }

    @Test
    void aHoleIsNotAPieceUnlessThePieceIsZeros() throws Exception {
        byte[] bytes = new byte[6 << 20];
        byte[] noise = new byte[2 << 20];
        new Random(23).nextBytes(noise);
        System.arraycopy(noise, 0, bytes, 0, noise.length);
        Sample sample = Sample.of(bytes);
        Pack pack = sample.torrent().pack();
        Path directory = Files.createDirectories(dir.resolve("sparse"));
        Path file = directory.resolve(sample.id().hex());
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(bytes.length);
        }
        BitSet good = goodPieces(sample, directory);
        BitSet expected = new BitSet();
        expected.set((2 << 20) / pack.pieceLength(), pack.pieceCount());
        assertEquals(expected, good);
    }
}
