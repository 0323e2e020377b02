package packhorse.core.trust;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;

/** Reads a passphrase from where a secret may come from without a person: the first line of a file or of a descriptor. */
public final class Passphrase {
    /** A passphrase is a sentence, not a file somebody named by mistake. */
    private static final int BYTES_MAX = 1024;

    private Passphrase() {}

    /**
     * The first line of {@code file}; whoever asked overwrites it when it was used.
     *
     * @throws UsageException when it cannot be read, or is empty
     */
    public static char[] ofFile(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return firstLine(in.readNBytes(BYTES_MAX + 1), file.toString());
        } catch (IOException e) {
            throw new UsageException("cannot read the passphrase from " + file + ": " + DurableFiles.reason(e), e);
        }
    }

    /**
     * The first line of the open file descriptor {@code descriptor}.
     *
     * @throws UsageException when it cannot be read, or is empty
     */
    public static char[] ofDescriptor(int descriptor) {
        try (InputStream in = new FileInputStream("/dev/fd/" + descriptor)) {
            return firstLine(in.readNBytes(BYTES_MAX + 1), "the file descriptor " + descriptor);
        } catch (IOException e) {
            throw new UsageException(
                    "cannot read the passphrase from the file descriptor " + descriptor + ": " + e.getMessage(), e);
        }
    }

    private static char[] firstLine(byte[] bytes, String where) {
        int end = 0;
        while (end < bytes.length && bytes[end] != '\n' && bytes[end] != '\r') {
            end++;
        }
        if (end == 0 || end > BYTES_MAX) {
            throw new UsageException("the first line of " + where + " is "
                    + (end == 0 ? "empty; it should be the passphrase" : "too long for a passphrase"));
        }
        CharBuffer chars = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes, 0, end));
        char[] passphrase = new char[chars.remaining()];
        chars.get(passphrase);
        Arrays.fill(bytes, (byte) 0);
        return passphrase;
    }
}
