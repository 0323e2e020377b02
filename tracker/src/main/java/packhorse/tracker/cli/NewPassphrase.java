package packhorse.tracker.cli;

import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.terminal.Terminal;
import packhorse.core.trust.Passphrase;
import picocli.CommandLine.Option;

/** Where an authority's passphrases come from: files, a file descriptor, or a person at a terminal. Never an argument. */
final class NewPassphrase {
    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "Read the root key's passphrase from the first line of FILE.")
    private @Nullable Path file;

    @Option(
            names = "--passphrase-fd",
            paramLabel = "N",
            description = "Read the root key's passphrase from the first line of the open file descriptor N.")
    private @Nullable Integer descriptor;

    @Option(
            names = "--issuing-passphrase-file",
            paramLabel = "FILE",
            description =
                    "Read the issuing key's passphrase from the first line of FILE; the tracker reads the same file.")
    private @Nullable Path issuing;

    /** The passphrases of both of an authority's keys; overwritten when closed. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
    record Both(char[] root, char[] issuing) implements AutoCloseable {
        @Override
        public void close() {
            Arrays.fill(root, '\0');
            Arrays.fill(issuing, '\0');
        }
    }

    /**
     * Both passphrases; the issuing key is always a new one.
     *
     * @param newRoot whether the root key is, too
     */
    Both read(boolean newRoot) {
        char[] root = root(newRoot);
        return new Both(
                root,
                issuing != null
                        ? Passphrase.ofFile(issuing)
                        : Terminal.secret("the issuing key's passphrase", "--issuing-passphrase-file", true));
    }

    private char[] root(boolean twice) {
        if (file != null && descriptor != null) {
            throw new UsageException("--passphrase-file and --passphrase-fd exclude each other; give one");
        }
        if (file != null) {
            return Passphrase.ofFile(file);
        }
        return descriptor != null
                ? Passphrase.ofDescriptor(descriptor)
                : Terminal.secret("the root key's passphrase", "--passphrase-file", twice);
    }
}
