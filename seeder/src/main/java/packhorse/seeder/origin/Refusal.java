package packhorse.seeder.origin;

/** What the upload door does not do, as an HTTP status and the one line that the publisher reads. */
final class Refusal extends Exception {
    private static final long serialVersionUID = 1;

    static final int BAD_REQUEST = 400;
    static final int UNAUTHORISED = 401;
    static final int NOT_FOUND = 404;
    static final int CONFLICT = 409;
    static final int TOO_LARGE = 413;
    static final int UNACCEPTABLE = 422;
    static final int NO_ROOM = 507;

    private final int status;

    Refusal(int status, String message) {
        super(message, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
