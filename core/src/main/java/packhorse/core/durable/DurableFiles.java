package packhorse.core.durable;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
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
 * Small files that a crash at any line leaves with the old content or the new, never a part of it; see {@link Durably} for how.
 * Makes the directories that are missing, and says in one line what could not be written. One writer per directory.
 */
public final class DurableFiles {
    /** Called before every step that changes the disk; a test throws here to play the crash. */
    public interface Step {
        void before(String what);
    }

    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final int COPY_BUFFER_BYTES = 64 * 1024;

    private final Step step;

    public DurableFiles() {
        this(what -> {});
    }

    /** Tells of every step before it is taken. */
    public DurableFiles(Step step) {
        this.step = step;
    }

    /** Makes {@code file} hold {@code bytes}, whether or not it was there. */
    public void replace(Path file, byte[] bytes) {
        try {
            makeDirectories(Durably.directoryOf(file));
            Path fresh = Durably.neighbour(file);
            writeFlushed(fresh, bytes);
            rename(fresh, file);
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    /** Like {@link #replace}, and the file is readable by its owner only, from its first byte on. */
    public void replacePrivate(Path file, byte[] bytes) {
        try {
            makeDirectories(Durably.directoryOf(file));
            Path fresh = Durably.neighbour(file);
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
    public void copyVerified(Path source, Path file, BlobRef blob) {
        try {
            makeDirectories(Durably.directoryOf(file));
            Path fresh = Durably.neighbour(file);
            step.before("write " + fresh);
            MessageDigest digest = Sha256.newDigest();
            long length = 0;
            try (InputStream in = Files.newInputStream(source);
                    FileChannel out = Durably.openNew(fresh)) {
                byte[] buffer = new byte[COPY_BUFFER_BYTES];
                for (int read = in.read(buffer); read >= 0 && length <= blob.length(); read = in.read(buffer)) {
                    digest.update(buffer, 0, read);
                    length += read;
                    Durably.writeAll(out, ByteBuffer.wrap(buffer, 0, read));
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
            makeDirectories(Durably.directoryOf(file));
            Path fresh = Files.createTempFile(
                    Durably.directoryOf(file),
                    "." + file.getFileName(),
                    ".new",
                    PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            try {
                writeFlushed(fresh, bytes);
                step.before("link " + file);
                Files.createLink(file, fresh);
            } finally {
                Files.deleteIfExists(fresh);
            }
            settle(file);
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
                settle(file);
            }
        } catch (IOException e) {
            throw unwritable(file, e);
        }
    }

    private void writeFlushed(Path file, byte[] bytes) throws IOException {
        step.before("write " + file);
        try (FileChannel out = Durably.openNew(file)) {
            Durably.writeAll(out, ByteBuffer.wrap(bytes));
            step.before("flush " + file);
            out.force(true);
        }
    }

    private void rename(Path fresh, Path file) throws IOException {
        step.before("rename " + file);
        Durably.rename(fresh, file);
        settle(file);
    }

    /** Like {@link Files#createDirectories(Path, FileAttribute[])}, and every new name is flushed into its parent. */
    private void makeDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            makeDirectories(Durably.directoryOf(directory));
            step.before("make " + directory);
            Files.createDirectories(directory);
            Durably.flush(Durably.directoryOf(directory));
        }
    }

    private static OperationException unwritable(Path file, IOException e) {
        return new OperationException(file + " cannot be written: " + reason(e) + "; nothing was changed", e);
    }

    /** Returns when the names in a directory are on the disk; one of them was changed before, and stays changed for who looks. */
    private void settle(Path file) {
        step.before("flush the directory of " + file);
        try {
            Durably.flush(Durably.directoryOf(file));
        } catch (IOException e) {
            throw new OperationException(
                    file + " was changed, but a loss of power may take that back: its directory cannot be flushed ("
                            + reason(e) + "); mend the disk and do it again",
                    e);
        }
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
