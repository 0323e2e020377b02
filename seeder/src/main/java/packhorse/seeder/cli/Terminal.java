package packhorse.seeder.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;
import java.util.Optional;

/** Whether a person watches: only then is progress drawn, and a passphrase asked for. */
final class Terminal {
    private Terminal() {}

    /**
     * The console, where it is a terminal. Up to Java 21 one exists only there; from Java 22 on there always is one, and it has
     * a method that tells, which our language level does not know yet.
     */
    @SuppressWarnings("SystemConsoleNull")
    static Optional<Console> console() {
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
