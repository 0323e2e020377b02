package packhorse.peer.adapter.image;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.function.LongConsumer;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Way;

/** Writes bytes over what a target has, flushes, and reads back. */
final class Writing {
    private Writing() {}

    /**
     * Brings the first {@code length} bytes there, zeros as holes where the disk can; on the disk when it returns.
     *
     * @param compared whether what is there is read first and left where it is right: for an attempt that goes on where another was
     *     cut off
     */
    static void write(InstallDisk disk, Bytes wanted, long length, Path target, boolean compared, LongConsumer progress)
            throws IOException {
        try (InstallDisk.Writer writer = disk.open(target);
                FileChannel present = Way.read(target)) {
            Ranges.walk(wanted, Bytes.of(present), 0, length, compared, new Ranges.Visitor() {
                @Override
                public void data(long at, ByteBuffer bytes, ByteBuffer before) throws IOException {
                    writer.write(bytes, at);
                }

                @Override
                public void zeros(long at, int count, ByteBuffer before) throws IOException {
                    writer.zero(at, count);
                }

                @Override
                public void passed(long at) {
                    progress.accept(at);
                }
            });
            writer.force();
        }
    }

    /**
     * The digest of the first {@code length} bytes, opened anew. It proves what the kernel gives to whoever reads next: that all was
     * written to the right places, and nothing beside it. That the medium kept it is proven after a restart only, or by a medium that
     * fails its flush.
     */
    static Sha256 readBack(Path target, long length, LongConsumer progress) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        ByteBuffer buffer = ByteBuffer.allocateDirect(Ranges.PORTION_BYTES);
        try (FileChannel channel = Way.read(target)) {
            Bytes bytes = Bytes.of(channel);
            for (long at = 0; at < length; ) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), length - at));
                bytes.read(buffer, at);
                at += buffer.position();
                digest.update(buffer.flip());
                progress.accept(at);
            }
        }
        return Sha256.ofDigest(digest.digest());
    }
}
