package packhorse.seeder.cli;

import java.io.Console;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
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
            return read(file);
        }
        if (descriptor != null) {
            return Passphrase.ofDescriptor(descriptor);
        }
        return ask(what, twice);
    }

    /** The first line of {@code file}. */
    static char[] read(Path file) {
        return Passphrase.ofFile(file);
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
