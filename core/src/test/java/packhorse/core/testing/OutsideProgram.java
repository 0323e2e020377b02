package packhorse.core.testing;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.opentest4j.TestAbortedException;

/**
 * A program that is not ours and that a test needs. Where it is missing the test says so in one line and is not run; under
 * {@code CI=true} that is a failure. The README's one {@code apt-get} line installs them all.
 */
public final class OutsideProgram {
    private OutsideProgram() {}

    /** The program {@code name} on the path. */
    public static Path require(String name) {
        return Arrays.stream(System.getenv().getOrDefault("PATH", "").split(File.pathSeparator))
                .map(folder -> Path.of(folder).resolve(name))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(() -> notRun(name + " is not installed"));
    }

    /** Debian's own Python with libtorrent's binding, {@code python3-libtorrent}. */
    public static Path requirePythonLibtorrent() {
        Path python = Path.of("/usr/bin/python3");
        if (!Files.isExecutable(python) || exitCode(python.toString(), "-c", "import libtorrent") != 0) {
            throw notRun("python3-libtorrent is not installed");
        }
        return python;
    }

    /** Loop devices, which only root makes, and not in every container. */
    public static void requireLoopDevices() {
        OnlyAs.root();
        require("mkfs.ext4");
        if (!LoopDevice.possible()) {
            throw notRun("no loop device can be made here");
        }
    }

    /**
     * Runs a program to its end.
     *
     * @return what it said
     * @throws IOException where it did not end well, with what it said
     */
    public static String said(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        try {
            if (process.waitFor() != 0) {
                throw new IOException(String.join(" ", command) + ": " + said);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException(String.join(" ", command));
        }
        return said;
    }

    private static int exitCode(String... command) {
        try {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** What to throw for a test that is not run: an abort with one printed line, or a failure under CI. */
    static RuntimeException notRun(String why) {
        if ("true".equals(System.getenv("CI"))) {
            throw new AssertionError(
                    why + "; under CI=true every test runs (the README's apt-get line installs the programs)");
        }
        System.out.println("not run: " + why + " (the README's apt-get line installs what tests need)");
        return new TestAbortedException(why);
    }
}
