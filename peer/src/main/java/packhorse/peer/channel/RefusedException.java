package packhorse.peer.channel;

import java.io.IOException;
import packhorse.peer.channel.ChannelRefusal.Reason;

/** A connection comes to nothing, for a reason. */
final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /** @param line what, where and how to mend it */
    RefusedException(Reason reason, String line) {
        super(line);
        this.reason = reason;
    }

    Reason reason() {
        return reason;
    }
}
