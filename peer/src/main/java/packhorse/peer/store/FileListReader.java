package packhorse.peer.store;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import packhorse.core.content.BadContentException;
import packhorse.core.content.ContentVerifier;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileEntryCodec;
import packhorse.core.content.FileList;
import packhorse.core.content.Manifest;

/** Streams a file list from disk, entry by entry, and proves at the end that it was the one the manifest names. */
final class FileListReader implements AutoCloseable {
    private final Manifest manifest;
    private final InputStream in;
    private final ContentVerifier verifier;
    private final FileList list = new FileList();

    FileListReader(Manifest manifest, Path file) throws IOException {
        this.manifest = manifest;
        this.in = new BufferedInputStream(Files.newInputStream(file), 64 << 10);
        this.verifier = new ContentVerifier(manifest.files());
    }

    /**
     * The next entry; empty at the end, once the digest and the count are right.
     *
     * @throws BadContentException when the list is not the manifest's
     */
    Optional<FileEntry> next() throws IOException {
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
            list.requireCount(manifest.fileCount());
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
