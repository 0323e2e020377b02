package packhorse.core.trust;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Set;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.BlobRef;
import packhorse.core.content.Sha256;

/**
 * Writes small files so that a crash at any line leaves the old content or the new, never a part: into a neighbour that ends
 * in {@code .new}, flushed, renamed over the name, the directory flushed. A neighbour that a crash left is overwritten by the
 * next write. One writer per directory.
 */
public final class DurableFiles {
    /** Called before every step that changes the disk; a test throws here to play the crash. */
    interface Step {
        void before(String what);
    }

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final int COPY_BUFFER_BYTES = 64 * 1024;

    private final Step step;

    public DurableFiles() {
        this(what -> {});
    }

    DurableFiles(Step step) {
        this.step = step;
    }

    /** Makes {@code file} hold {@code bytes}, whether or not it was there. */
    public void replace(Path file, byte[] bytes) {
        try {
            makeDirectories(parent(file));
            Path fresh = neighbour(file);
            writeFlushed(fresh, bytes);
            rename(fresh, file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Like {@link #replace}, and the file is readable by its owner only, from its first byte on. */
    public void replacePrivate(Path file, byte[] bytes) {
        try {
            makeDirectories(parent(file));
            Path fresh = neighbour(file);
            step.before("make private " + fresh);
            Files.deleteIfExists(fresh);
            Files.createFile(fresh, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            writeFlushed(fresh, bytes);
            rename(fresh, file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Gives {@code from} the name {@code to}, durably, in place of whatever has it. */
    public void move(Path from, Path to) {
        try {
            rename(from, to);
        } catch (IOException e) {
            throw unwritable(to, e);
        }
    }

    /**
     * Copies {@code source} to {@code file}, whether or not it was there.
     *
     * @throws UsageException when the source's bytes are not {@code blob}
     */
    void copyVerified(Path source, Path file, BlobRef blob) {
        try {
            makeDirectories(parent(file));
            Path fresh = neighbour(file);
            step.before("write " + fresh);
            MessageDigest digest = Sha256.newDigest();
            long length = 0;
            try (InputStream in = Files.newInputStream(source);
                    FileChannel out = openNew(fresh)) {
                byte[] buffer = new byte[COPY_BUFFER_BYTES];
                for (int read = in.read(buffer); read >= 0 && length <= blob.length(); read = in.read(buffer)) {
                    digest.update(buffer, 0, read);
                    length += read;
                    writeAll(out, ByteBuffer.wrap(buffer, 0, read));
                }
                step.before("flush " + fresh);
                out.force(true);
            }
            if (length != blob.length() || !Sha256.ofDigest(digest.digest()).equals(blob.sha256())) {
                Files.delete(fresh);
                throw new UsageException(source + " is not the " + blob.length() + " bytes with the digest "
                        + blob.sha256() + "; it changed, start again");
            }
            rename(fresh, file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /**
     * Creates {@code file}, readable by its owner only.
     *
     * @throws FileAlreadyExistsException when the name is taken, also by another process in the same moment
     */
    public void createPrivate(Path file, byte[] bytes) throws FileAlreadyExistsException {
        try {
            makeDirectories(parent(file));
            Path fresh = Files.createTempFile(
                    parent(file), "." + file.getFileName(), ".new", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            try {
                writeFlushed(fresh, bytes);
                step.before("link " + file);
                Files.createLink(file, fresh);
            } finally {
                Files.deleteIfExists(fresh);
            }
            flushDirectory(parent(file));
        } catch (FileAlreadyExistsException e) {
            throw e;
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    public void delete(Path file) {
        try {
            step.before("delete " + file);
            if (Files.deleteIfExists(file)) {
                flushDirectory(parent(file));
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private void writeFlushed(Path file, byte[] bytes) throws IOException {
        step.before("write " + file);
        try (FileChannel out = openNew(file)) {
            writeAll(out, ByteBuffer.wrap(bytes));
            step.before("flush " + file);
            out.force(true);
        }
    }

    private static FileChannel openNew(Path file) throws IOException {
        return FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
    }

    private static void writeAll(FileChannel out, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    private void rename(Path fresh, Path file) throws IOException {
        step.before("rename " + file);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        step.before("flush the directory of " + file);
        flushDirectory(parent(file));
    }

    /** Like {@link Files#createDirectories(Path, FileAttribute[])}, and every new name is flushed into its parent. */
    private void makeDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            makeDirectories(parent(directory));
            step.before("make " + directory);
            Files.createDirectories(directory);
            flushDirectory(parent(directory));
        }
    }

    private static void flushDirectory(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    private static Path neighbour(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private static Path parent(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new UncheckedIOException(new IOException(file + " has no directory"));
        }
        return parent;
    }

    private static OperationException unwritable(Path file, IOException e) {
        return new OperationException(file + " cannot be written: " + reason(e) + "; nothing was changed", e);
    }

    /** Why, in words: the system's own reason without the path it repeats. */
    public static String reason(IOException e) {
        if (e instanceof FileSystemException fault && fault.getReason() != null) {
            return fault.getReason();
        }
        return switch (e) {
            case java.nio.file.NoSuchFileException gone -> "there is no such file";
            case java.nio.file.AccessDeniedException denied -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
    }
}
