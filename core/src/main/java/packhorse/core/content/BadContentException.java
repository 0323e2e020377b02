package packhorse.core.content;

import org.jspecify.annotations.Nullable;

/** Bytes that are not what they were said to be: malformed, not canonical, or with another digest. The message is one line. */
public final class BadContentException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    public BadContentException(String message) {
        super(message);
    }

    public BadContentException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
