package packhorse.seeder.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.terminal.Terminal;
import packhorse.core.trust.Passphrase;
import picocli.CommandLine.Option;

/** Where a passphrase comes from: a file, a file descriptor, or a person at a terminal. Never an argument. */
final class PassphraseOptions {
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
            return Passphrase.ofFile(file);
        }
        if (descriptor != null) {
            return Passphrase.ofDescriptor(descriptor);
        }
        return Terminal.secret(what, "--passphrase-file", twice);
    }
}
