package packhorse.console.icalendar;

/** Why an event cannot be read: the reason, and how to mend it, without its place. */
final class BadEventException extends Exception {
    private static final long serialVersionUID = 1;

    BadEventException(String message) {
        super(message);
    }
}
