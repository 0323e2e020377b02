package packhorse.peer.channel;

import java.io.IOException;

/** Two ends connected to each other at the same moment, and the other connection stays: nothing is wrong. */
final class CrossedException extends IOException {
    private static final long serialVersionUID = 1;

    CrossedException(String message) {
        super(message);
    }
}
