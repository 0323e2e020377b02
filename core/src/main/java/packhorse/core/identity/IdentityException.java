package packhorse.core.identity;

import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;

/** A certificate that does not prove what it should, or a machine that cannot get one. One line: what, and how to mend it. */
public final class IdentityException extends OperationException {
    private static final long serialVersionUID = 1;

    public IdentityException(String message) {
        super(message);
    }

    public IdentityException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
