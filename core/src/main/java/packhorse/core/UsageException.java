package packhorse.core;

import org.jspecify.annotations.Nullable;

/** Bad usage or bad input. The message is the one line a person reads: what, where, how to mend it. Exit code 2. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageException(String message) {
        super(message);
    }

    public UsageException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
