package packhorse.seeder.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;
import packhorse.core.OperationException;

/** One source file open for reading, which must be and stay the file that the scan saw. */
final class OpenSource implements AutoCloseable {
    private final SourceEntry.File file;
    private final FileChannel channel;

    OpenSource(SourceEntry.File file) {
        this.file = file;
        try {
            channel = FileChannel.open(file.location(), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
        } catch (NoSuchFileException e) {
            throw SourcePlan.changed(file.location(), "vanished");
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Fills {@code target} to its limit. */
    void fill(ByteBuffer target) {
        try {
            while (target.hasRemaining()) {
                if (channel.read(target) < 0) {
                    throw SourcePlan.changed(file.location(), "became shorter");
                }
            }
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /** Fails when there is more, or when the file is not what it was. */
    void requireEnd() {
        try {
            if (channel.read(ByteBuffer.allocate(1)) >= 0) {
                throw SourcePlan.changed(file.location(), "became longer");
            }
        } catch (IOException e) {
            throw failed(e);
        }
        SourcePlan.requireUnchanged(file.location(), file.fingerprint());
    }

    private OperationException failed(IOException e) {
        Path location = file.location();
        return new OperationException(
                "cannot read " + location + ": " + SourceScanner.reason(e) + "; nothing was published", e);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw failed(e);
        }
    }
}
