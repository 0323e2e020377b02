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
 * Starts the machine again where a release needs it, its order lets us, and the agent said that it is time. Where the command fails, or
 * ends well and the machine runs on (somebody inhibits or cancels what it began), it is run again after a while, as long as somebody waits
 * for it and the agent's word stands. The engine's thread owns it, but for {@link #run}.
 */
final class Restart {
    /** After a failed attempt; whoever mends what hinders it need not hurry. */
    private static final Duration PAUSE = Duration.ofMinutes(5);
    /** A machine that goes down waits for its services, each a minute and a half by systemd's default; one after the other, a few. */
    private static final Duration GOING_DOWN = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(Restart.class);

    private final List<String> command;
    private final Path directory;
    private final Programs programs;
    private @Nullable Running running;
    private Optional<String> trouble = Optional.empty();
    /** Whether the last attempt has ended. */
    private boolean over;
    /** Whether an attempt that ended well had no effect. */
    private boolean unheeded;

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
        return !command.isEmpty() && (running == null || (over && nowNanos - againNanos >= 0));
    }

    /** An attempt, which the engine launches. */
    Running begin() {
        if (over && trouble.isEmpty()) {
            unheeded = true;
        }
        Running fresh = Running.aside();
        running = fresh;
        over = false;
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

    /** What became of the command; where it ended well the machine is going down, or somebody keeps it from that. */
    void ended(@Nullable Throwable fault, long nowNanos) {
        over = true;
        if (fault != null) {
            hindered("cannot do it: " + StepFailure.reason(fault));
            againNanos = nowNanos + PAUSE.toNanos();
        } else {
            if (unheeded) {
                hindered("ended well before, but the machine ran on");
            } else {
                trouble = Optional.empty();
            }
            againNanos = nowNanos + GOING_DOWN.toNanos();
        }
    }

    private void hindered(String why) {
        String line =
                "the machine has to start again, and " + String.join(" ", command) + " " + why + "; start it by hand";
        LOG.error("{}", line);
        trouble = Optional.of(line);
    }
}
