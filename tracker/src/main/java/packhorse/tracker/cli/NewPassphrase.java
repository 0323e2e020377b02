package packhorse.tracker.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
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

    char[] root(boolean twice) {
        if (file != null && descriptor != null) {
            throw new UsageException("--passphrase-file and --passphrase-fd exclude each other; give one");
        }
        if (file != null) {
            return Passphrase.ofFile(file);
        }
        return descriptor != null
                ? Passphrase.ofDescriptor(descriptor)
                : ask("the root key's passphrase", "--passphrase-file", twice);
    }

    char[] issuing(boolean twice) {
        return issuing != null
                ? Passphrase.ofFile(issuing)
                : ask("the issuing key's passphrase", "--issuing-passphrase-file", twice);
    }

    private static char[] ask(String what, String option, boolean twice) {
        Console console = console()
                .orElseThrow(
                        () -> new UsageException("no terminal to ask for " + what + "; name a file with " + option));
        char[] first = console.readPassword("%s: ", what);
        if (first == null || first.length == 0) {
            throw new UsageException("an empty passphrase; nothing was done");
        }
        if (twice && !Arrays.equals(first, console.readPassword("the same again: "))) {
            throw new UsageException("the two passphrases differ; nothing was done");
        }
        return first;
    }

    /**
     * The console, where it is a terminal. Up to Java 21 one exists only there; from Java 22 on there always is one, and it has
     * a method that tells, which our language level does not know yet.
     */
    @SuppressWarnings("SystemConsoleNull")
    private static Optional<Console> console() {
        Console console = System.console();
        if (console == null) {
            return Optional.empty();
        }
        try {
            boolean terminal =
                    Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
            return terminal ? Optional.of(console) : Optional.empty();
        } catch (NoSuchMethodException e) {
            return Optional.of(console);
        } catch (IllegalAccessException | InvocationTargetException e) {
            return Optional.empty();
        }
    }
}
