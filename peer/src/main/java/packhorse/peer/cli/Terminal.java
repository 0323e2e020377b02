package packhorse.peer.cli;

import java.io.Console;
import java.lang.reflect.InvocationTargetException;

/** Whether a person watches: only then is progress drawn over itself. */
final class Terminal {
    private Terminal() {}

    /**
     * Up to Java 21 a console exists only where there is a terminal; from Java 22 on there always is one, and it has a method
     * that tells, which our language level does not know yet.
     */
    @SuppressWarnings("SystemConsoleNull")
    static boolean isThere() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            return Boolean.TRUE.equals(Console.class.getMethod("isTerminal").invoke(console));
        } catch (NoSuchMethodException e) {
            return true;
        } catch (IllegalAccessException | InvocationTargetException e) {
            return false;
        }
    }
}
