package packhorse.peer.installer;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Opens what lies in somebody else's directory: regular files only, no link followed, no more read than allowed. */
final class PlainFiles {
    private PlainFiles() {}

    /**
     * A stream of a file's bytes; empty when there is none of that name.
     *
     * @throws IOException when it is no regular file or cannot be read
     */
    static Optional<InputStream> open(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        // Asked first, for the opening of a pipe waits for somebody who writes into it.
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException(file + " is no regular file");
        }
        return Optional.of(
                Channels.newInputStream(FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)));
    }

    /**
     * The whole of a small file, or the first {@code lengthMax} + 1 bytes of one that is longer.
     *
     * @throws IOException when it is no regular file or cannot be read
     */
    static Optional<byte[]> read(Path file, long lengthMax) throws IOException {
        Optional<InputStream> opened = open(file);
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        try (InputStream in = opened.get()) {
            return Optional.of(in.readNBytes((int) Math.min(lengthMax + 1, Integer.MAX_VALUE - 8)));
        }
    }
}
