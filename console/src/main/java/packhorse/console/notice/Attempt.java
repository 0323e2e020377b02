package packhorse.console.notice;

import java.time.Duration;
import java.util.Optional;
import packhorse.core.PlainText;

/** What became of one try to tell somebody. */
public sealed interface Attempt {
    /** A line of a log. */
    int REASON_CHARS_MAX = 500;

    /** The other end took it. */
    record Sent() implements Attempt {}

    /**
     * It may come through later.
     *
     * @param reason one line
     * @param wish to wait so long, where the other end asked for it
     */
    record Failed(String reason, Optional<Duration> wish) implements Attempt {
        public Failed {
            reason = Clipped.to(PlainText.line(reason), REASON_CHARS_MAX);
        }

        /** Without a wish of the other end. */
        public Failed(String reason) {
            this(reason, Optional.empty());
        }
    }

    /**
     * It will not come through, however often it is tried.
     *
     * @param reason one line
     */
    record Refused(String reason) implements Attempt {
        public Refused {
            reason = Clipped.to(PlainText.line(reason), REASON_CHARS_MAX);
        }
    }
}
