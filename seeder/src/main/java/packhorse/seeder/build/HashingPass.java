package packhorse.seeder.build;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.PieceHash;
import packhorse.core.content.PieceHasher;
import packhorse.core.content.PieceLength;
import packhorse.core.content.Sha256;

/**
 * One pass over content of known length that makes all three hash families with every processor busy.
 *
 * <p>Three kinds of work wait on each piece: reading it and writing it to the sink (in order, one at a time), the SHA-256 of the
 * whole (in order, one at a time), and the piece's own hashes (any order, any number at once). Pieces live in a small ring of
 * buffers; a buffer is free again when both hashes took it. Each worker asks, whenever it is idle, for the most urgent work that is
 * possible: first the whole digest, because it is the longest chain that nobody can share; then reading, which keeps the ring
 * filled; then piece hashes, which fit anywhere. So two workers share the work evenly whatever each kind costs on this
 * machine, and nobody's speed has to be guessed. The calling thread is one of the workers; there is one
 * more of them than processors, so that none is idle while a worker waits for a disk.
 *
 * <p>Cost: O(length) time, {@value #BUFFERS} pieces of memory (32 MiB at the largest piece length) and 52 bytes a piece of
 * results. A failure of any worker stops all, and the first one is thrown.
 */
final class HashingPass {
    /** Enough that a worker with a long piece hash does not stall the reader, small enough to stay in memory bounds. */
    private static final int BUFFERS = 8;
    /** Whole digest, reading and two workers' pieces: beyond it the whole digest's chain is the limit. */
    private static final int THREADS_MAX = 4;
    /** The reader copies by this much through memory outside the heap: it fits the processor's cache. */
    private static final int COPY_BYTES = 256 << 10;

    private final ContentReader reader;
    private final ContentSink sink;
    private final Progress progress;
    private final long length;
    private final int pieceLength;
    private final int pieceCount;
    private final ByteBuffer copy;
    private final MessageDigest whole = Sha256.newDigest();

    /** Guards every field below it. */
    private final Object lock = new Object();

    private final Queue<byte[]> free = new ArrayDeque<>();

    private int buffersMade;

    /** Pieces read whose whole digest is to be taken, in order. */
    private final Queue<Piece> forWhole = new ArrayDeque<>();

    /** Pieces read whose own hashes are to be taken. */
    private final Queue<Piece> forPieces = new ArrayDeque<>();

    private final @Nullable PieceHash[] results;

    private int piecesRead;

    private int piecesDigested;

    private int piecesHashed;

    private boolean reading;

    private boolean digesting;

    private @Nullable Throwable failure;

    private HashingPass(ContentReader reader, long length, ContentSink sink, Progress progress) {
        this.reader = reader;
        this.length = length;
        this.sink = sink;
        this.progress = progress;
        this.pieceLength = PieceLength.forContent(length);
        this.pieceCount = ContentHashes.pieceCount(length);
        this.results = new @Nullable PieceHash[pieceCount];
        this.copy = ByteBuffer.allocateDirect((int) Math.min(length, COPY_BYTES));
    }

    /** Workers worth having on this machine: one more than processors, for the one that waits for a disk. */
    static int threads() {
        return Math.clamp(Runtime.getRuntime().availableProcessors() + 1, 2, THREADS_MAX);
    }

