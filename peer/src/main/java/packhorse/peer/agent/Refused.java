package packhorse.peer.agent;

import packhorse.core.OperationException;
import packhorse.core.UsageException;

/** Why something did not work out: one line, and the exit code that says whose fault it is. */
record Refused(int exitCode, String reason) {
    static final int EXIT_USAGE = 2;
    private static final int EXIT_FAILED = 3;

    /** Who asked has to ask for something else. */
    static Refused usage(String reason) {
        return new Refused(EXIT_USAGE, reason);
    }

    /** The right thing was asked for and it failed. */
    static Refused failed(String reason) {
        return new Refused(EXIT_FAILED, reason);
    }

    RuntimeException exception() {
        return exitCode == EXIT_USAGE ? new UsageException(reason) : new OperationException(reason);
    }
}
