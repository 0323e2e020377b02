package packhorse.dist.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import packhorse.core.OperationException;

/**
 * A program that this one started and ends with. What it writes to the error stream goes to a file that is shown when it fails;
 * its standard output is read here or goes there too.
 */
final class Child implements AutoCloseable {
    /** How often a condition is looked at; small against the seconds that are measured. */
    private static final Duration LOOK_EVERY = Duration.ofMillis(10);

    /** How long a program gets to end by itself before it is ended. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final String name;
    private final Process process;
    private final Path log;
    private long peakResidentBytes;

    private Child(String name, Process process, Path log) {
        this.name = name;
        this.process = process;
        this.log = log;
    }

    /** Starts {@code command}; all it writes goes to {@code name.log} in {@code scratch}. */
    static Child start(String name, Scratch scratch, List<String> command) {
        return start(name, scratch, command, false);
    }

    /** Starts {@code command}, whose standard output {@link #line} reads. */
    static Child talkTo(String name, Scratch scratch, List<String> command) {
        return start(name, scratch, command, true);
    }

    private static Child start(String name, Scratch scratch, List<String> command, boolean talk) {
        Path log = scratch.path(name + ".log");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(log.toFile());
        if (!talk) {
            builder.redirectErrorStream(true).redirectOutput(log.toFile());
        }
        try {
            Child child = new Child(name, builder.start(), log);
            scratch.onClose(child);
            return child;
        } catch (IOException e) {
            throw new OperationException("cannot start " + command.getFirst() + ": " + e.getMessage(), e);
        }
    }

    long pid() {
        return process.pid();
    }

    boolean alive() {
        return process.isAlive();
    }

    /** Processor seconds so far; only while it lives. */
    double cpuSeconds() {
        return Proc.cpuSeconds(process.pid());
    }

    /** The largest resident set that was seen at any {@link #await} or {@link #end}. */
    long peakResidentBytes() {
        lookAtMemory();
        return peakResidentBytes;
    }

    private void lookAtMemory() {
        OptionalLong seen = Proc.peakResidentBytes(process.pid());
        peakResidentBytes = Math.max(peakResidentBytes, seen.orElse(0));
    }

    /** The next line of its standard output. */
    String line() {
        try {
            BufferedReader reader = process.inputReader();
            String line = reader.readLine();
            if (line == null) {
                throw failed("ended without an answer");
            }
            return line;
        } catch (IOException e) {
            throw failed(String.valueOf(e.getMessage()));
        }
    }

    /** Writes one line to its standard input. */
    void tell(String line) {
        try {
            process.outputWriter().write(line + "\n");
            process.outputWriter().flush();
        } catch (IOException e) {
            throw failed(String.valueOf(e.getMessage()));
        }
    }

    /** Waits until {@code condition} holds. The child must live until then. */
    void await(String what, Duration limit, BooleanSupplier condition) {
        long start = System.nanoTime();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - start > limit.toNanos()) {
                throw failed("did not get to \"" + what + "\" within " + limit.toSeconds() + " s");
            }
            lookAtMemory();
            if (waitFor(LOOK_EVERY) && !condition.getAsBoolean()) {
                throw failed("ended before \"" + what + "\"");
            }
        }
    }

    /** Waits until it has ended well. */
    void end(Duration limit) {
        long start = System.nanoTime();
        do {
            lookAtMemory();
            if (System.nanoTime() - start > limit.toNanos()) {
                throw failed("did not end within " + limit.toSeconds() + " s");
            }
        } while (!waitFor(LOOK_EVERY));
        if (process.exitValue() != 0) {
            throw failed("ended with exit code " + process.exitValue());
        }
    }

    private boolean waitFor(Duration time) {
        try {
            return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationException("interrupted while " + name + " was running", e);
        }
    }

    /** What it has written. */
    String written() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private OperationException failed(String how) {
        String said = written().strip();
        String tail = said.substring(Math.max(0, said.length() - 600)).replaceAll("\\s*\\R\\s*", " | ");
        return new OperationException(name + " " + how + (tail.isEmpty() ? "" : "; it said: " + tail));
    }

    /** Ends it, gently first. */
    @Override
    public void close() {
        process.destroy();
        boolean interrupted = Thread.interrupted();
        if (!interrupted && waitFor(GRACE)) {
            return;
        }
        process.destroyForcibly();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
