package packhorse.peer.agent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.BitSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * What readers may see of a pack that is being fetched: which pieces the engine says are verified, and where the file stands now. The
 * engine's process is not trusted that far: who reads a piece proves it. The agent
 * writes it, any number of readers wait on it; it is the one piece of an agent's state that others share.
 */
public final class PieceWatch {
    /** A file is moved once, when its pack is promoted; more misses mean that it is gone. */
    private static final int OPEN_TRIES_MAX = 3;

    /** Between the rename and this object hearing of it lie a few messages. */
    private static final long MOVE_NANOS_MAX = 500_000_000;

    private final int pieceCount;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // Guarded by lock.
    private final BitSet verified = new BitSet();
    // Guarded by lock.
    private Path file;
    // Guarded by lock; empty while all is well.
    private String failure = "";

    PieceWatch(Path file, int pieceCount) {
        this.file = file;
        this.pieceCount = pieceCount;
    }

    void add(BitSet pieces) {
        change(() -> verified.or(pieces));
    }

    void whole() {
        change(() -> verified.set(0, pieceCount));
    }

    void movedTo(Path now) {
        change(() -> file = now);
    }

    void failed(String reason) {
        change(() -> failure = reason);
    }

    void recovered() {
        change(() -> failure = "");
    }

    private void change(Runnable what) {
        lock.lock();
        try {
            what.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a piece is verified.
     *
     * @return false when that took longer than {@code patience}
     * @throws IOException with one line when it will not come
     */
    public boolean await(int piece, Duration patience) throws IOException, InterruptedException {
        long nanos = patience.toNanos();
        lock.lock();
        try {
            while (!verified.get(piece)) {
                if (!failure.isEmpty()) {
                    throw new IOException(failure);
                }
                if (nanos <= 0) {
                    return false;
                }
                nanos = changed.awaitNanos(nanos);
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    /** Whether the piece is verified now. */
    public boolean has(int piece) {
        lock.lock();
        try {
            return verified.get(piece);
        } finally {
            lock.unlock();
        }
    }

    /** Opens the file, wherever it stands; only once a piece is verified is it sure to exist. */
    public FileChannel open() throws IOException {
        for (int tries = 1; ; tries++) {
            Path now = file();
            try {
                return FileChannel.open(now, StandardOpenOption.READ);
            } catch (NoSuchFileException e) {
                if (tries == OPEN_TRIES_MAX) {
                    throw e;
                }
                awaitMove(now, MOVE_NANOS_MAX);
            }
        }
    }

    private Path file() {
        lock.lock();
        try {
            return file;
        } finally {
            lock.unlock();
        }
    }

    private void awaitMove(Path from, long nanosMax) throws IOException {
        long nanos = nanosMax;
        lock.lock();
        try {
            while (file.equals(from) && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while opening " + from, e);
        } finally {
            lock.unlock();
        }
    }
}
