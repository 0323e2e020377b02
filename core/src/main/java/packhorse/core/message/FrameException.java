package packhorse.core.message;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A frame that cannot be read: truncated, too long, or no message of ours. The message is one line. */
public final class FrameException extends IOException {
    private static final long serialVersionUID = 1;

    FrameException(String message) {
        super(message);
    }

    FrameException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
