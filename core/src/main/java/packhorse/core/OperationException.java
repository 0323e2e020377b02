package packhorse.core;

import org.jspecify.annotations.Nullable;

/** An operation that failed. The message is the one line a person reads: what, where, how to mend it. Exit code 3. */
public class OperationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public OperationException(String message) {
        super(message);
    }

    public OperationException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
