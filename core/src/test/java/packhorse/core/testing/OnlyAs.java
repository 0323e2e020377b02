package packhorse.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.opentest4j.TestAbortedException;

/**
 * Who must run a test. Some need root (network namespaces, small file systems), some an ordinary user (a file that cannot be
 * read); run as the other, such a test says so in one line and is not run. {@code .ci/run} runs both.
 */
public final class OnlyAs {
    private OnlyAs() {}

    public static void root() {
        if (!isRoot()) {
            throw notRun("needs root");
        }
    }

    /** Tests that ask for this carry the tag {@code ordinary-user}, by which {@code .ci/run} finds them. */
    public static void ordinaryUser() {
        if (isRoot()) {
            throw notRun("needs an ordinary user, root may do everything");
        }
    }

    private static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid && uid == 0;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static RuntimeException notRun(String why) {
        System.out.println("not run: " + why);
        return new TestAbortedException(why);
    }
}
