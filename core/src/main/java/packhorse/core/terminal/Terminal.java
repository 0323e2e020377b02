package packhorse.core.terminal;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
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
        if (twice && !isTypedAgain(console, first)) {
            Arrays.fill(first, '\0');
            throw new UsageException("the two passphrases differ; nothing was done");
        }
        return first;
    }

    private static boolean isTypedAgain(Console console, char[] first) {
        char[] second = console.readPassword("the same again: ");
        boolean same = Arrays.equals(first, second);
        if (second != null) {
            Arrays.fill(second, '\0');
        }
        return same;
    }

    /** The console, where it is a terminal. */
    @SuppressWarnings("SystemConsoleNull")
    private static Optional<Console> console() {
        return Optional.ofNullable(System.console()).filter(Terminal::isTerminal);
    }

    /**
     * Up to Java 21 a console exists only where there is a terminal; from Java 22 on there always is one, and it has a method that tells,
     * which our language level does not know yet.
     */
    private static boolean isTerminal(Console console) {
        Optional<Method> tells = Arrays.stream(Console.class.getMethods())
                .filter(method -> method.getName().equals("isTerminal") && method.getParameterCount() == 0)
                .findFirst();
        try {
            return tells.isEmpty() || Boolean.TRUE.equals(tells.get().invoke(console));
        } catch (IllegalAccessException | InvocationTargetException e) {
            throw new IllegalStateException("a console cannot tell whether it is a terminal", e);
        }
    }
}