    /**
     * Reads, hashes and passes on {@code length} bytes.
     *
     * @param threads number of workers, the calling thread included
     */
    static ContentHashes run(ContentReader reader, long length, ContentSink sink, int threads, Progress progress) {
        HashingPass pass = new HashingPass(reader, length, sink, progress);
        List<Thread> helpers = new ArrayList<>();
        for (int i = 1; i < threads; i++) {
            helpers.add(Thread.ofPlatform().name("hash-" + i).daemon().start(() -> pass.work()));
        }
        pass.work();
        boolean interrupted = false;
        for (Thread helper : helpers) {
            while (helper.isAlive()) {
                try {
                    helper.join();
                } catch (InterruptedException e) {
                    pass.fail(e);
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return pass.result();
    }

    /** What a worker can do next. */
    private sealed interface Task {
        record Read(Piece piece) implements Task {}

        record Digest(Piece piece) implements Task {}

        record Hash(Piece piece) implements Task {}
    }

    /** A piece in a buffer; it is free when both hashes took it. */
    private static final class Piece {
        private final byte[] buffer;
        private final int index;
        private final int length;
        private int hashesMissing = 2;

        Piece(byte[] buffer, int index, int length) {
            this.buffer = buffer;
            this.index = index;
            this.length = length;
        }
    }

    private void work() {
        PieceHasher hasher = new PieceHasher(pieceLength);
        try {
            for (Task task = next(); task != null; task = next()) {
                switch (task) {
                    case Task.Read(Piece piece) -> read(piece);
                    case Task.Digest(Piece piece) -> digest(piece);
                    case Task.Hash(Piece piece) -> hash(hasher, piece);
                }
            }
        } catch (RuntimeException | Error | InterruptedException e) {
            fail(e);
        }
    }

    private @Nullable Task next() throws InterruptedException {
        synchronized (lock) {
            while (true) {
                if (failure != null || (piecesDigested == pieceCount && piecesHashed == pieceCount)) {
                    return null;
                }
                if (!digesting && !forWhole.isEmpty()) {
                    digesting = true;
                    return new Task.Digest(forWhole.remove());
                }
                if (!reading && piecesRead < pieceCount && (!free.isEmpty() || buffersMade < BUFFERS)) {
                    reading = true;
                    return new Task.Read(freePiece(piecesRead));
                }
                if (!forPieces.isEmpty()) {
                    return new Task.Hash(forPieces.remove());
                }
                lock.wait();
            }
        }
    }

    private Piece freePiece(int index) {
        byte[] buffer = free.poll();
        if (buffer == null) {
            buffersMade++;
            buffer = new byte[(int) Math.min(length, pieceLength)];
        }
        return new Piece(buffer, index, (int) Math.min(pieceLength, length - (long) index * pieceLength));
    }

    /** Only one worker at a time is here, so reader, sink and the copy buffer need no lock. */
    private void read(Piece piece) {
        int wanted = piece.length;
        int filled = 0;
        while (filled < wanted) {
            copy.clear().limit(Math.min(copy.capacity(), wanted - filled));
            reader.fill(copy);
            copy.flip();
            int count = copy.remaining();
            copy.get(0, piece.buffer, filled, count);
            try {
                sink.write(copy);
            } catch (IOException e) {
                throw new OperationException(
                        "cannot write the content: " + SourceScanner.reason(e)
                                + "; mend that (is there space?) and publish again, it goes on where it stopped",
                        e);
            }
            filled += count;
        }
        progress.advanced((long) piece.index * pieceLength + wanted, length);
        synchronized (lock) {
            forWhole.add(piece);
            forPieces.add(piece);
            piecesRead++;
            reading = false;
            lock.notifyAll();
        }
    }

    /** Only one worker at a time is here, in the order of the pieces. */
    private void digest(Piece piece) {
        whole.update(piece.buffer, 0, piece.length);
        synchronized (lock) {
            piecesDigested++;
            digesting = false;
            release(piece);
        }
    }

    private void hash(PieceHasher hasher, Piece piece) {
        PieceHash hash = hasher.hash(piece.buffer, 0, piece.length, pieceCount == 1);
        synchronized (lock) {
            results[piece.index] = hash;
            piecesHashed++;
            release(piece);
        }
    }

    private void release(Piece piece) {
        if (--piece.hashesMissing == 0) {
            free.add(piece.buffer);
        }
        lock.notifyAll();
    }

    private void fail(Throwable e) {
        synchronized (lock) {
            if (failure == null) {
                failure = e;
            }
            lock.notifyAll();
        }
    }

    private ContentHashes result() {
        synchronized (lock) {
            switch (failure) {
                case null -> {}
                case RuntimeException e -> throw e;
                case Error e -> throw e;
                case Throwable e -> throw new OperationException("interrupted, nothing was published", e);
            }
            List<PieceHash> hashes = new ArrayList<>(pieceCount);
            for (PieceHash hash : results) {
                if (hash == null) {
                    throw new IllegalStateException("a piece was not hashed");
                }
                hashes.add(hash);
            }
            return ContentHashes.assemble(Sha256.ofDigest(whole.digest()), length, hashes);
        }
    }
}
