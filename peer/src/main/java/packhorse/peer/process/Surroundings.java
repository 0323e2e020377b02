package packhorse.peer.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import packhorse.core.OperationException;

/** What of this machine decides about a child's rights: who we are, which tools are there, what they can do here. */
public final class Surroundings {
    private static final List<String> PLACES = List.of("/usr/bin", "/bin", "/usr/sbin", "/sbin");
    private static final long PROBE_SECONDS_MAX = 5;

    private Surroundings() {}

    /**
     * Whether this process is the machine's root; everybody who does something else then asks here.
     *
     * @throws OperationException where that cannot be told: a guess would give rights away, or files to nobody
     */
    public static boolean isRoot() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid") instanceof Integer uid && uid == 0;
        } catch (IOException e) {
            throw new OperationException("/proc/self cannot be read, so nobody knows who this is; mount /proc", e);
        }
    }

    /** A program of the system, whatever the environment calls the search path. */
    public static Optional<Path> program(String name) {
        return PLACES.stream()
                .map(place -> Path.of(place, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /**
     * Runs a command behind {@code prefix} and says what came in its way, tried out.
     *
     * @return empty when it ended well
     */
    public static Optional<String> obstacle(List<String> prefix, List<String> command) {
        try {
            Process process = new ProcessBuilder(
                            Stream.concat(prefix.stream(), command.stream()).toList())
                    .directory(Path.of("/").toFile())
                    .redirectErrorStream(true)
                    .start();
            process.getOutputStream().close();
            String said = OneLine.of(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            if (!process.waitFor(PROBE_SECONDS_MAX, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                return Optional.of(prefix.getFirst() + " does not answer");
            }
            return process.exitValue() == 0 ? Optional.empty() : Optional.of(said);
        } catch (IOException e) {
            return Optional.of(prefix.getFirst() + " cannot be run: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("interrupted");
        }
    }

    /** The command that ends well where all of these can be read, and else says which cannot. */
    public static List<String> reading(List<Path> needed) {
        List<String> command = new ArrayList<>(
                List.of("/bin/sh", "-c", "for f; do test -r \"$f\" || { echo \"$f\"; exit 1; }; done", "sh"));
        needed.forEach(file -> command.add(file.toString()));
        return command;
    }
}
