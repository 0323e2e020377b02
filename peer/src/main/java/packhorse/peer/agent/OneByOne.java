package packhorse.peer.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Lets one at a time make something in a directory. What is being made has its name there from what it will be, so that what a
 * crash left is written over; two at once would write into each other's. Thread-safe.
 */
final class OneByOne {
    /** What is done in its turn. */
    interface Work<T> {
        T run() throws IOException;
    }

    private static final class Turn {
        final ReentrantLock lock = new ReentrantLock(true);
        /** Guarded by the map. */
        int people;
    }

    private final Map<Path, Turn> turns = new HashMap<>();

    /** Does work in a directory when nobody else is at it. */
    <T> T in(Path directory, Work<T> work) throws IOException {
        // By whichever links one comes, it is one directory.
        Path place = directory.toRealPath();
        Turn turn;
        synchronized (turns) {
            turn = turns.computeIfAbsent(place, first -> new Turn());
            turn.people++;
        }
        turn.lock.lock();
        try {
            return work.run();
        } finally {
            turn.lock.unlock();
            synchronized (turns) {
                turn.people--;
                if (turn.people == 0) {
                    turns.remove(place);
                }
            }
        }
    }
}
