package packhorse.peer.tree;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import packhorse.core.content.BadContentException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentVerifier;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileEntryCodec;
import packhorse.core.content.FileList;

/** Streams a file list from disk, entry by entry, and proves at the end that it was the one that was named. */
public final class FileListReader implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 << 10;

    private final long count;
    private final InputStream in;
    private final ContentVerifier verifier;
    private final FileList list = new FileList();

    /**
     * Opens one.
     *
     * @param expected what the list must be
     * @param count entries that it must have
     */
    public FileListReader(BlobRef expected, long count, Path file) throws IOException {
        this.count = count;
        this.in = new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES);
        this.verifier = new ContentVerifier(expected);
    }

    /**
     * The next entry; empty at the end, once the digest and the count are right.
     *
     * @throws BadContentException when the list is not the one that was named
     */
    public Optional<FileEntry> next() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream(256);
        int c = 0;
        while (c != '\n' && line.size() < FileEntryCodec.LINE_BYTES_MAX) {
            c = in.read();
            if (c < 0) {
                break;
            }
            line.write(c);
        }
        byte[] bytes = line.toByteArray();
        if (bytes.length == 0) {
            list.requireCount(count);
            verifier.finish();
            return Optional.empty();
        }
        verifier.update(bytes, 0, bytes.length);
        return Optional.of(list.decode(bytes));
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
