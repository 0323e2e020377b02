package packhorse.dist.role;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import packhorse.core.OperationException;

/**
 * One process of Packhorse itself: the same Java and the same jars as this one, another command line. Its output goes to a
 * file; its standard input is a pipe whose other end we hold, so it ends when we do, however we end.
 */
public final class RoleProcess implements AutoCloseable {
    /** How long a role may take to leave in good order before it is killed. */
    private static final long LEAVE_MILLIS_MAX = 5_000;

    /** More options for the virtual machine, between spaces: tests, whose processes live seconds, ask for the quick compiler alone. */
    private static final List<String> MORE_OPTIONS = Arrays.stream(
                    System.getProperty("packhorse.demo.jvm", "").split(" "))
            .filter(word -> !word.isBlank())
            .toList();

    /** Nobody reads a longer line. */
    private static final long LAST_LINE_BYTES_MAX = 16 << 10;

    private final String name;
    private final Process process;
    private final Path log;

    private RoleProcess(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /**
     * Starts one.
     *
     * @param name for people and the log file
     * @param prefix words before the command line, that put it somewhere
     * @param heap as the JVM writes it, {@code 128m}
     * @param arguments of {@code packhorse}
     */
    public static RoleProcess start(String name, List<String> prefix, Path logs, String heap, List<String> arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(java(heap));
        command.add("--while-stdin-open");
        command.addAll(arguments);
        return start(name, logs, command);
    }

    /** Starts any other program, which must watch us by a way of its own. */
    public static RoleProcess start(String name, Path logs, List<String> command) {
        Path log = logs.resolve(name + ".log");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                    .start();
            return new RoleProcess(name, process, log);
        } catch (IOException e) {
            throw new OperationException("cannot start the process " + name + ": " + e.getMessage(), e);
        }
    }

    /** The words before a command's own: our Java, our jars, small heap. */
    public static List<String> java(String heap) {
        List<String> words = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:-UsePerfData",
                "-Xlog:disable",
                "--enable-native-access=ALL-UNNAMED"));
        words.addAll(MORE_OPTIONS);
        String temporary = System.getProperty("java.io.tmpdir", "");
        words.add("-Djava.io.tmpdir=" + temporary);
        words.add("-cp");
        words.add(classPath());
        words.add("packhorse.dist.Main");
        return words;
    }

    /** Surefire runs tests from a jar that only points at the others; the real list is in a property of its own. */
    private static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path", ""));
    }

    /** For people and the log file. */
    public String name() {
        return name;
    }

    /** Its number in the system. */
    public long pid() {
        return process.pid();
    }

    /** Whether it runs. */
    public boolean alive() {
        return process.isAlive();
    }

    /** Ends it as a power cut would. */
    public void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Waits for a command that ends by itself and returns what it printed. */
    public String finish(long secondsMax) throws InterruptedException {
        if (!process.waitFor(secondsMax, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new OperationException(name + " did not end within " + secondsMax + " s: " + lastLine());
        }
        if (process.exitValue() != 0) {
            throw new OperationException(name + " failed with exit code " + process.exitValue() + ": " + lastLine());
        }
        return output();
    }

    /** @throws OperationException with its last line where it ended by itself */
    public void requireAlive() {
        if (!process.isAlive()) {
            throw new OperationException(
                    name + " ended by itself with exit code " + process.exitValue() + ": " + lastLine());
        }
    }

    /** All that it wrote since its log was begun. */
    public String output() {
        try {
            return Files.readString(log, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What it wrote behind that many bytes of its log, which may have gone on from earlier runs. */
    public String outputAfter(long bytes) {
        try (InputStream in = Files.newInputStream(log)) {
            in.skipNBytes(bytes);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The last line it wrote, for an error line. */
    public String lastLine() {
        String[] lines = outputAfter(Math.max(0, log.toFile().length() - LAST_LINE_BYTES_MAX))
                .strip()
                .split("\n", -1);
        return lines[lines.length - 1].strip();
    }

    /** Asks it to leave; {@link #close} waits for that. */
    public void leave() {
        process.destroy();
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(LEAVE_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
