package packhorse.core.terminal;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.util.Arrays;
import java.util.Optional;
import packhorse.core.UsageException;

/** Whether a person watches: only then is progress drawn over itself, and a passphrase asked for. */
public final class Terminal {
    private Terminal() {}

    /** Whether a person is there. */
    public static boolean isThere() {
        return console().isPresent();
    }

    /**
     * Asks for a secret; whoever asked overwrites it when it was used.
     *
     * @param what for people, such as {@code the root key's passphrase}
     * @param option which names a file instead
     * @param twice for a new one
     * @throws UsageException when nobody is there, or nothing was typed, or not the same both times
     */
    public static char[] secret(String what, String option, boolean twice) {
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
