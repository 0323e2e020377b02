package packhorse.seeder.origin;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import packhorse.seeder.build.ContentSink;

/**
 * Writes a staged blob from its beginning, in large steps and, where the file system can, past the page cache.
 *
 * <p>Content is written once, at the pace at which it is hashed, and must be on the disk before it is published. Through the page
 * cache that costs a copy and a page for every 4 KiB while hashing competes for the processor, and a long wait for the disk at the
 * end. Direct writes of {@value #STEP_BYTES} bytes cost a third of the processor time and leave nothing to wait for. What
 * does not fill a block, and every file system that refuses direct writes, goes the ordinary way.
 */
public final class StagedWriter implements ContentSink, AutoCloseable {
    private static final int STEP_BYTES = 4 << 20;
    /** The largest block that disks ask for. */
    private static final int ALIGNMENT = 4096;

    private final Path file;
    private final ByteBuffer step = ByteBuffer.allocateDirect(STEP_BYTES + ALIGNMENT)
            .alignedSlice(ALIGNMENT)
            .limit(STEP_BYTES);
    private FileChannel channel;
    private boolean direct;
    private long written;

    StagedWriter(Path file) throws IOException {
        this.file = file;
        Files.deleteIfExists(file);
        Optional<FileChannel> past = openDirect(file);
        direct = past.isPresent();
        channel = past.isPresent() ? past.get() : ordinary();
    }

    /** The option is the JDK's, but not Java's: found by name, and done without where there is none. */
    private static Optional<FileChannel> openDirect(Path file) {
        try {
            for (Object option :
                    Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants()) {
                if (option instanceof OpenOption open && option.toString().equals("DIRECT")) {
                    return Optional.of(
                            FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, open));
                }
            }
            return Optional.empty();
        } catch (ClassNotFoundException | IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    private FileChannel ordinary() throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            int count = Math.min(bytes.remaining(), step.remaining());
            step.put(bytes.slice(bytes.position(), count));
            bytes.position(bytes.position() + count);
            if (!step.hasRemaining()) {
                step.flip();
                put();
            }
        }
    }

    /** Writes the rest and brings all of it to the disk. */
    public void finish() throws IOException {
        step.flip();
        if (direct) {
            leaveDirect();
        }
        put();
        channel.force(true);
    }

    private void put() throws IOException {
        try {
            putAll();
        } catch (IOException e) {
            if (!direct || step.position() != 0 || written != 0) {
                throw e;
            }
            // Opened, but refused at the first step: some file systems do.
            leaveDirect();
            putAll();
        }
        step.clear().limit(STEP_BYTES);
    }

    private void putAll() throws IOException {
        while (step.hasRemaining()) {
            written += channel.write(step, written);
            if (direct && step.hasRemaining()) {
                // A short write leaves the next one unaligned; a full disk says so then.
                leaveDirect();
            }
        }
    }

    private void leaveDirect() throws IOException {
        direct = false;
        FileChannel before = channel;
        channel = ordinary();
        before.close();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
