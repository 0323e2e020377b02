package packhorse.seeder.cli;

import java.io.Console;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import picocli.CommandLine.Option;

/** Where a passphrase comes from: a file, a file descriptor, or a person at a terminal. Never an argument. */
final class PassphraseOptions {
    /** A passphrase is a sentence, not a file somebody named by mistake. */
    private static final int BYTES_MAX = 1024;

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "Read the passphrase from the first line of FILE.")
    private @Nullable Path file;

    @Option(
            names = "--passphrase-fd",
            paramLabel = "N",
            description = "Read the passphrase from the first line of the open file descriptor N.")
    private @Nullable Integer descriptor;

    /** The passphrase, asked for as {@code what} when no option names one; {@code twice} when it is a new one. */
    char[] read(String what, boolean twice) {
        if (file != null && descriptor != null) {
            throw new UsageException("--passphrase-file and --passphrase-fd exclude each other; give one");
        }
        if (file != null) {
            return read(file);
        }
        if (descriptor != null) {
            try (InputStream in = new FileInputStream("/dev/fd/" + descriptor)) {
                return firstLine(in.readNBytes(BYTES_MAX + 1), "the file descriptor " + descriptor);
            } catch (IOException e) {
                throw new UsageException(
                        "cannot read the passphrase from the file descriptor " + descriptor + ": " + e.getMessage(), e);
            }
        }
        return ask(what, twice);
    }

    /** The first line of {@code file}. */
    static char[] read(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            return firstLine(in.readNBytes(BYTES_MAX + 1), file.toString());
        } catch (IOException e) {
            throw new UsageException("cannot read the passphrase from " + file + ": " + reason(e), e);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case java.nio.file.NoSuchFileException gone -> "there is no such file";
            case java.nio.file.AccessDeniedException denied -> "permission denied";
            default -> String.valueOf(e.getMessage());
        };
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

    private static char[] ask(String what, boolean twice) {
        Console console = Terminal.console()
                .orElseThrow(() ->
                        new UsageException("no terminal to ask for " + what + "; name a file with --passphrase-file"));
        char[] first = console.readPassword("%s: ", what);
        if (first == null || first.length == 0) {
            throw new UsageException("an empty passphrase; nothing was done");
        }
        if (twice && !Arrays.equals(first, console.readPassword("the same again: "))) {
            throw new UsageException("the two passphrases differ; nothing was done");
        }
        return first;
    }
}
