package packhorse.peer.swarm;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.BitSet;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import packhorse.core.content.Pack;
import packhorse.core.content.Sha256;
import packhorse.core.content.VerifiedTorrent;

/**
 * Finds out which pieces a partial file holds, by hashing them. This is how a download resumes: no state beside the file, so
 * nothing finished before a {@code kill -9} is fetched again and nothing that did not survive one is believed. Costs one read and
 * two hashes of what is there, near 0.8 GB/s a core; holes read as zeros and are told apart by comparing with the hash that a
 * piece of zeros has, without hashing them. O(length), one piece of memory.
 */
final class PartialCheck {
    private static final int BLOCK_BYTES = 16 << 10;

    private PartialCheck() {}

    /**
     * The good pieces. Brings the file to its full length and to the disk, so that exactly these may be claimed.
     *
     * @param progress told now and then how many pieces were looked at
     * @param stop asked before each piece; once true, the result is worthless
     */
    static BitSet goodPieces(VerifiedTorrent torrent, Path file, IntConsumer progress, BooleanSupplier stop)
            throws IOException {
        Pack pack = torrent.pack();
        BitSet good = new BitSet(pack.pieceCount());
        if (!Files.exists(file)) {
            return good;
        }
        byte[] layer = torrent.hashes().pieceLayer();
        byte[] zeroPiece = new byte[pack.pieceLength()];
        byte[] zeroRoot = rootOfZeros(pack.pieceLength());
        byte[] piece = new byte[pack.pieceLength()];
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            long present = Math.min(channel.size(), pack.data().length());
            if (channel.size() < pack.data().length()) {
                channel.write(ByteBuffer.wrap(new byte[1]), pack.data().length() - 1);
            } else if (channel.size() > pack.data().length()) {
                channel.truncate(pack.data().length());
            }
            for (int index = 0; index < pack.pieceCount() && !stop.getAsBoolean(); index++) {
                int length = pack.lengthOf(index);
                long start = (long) index * pack.pieceLength();
                if (start >= present) {
                    break;
                }
                read(channel, piece, length, start);
                boolean hole = length == pack.pieceLength()
                        && Arrays.equals(piece, zeroPiece)
                        && !Arrays.equals(
                                layer,
                                index * Sha256.LENGTH_BYTES,
                                (index + 1) * Sha256.LENGTH_BYTES,
                                zeroRoot,
                                0,
                                Sha256.LENGTH_BYTES);
                if (!hole && torrent.pieceMatches(index, piece, 0, length)) {
                    good.set(index);
                }
                if (index % 64 == 0) {
                    progress.accept(index);
                }
            }
            channel.force(true);
        }
        return good;
    }

    private static void read(FileChannel channel, byte[] into, int length, long start) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(into, 0, length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, start + buffer.position()) < 0) {
                throw new IOException("the file shrank while it was checked");
            }
        }
    }

    /** The version 2 hash of a whole piece of zeros: a balanced tree over equal leaves, so one path suffices. */
    private static byte[] rootOfZeros(int pieceLength) {
        MessageDigest digest = Sha256.newDigest();
        byte[] node = digest.digest(new byte[BLOCK_BYTES]);
        for (int width = BLOCK_BYTES; width < pieceLength; width *= 2) {
            digest.update(node);
            node = digest.digest(node);
        }
        return node;
    }
}
