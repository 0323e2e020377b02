package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.Programs;

/**
 * Runs package systems below strace, which counts the system calls that change something, and kills the program before the nth; the
 * process that started it dies with it, as far as this one can: {@link Killed} is thrown, which nobody catches.
 *
 * <p>Only the program itself is counted, not what it starts; waiting for that is a call too.
 */
final class TracedPrograms implements Programs {
    /** What changes a file, a name or what the disk holds, and the waiting for scripts. */
    private static final String CALLS =
            "rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,"
                    + "symlinkat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utimensat,truncate,ftruncate,fallocate,write,"
                    + "pwrite64,fsync,fdatasync,sync_file_range,wait4";

    private final Programs inner;
    private final Path strace = OutsideProgram.require("strace");
    private final Path record;
    private final List<Long> counts = new ArrayList<>();
    private final Map<String, Ended> architectures = new HashMap<>();
    private boolean counting;
    private int runs;
    private int killedRun = -1;
    private long killedCall;

    /** The program and its installer are dead. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;

        Killed(String where) {
            super(where, null, false, false);
        }
    }

    TracedPrograms(Programs inner, Path record) {
        this.inner = inner;
        this.record = record;
    }

    /** From now on counts, and kills nothing. */
    void count() {
        counts.clear();
        counting = true;
        killedRun = -1;
    }

    /** How many calls there were, for each run that changes something. */
    List<Long> counts() {
        return List.copyOf(counts);
    }

    /** From now on the nth run that changes something is killed before its nth call. */
    void kill(int run, long call) {
        counting = false;
        runs = 0;
        killedRun = run;
        killedCall = call;
    }

    /** From now on only passes on. */
    void leave() {
        counting = false;
        killedRun = -1;
    }

    @Override
    public Ended run(List<String> command, Frame frame) throws IOException, InterruptedException {
        if (command.getLast().endsWith("-architecture") || command.getLast().endsWith("-architectures")) {
            // Of the machine's processor, which nobody exchanges; asked for in every life.
            Ended known = architectures.get(command.getLast());
            if (known == null) {
                known = inner.run(command, frame);
                architectures.put(command.getLast(), known);
            }
            return known;
        }
        if (!changes(command)) {
            return inner.run(command, frame);
        }
        if (counting) {
            Ended ended = inner.run(traced(List.of("-o", record.toString()), command), frame);
            try (var lines = Files.lines(record)) {
                counts.add(lines.filter(line -> line.contains("(")).count());
            }
            return ended;
        }
        if (runs++ != killedRun) {
            return inner.run(command, frame);
        }
        Ended ended = inner.run(
                traced(
                        List.of("-o", "/dev/null", "-e", "inject=" + CALLS + ":signal=SIGKILL:when=" + killedCall),
                        command),
                frame);
        if (ended.code() == 128 + 9) {
            throw new Killed("killed before call " + killedCall + " of " + String.join(" ", command));
        }
        return ended;
    }

    private List<String> traced(List<String> options, List<String> command) {
        List<String> words = new ArrayList<>(List.of(strace.toString(), "-qq", "-e", "trace=" + CALLS));
        words.addAll(options);
        words.addAll(command);
        return words;
    }

    private static boolean changes(List<String> command) {
        return switch (String.valueOf(Path.of(command.getFirst()).getFileName())) {
            case "dpkg" ->
                !command.contains("--no-act")
                        && (command.contains("--install")
                                || command.contains("--remove")
                                || command.contains("--purge"));
            case "rpm" -> !command.contains("--test") && (command.contains("-U") || command.contains("-e"));
            default -> false;
        };
    }

    @Override
    public Optional<String> whyNotConfined() {
        return inner.whyNotConfined();
    }

    @Override
    public Optional<Path> find(String name) {
        return inner.find(name);
    }
}
