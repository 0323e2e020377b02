package packhorse.peer.swarm;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** A peer in a JVM of its own, so that it can be killed or lie without taking the test along. */
final class PeerProcess implements AutoCloseable {
    /** Longer than anything that a peer is asked for takes on a busy machine. */
    private static final long PATIENCE_SECONDS = 180;

    private final Process process;
    /** What it said and nobody took yet; empty is the end. */
    private final BlockingQueue<Optional<String>> said = new LinkedBlockingQueue<>();

    final PeerAddress address;

    private PeerProcess(Process process) throws IOException {
        this.process = process;
        Thread reader = Thread.ofVirtual().start(this::listen);
        try {
            this.address = PeerAddress.parse(await("LISTENING "));
        } catch (IOException e) {
            process.destroyForcibly();
            reader.interrupt();
            throw e;
        }
    }

    private void listen() {
        try (BufferedReader out = process.inputReader(StandardCharsets.UTF_8)) {
            out.lines().map(Optional::of).forEach(said::add);
        } catch (IOException | UncheckedIOException e) {
            said.add(Optional.of("its output cannot be read: " + e.getMessage()));
        } finally {
            said.add(Optional.empty());
        }
    }

    /** Runs {@code main} with the arguments; it says "LISTENING ip:port" once it does. */
    static PeerProcess start(Class<?> main, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElse("java"),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx192m",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new PeerProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    long pid() {
        return process.pid();
    }

    IpAddress ip() {
        return address.ip();
    }

    /** Waits for a line that begins so, not for ever; returns the rest of it. */
    String await(String beginning) throws IOException {
        List<String> others = new ArrayList<>();
        try {
            while (true) {
                Optional<String> line = said.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (line == null) {
                    throw new IOException("the peer process " + process.pid() + " did not say \"" + beginning
                            + "\" within " + PATIENCE_SECONDS + " s; it said " + others);
                }
                if (line.isEmpty()) {
                    said.add(line);
                    throw new IOException("the peer process " + process.pid() + " ended before it said \"" + beginning
                            + "\"; it said " + others);
                }
                if (line.get().startsWith(beginning)) {
                    return line.get().substring(beginning.length());
                }
                others.add(line.get());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(
                    "interrupted while the peer process " + process.pid() + " was to say " + beginning, e);
        }
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }

    static String at(Path path) {
        return path.toAbsolutePath().toString();
    }
}
