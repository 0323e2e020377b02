package packhorse.seeder.build;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import packhorse.core.OperationException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.FileEntry;
import packhorse.core.content.FileList;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;

/**
 * Reads a planned source once: hashes it on all but few processors ({@link HashingPass}), hands its bytes to a sink and writes
 * the list of its files beside.
 */
public final class ContentBuilder {
    private ContentBuilder() {}

    /**
     * Builds the content of {@code plan}.
     *
     * @param sink takes the content
     * @param fileList where the file list is written, replaced if there, and forced to disk
     * @throws OperationException in one line, when the source changed, or when source or sink fail
     */
    public static BuiltContent build(SourcePlan plan, ContentSink sink, Path fileList, Progress progress) {
        try (FileListWriter files = new FileListWriter(fileList)) {
            ContentHashes hashes;
            try (ContentReader reader = plan.open(files)) {
                hashes = HashingPass.run(reader, plan.contentLength(), sink, HashingPass.threads(), progress);
                reader.requireEnd();
            }
            plan.requireUnchanged();
            if (plan.form() == Manifest.Form.FILE) {
                files.add(plan.entries().getFirst().listed(hashes.sha256()));
            }
            return new BuiltContent(plan.form(), plan.contentName(), hashes, files.finish(), plan.fileCount());
        } catch (IOException e) {
            throw new OperationException(
                    "cannot write " + fileList + ": " + SourceScanner.reason(e) + "; free space and publish again", e);
        } catch (UncheckedIOException e) {
            throw new OperationException(
                    "cannot write " + fileList + ": " + e.getMessage() + "; free space and publish again", e);
        }
    }

    /** Hashes a file of known length that lies still, such as content that was received. */
    public static ContentHashes hash(Path file, Progress progress) {
        try {
            SourceEntry.File entry =
                    new SourceEntry.File("content", 0600, FileEntry.Owner.ROOT, file, Fingerprint.of(file));
            try (ContentReader reader = new SingleFileReader(entry)) {
                ContentHashes hashes =
                        HashingPass.run(reader, entry.size(), ContentSink.none(), HashingPass.threads(), progress);
                reader.requireEnd();
                return hashes;
            }
        } catch (IOException e) {
            throw new OperationException("cannot read " + file + ": " + SourceScanner.reason(e), e);
        }
    }

    /** Writes the file list and takes its digest on the way. */
    private static final class FileListWriter implements FileListSink, AutoCloseable {
        private final FileChannel channel;
        private final OutputStream out;
        private final MessageDigest digest = Sha256.newDigest();
        private final FileList list = new FileList();
        private long length;

        FileListWriter(Path target) throws IOException {
            Path directory = target.toAbsolutePath().getParent();
            if (directory != null) {
                Files.createDirectories(directory);
            }
            channel = FileChannel.open(
                    target, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
            out = new BufferedOutputStream(Channels.newOutputStream(channel));
        }

        @Override
        public void add(FileEntry entry) {
            byte[] line = list.encode(entry);
            digest.update(line);
            length += line.length;
            try {
                out.write(line);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        BlobRef finish() throws IOException {
            out.flush();
            channel.force(true);
            return new BlobRef(Sha256.ofDigest(digest.digest()), length);
        }

        @Override
        public void close() throws IOException {
            out.close();
        }
    }
}
