package packhorse.peer.adapter.image;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** Bytes by their places: what a target is to have, or has. */
@FunctionalInterface
interface Bytes {
    /** A taken-off image leaves these. */
    Bytes ZEROS = (into, at) -> {
        while (into.hasRemaining()) {
            into.put((byte) 0);
        }
    };

    /** Fills the buffer from there on. */
    void read(ByteBuffer into, long at) throws IOException;

    static Bytes of(FileChannel channel) {
        return (into, at) -> {
            long position = at;
            while (into.hasRemaining()) {
                int count = channel.read(into, position);
                if (count < 0) {
                    throw new EOFException("ends at byte " + position);
                }
                position += count;
            }
        };
    }
}
