package packhorse.core.trust;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;

/**
 * The key of a program that signs without a person, so that no passphrase can seal it: its seed as 64 hexadecimal digits and a line's end, in a file
 * that only its owner reads. Whoever reads that file signs as the program does. What such a key signs says who wrote something down; it lets nobody
 * install anything.
 */
public final class UnattendedKey {
    private static final int FILE_BYTES_MAX = 2 * SigningKey.SEED_BYTES + 2;

    private UnattendedKey() {}

    /**
     * Opens the key in {@code file}; where there is none it is made.
     *
     * @throws UsageException where it cannot be read or written, or is no such key
     */
    public static SigningKey openOrMake(Path file, SecureRandom random) {
        try {
            if (!Files.exists(file)) {
                make(file, random);
            }
            return read(file);
        } catch (IOException e) {
            throw new UsageException(
                    file + " cannot be read or made, which signs: " + DurableFiles.reason(e)
                            + "; name another file, or let this program's user write there",
                    e);
        }
    }

    private static void make(Path file, SecureRandom random) throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        if (folder != null) {
            Files.createDirectories(folder);
        }
        byte[] seed = SigningKey.generate(random).seed();
        try {
            new DurableFiles()
                    .createPrivate(file, (HexFormat.of().formatHex(seed) + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (FileAlreadyExistsException e) {
            // Another process was quicker; its key is as good.
            return;
        } finally {
            Arrays.fill(seed, (byte) 0);
        }
    }

    private static SigningKey read(Path file) throws IOException {
        if (Files.size(file) <= FILE_BYTES_MAX) {
            String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
            if (text.matches("[0-9a-f]{" + 2 * SigningKey.SEED_BYTES + "}")) {
                return SigningKey.ofSeed(HexFormat.of().parseHex(text));
            }
        }
        throw new UsageException(file + " holds no key: 64 hexadecimal digits are expected; put the key back from a"
                + " backup, or move the file away and a new one is made");
    }
}
