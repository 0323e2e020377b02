package packhorse.peer.installer.engine;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.Programs;
import packhorse.peer.install.Next;
import packhorse.peer.install.TaskStatus.Gate;

/**
 * Starts the machine again where a release needs it, its order lets us, and the agent said that it is time. The command is run once; where
 * it fails, again after a pause, as long as somebody waits for it and the agent's word stands. The engine's thread owns it, but for {@link #run}.
 */
final class Restart {
    /** After a failed attempt; whoever mends what hinders it need not hurry. */
    private static final Duration PAUSE = Duration.ofMinutes(5);

    private static final Logger LOG = LoggerFactory.getLogger(Restart.class);

    private final List<String> command;
    private final Path directory;
    private final Programs programs;
    private @Nullable Running running;
    private Optional<String> trouble = Optional.empty();
    private long againNanos;

    /**
     * Begins nothing.
     *
     * @param command that starts the machine again; empty: none is known
     * @param directory that it is run in
     */
    Restart(List<String> command, Path directory, Programs programs) {
        this.command = List.copyOf(command);
        this.directory = directory;
        this.programs = programs;
    }

    /**
     * What is waited for in truth, where the machine may be started again: its user, where nothing here can do it.
     *
     * @param wait for the agent's word, or for the start that was said to begin
     */
    Next.Wait told(Next.Wait wait) {
        if (command.isEmpty()) {
            return new Next.Wait(
                    Gate.REBOOT,
                    "the machine has to start again, and no command is known that does it (reboot: in the agent's"
                            + " configuration); start it by hand");
        }
        return wait.gate() == Gate.REBOOT
                ? trouble.map(line -> new Next.Wait(Gate.REBOOT, line)).orElse(wait)
                : wait;
    }

    /** Whether it is to be tried now. */
    boolean isDue(long nowNanos) {
        return !command.isEmpty() && (running == null || (trouble.isPresent() && nowNanos - againNanos >= 0));
    }

    /** An attempt, which the engine launches. */
    Running begin() {
        Running fresh = Running.aside();
        running = fresh;
        return fresh;
    }

    /** Whether that is the attempt under way, or the last. */
    boolean is(Running other) {
        return other.equals(running);
    }

    /** The command; a worker's. */
    Outcome run() throws Exception {
        Programs.Ended ended = programs.run(
                command,
                new Programs.Frame(directory, List.of(), List.of(), new TreeMap<>(), false, StepLimits.REBOOT));
        if (ended.code() != 0) {
            throw new OperationException("it ended with code " + ended.code() + ": " + ended.lastLine());
        }
        return Outcome.DONE;
    }

    /** What became of the command; where it ended well the machine is going down. */
    void ended(@Nullable Throwable fault, long nowNanos) {
        trouble = Optional.empty();
        if (fault != null) {
            String line = "the machine has to start again, and " + String.join(" ", command) + " cannot do it: "
                    + StepFailure.reason(fault) + "; start it by hand";
            LOG.error("{}", line);
            trouble = Optional.of(line);
            againNanos = nowNanos + PAUSE.toNanos();
        }
    }
}
