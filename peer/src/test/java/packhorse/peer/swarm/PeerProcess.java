package packhorse.peer.swarm;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** A peer in a JVM of its own, so that it can be killed or lie without taking the test along. */
final class PeerProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;
    final PeerAddress address;

    private PeerProcess(Process process, BufferedReader out, PeerAddress address) {
        this.process = process;
        this.out = out;
        this.address = address;
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
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String line = await(process, out, "LISTENING ");
        return new PeerProcess(process, out, PeerAddress.parse(line));
    }

    long pid() {
        return process.pid();
    }

    IpAddress ip() {
        return address.ip();
    }

    /** Waits for a line that begins so; returns the rest of it. */
    String await(String beginning) throws IOException {
        return await(process, out, beginning);
    }

    private static String await(Process process, BufferedReader out, String beginning) throws IOException {
        List<String> seen = new ArrayList<>();
        String line = out.readLine();
        while (line != null) {
            if (line.startsWith(beginning)) {
                return line.substring(beginning.length());
            }
            seen.add(line);
            line = out.readLine();
        }
        throw new IOException(
                "the peer process " + process.pid() + " ended before it said \"" + beginning + "\"; it said " + seen);
    }

    /** As {@code kill -9}. */
    void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void close() {
        process.destroyForcibly();
        process.onExit().orTimeout(20, TimeUnit.SECONDS).join();
    }

    static String at(Path path) {
        return path.toAbsolutePath().toString();
    }
}
