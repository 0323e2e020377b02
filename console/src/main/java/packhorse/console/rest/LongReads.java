package packhorse.console.rest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.durable.PrivateFile;

/**
 * Looks at the ledger that may take minutes: evidence, distribution logs, the walk along the audit chain, compliance. Each keeps a
 * connection for as long as it lasts, and there are few, so at most {@link #AT_ONCE} go on together: a hold always finds one. Whoever
 * comes besides waits a little without a connection and is then asked to come back.
 *
 * <p>What is made of them lies in a directory of the console's own until it is sent, which nobody else may enter; what a crash left there
 * is gone with the next start.
 */
public final class LongReads {
    /** Half of what an embedded ledger has for readers. */
    static final int AT_ONCE = 2;
    /** Each file lies on the disk until whoever asked for it has it, however slowly they read. */
    static final int ON_THEIR_WAY = 16;

    private static final Duration PATIENCE = Duration.ofSeconds(5);
    private static final Duration COME_BACK = Duration.ofSeconds(10);

    private final Semaphore places = new Semaphore(AT_ONCE, true);
    private final Semaphore files = new Semaphore(ON_THEIR_WAY);
    private final Path folder;
    private final Duration patience;

    private LongReads(Path folder, Duration patience) {
        this.folder = folder;
        this.patience = patience;
    }

    /**
     * Keeps what is on its way in {@code folder}, which is made where it is not there, and emptied.
     *
     * @throws OperationException where that cannot be
     */
    public static LongReads in(Path folder) {
        return in(folder, PATIENCE);
    }

    static LongReads in(Path folder, Duration patience) {
        try (DirectoryStream<Path> left = Files.newDirectoryStream(PrivateFile.directory(folder))) {
            for (Path file : left) {
                Files.delete(file);
            }
            return new LongReads(folder, patience);
        } catch (IOException e) {
            throw new OperationException("cannot empty " + folder + ": " + DurableFiles.reason(e), e);
        }
    }

    /** Takes a look. */
    <T> T read(Supplier<T> look) {
        enter();
        try {
            return look.get();
        } finally {
            places.release();
        }
    }

    /**
     * A file that is made at the disk first: so whoever reads it slowly keeps nothing else waiting, and nothing of it in memory. At most
     * {@link #ON_THEIR_WAY} are there; whoever comes besides is asked to come back.
     *
     * @param making writes it to where it is told
     */
    Answer.File made(String mediaType, Optional<String> name, Consumer<Path> making) {
        return new Answer.File(mediaType, name, out -> {
            if (!files.tryAcquire()) {
                throw away(ON_THEIR_WAY + " files are on their way; come back when one of them has arrived");
            }
            try {
                send(making, out);
            } finally {
                files.release();
            }
        });
    }

    private void send(Consumer<Path> making, OutputStream out) throws IOException {
        Path file = Files.createTempFile(folder, "answer-", "");
        try {
            Path unusedMade = read(() -> {
                making.accept(file);
                return file;
            });
            Files.copy(file, out);
        } finally {
            Files.deleteIfExists(file);
        }
    }

    private static Turned away(String why) {
        return new Turned(Problem.Kind.AWAY, why, Optional.of(COME_BACK));
    }

    private void enter() {
        try {
            if (!places.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw away(AT_ONCE + " long looks at the ledger are under way; come back when one of them is over");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("the console is closing", e);
        }
    }
}
