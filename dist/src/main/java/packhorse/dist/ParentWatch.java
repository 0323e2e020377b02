package packhorse.dist;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Ends this process when its standard input ends. Whoever started it holds the other end of a pipe and writes nothing, so it dies
 * with its parent even when that was killed outright: the kernel closes the pipe for the dead.
 */
final class ParentWatch {
    /** How long the parts may take to close in good order once the parent is gone. */
    private static final long CLOSE_MILLIS_MAX = 5_000;

    private ParentWatch() {}

    static void start(InputStream in) {
        Thread.ofPlatform().daemon().name("parent-watch").start(() -> {
            awaitEnd(in);
            Thread exit = Thread.ofPlatform().daemon().name("parent-gone").start(() -> Main.exit(Main.FINE));
            try {
                exit.join(CLOSE_MILLIS_MAX);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            Runtime.getRuntime().halt(Main.FAILED);
        });
    }

    private static void awaitEnd(InputStream in) {
        try {
            in.transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // A pipe that cannot be read has ended too.
        }
    }
}
