package packhorse.console.json;

/** What was read is not what was asked for; the message begins with the place. */
final class BadRecordException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    BadRecordException(Place place, String why) {
        super(place + ": " + why);
    }

    BadRecordException(Place place, String why, Exception cause) {
        super(place + ": " + why, cause);
    }
}
