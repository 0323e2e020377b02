package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.Programs;

/**
 * Runs package systems below strace, which counts their system calls, and then ends or spoils one of them.
 *
 * <p>A program that is to be killed is, before the nth call that changes something; the process that started it dies with it, as far
 * as this one can: {@link Killed} is thrown, which nobody catches. There only the program itself is counted, not what it starts;
 * waiting for that is a call too.
 *
 * <p>A disk that fails does so for a program and for all that it starts: the nth call of each of those processes.
 */
final class TracedPrograms implements Programs {
    /** What changes a file, a name or what the disk holds, and the waiting for scripts. */
    private static final String CALLS =
            "rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,link,linkat,symlink,"
                    + "symlinkat,chmod,fchmod,fchmodat,chown,fchown,lchown,fchownat,utimensat,truncate,ftruncate,fallocate,write,"
                    + "pwrite64,fsync,fdatasync,sync_file_range,wait4";

    private static final Pattern CALL = Pattern.compile("([0-9]+) +([a-z0-9_]+)\\(");

    private final Programs inner;
    private final Path strace = OutsideProgram.require("strace");
    private final Path record;
    private final List<Long> counts = new ArrayList<>();
    private final List<List<String>> records = new ArrayList<>();
    private final Map<String, Ended> architectures = new HashMap<>();
    private Plan plan = new Plan.Nothing();
    private int runs;

    /** What becomes of the runs that change something. */
    private sealed interface Plan {
        record Nothing() implements Plan {}

        record Count() implements Plan {}

        record Watch(String calls) implements Plan {}

        record Kill(int run, long call) implements Plan {}

        record Fail(int run, Fault fault, long call, boolean forGood) implements Plan {}

        record Before(int run, Deed deed) implements Plan {}
    }

    /** Something that is done before a program runs. */
    interface Deed {
        void done() throws IOException;
    }

    /**
     * How a disk fails a program.
     *
     * @param calls that may fail, as strace has them
     * @param how what they say then, as strace has it
     */
    record Fault(String calls, String how) {}

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

    private void now(Plan next) {
        plan = next;
        runs = 0;
    }

    /** From now on counts what a program can be killed before. */
    void count() {
        counts.clear();
        now(new Plan.Count());
    }

    /** From now on looks what of these can fail. */
    void watch(Collection<Fault> faults) {
        records.clear();
        now(new Plan.Watch(faults.stream().map(Fault::calls).collect(Collectors.joining(","))));
    }

    /** How many calls can fail so, for each run that changes something: in that of its processes that has the most. */
    List<Long> watched(Fault fault) {
        Set<String> calls = Set.of(fault.calls().split(",", -1));
        List<Long> most = new ArrayList<>();
        for (List<String> lines : records) {
            Map<String, Long> perProcess = new HashMap<>();
            for (String line : lines) {
                // "123 fsync(4) = 0"; what is resumed was told before.
                Matcher call = CALL.matcher(line);
                if (call.lookingAt() && calls.contains(call.group(2))) {
                    perProcess.merge(call.group(1), 1L, Long::sum);
                }
            }
            most.add(perProcess.isEmpty() ? 0L : Collections.max(perProcess.values()));
        }
        return most;
    }

    /** How many calls there were, for each run that changes something. */
    List<Long> counts() {
        return List.copyOf(counts);
    }

    /** From now on the nth run that changes something is killed before its nth call. */
    void kill(int run, long call) {
        now(new Plan.Kill(run, call));
    }

    /**
     * From now on the nth run that changes something meets a disk that fails.
     *
     * @param call the first that fails
     * @param forGood whether all after it fail too, those of later runs among them
     */
    void fail(int run, Fault fault, long call, boolean forGood) {
        now(new Plan.Fail(run, fault, call, forGood));
    }

    /** From now on something is done before the nth run that changes something. */
    void before(int run, Deed deed) {
        now(new Plan.Before(run, deed));
    }

    /** From now on only passes on. */
    void leave() {
        now(new Plan.Nothing());
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
        int run = runs++;
        return switch (plan) {
            case Plan.Nothing nothing -> inner.run(command, frame);
            case Plan.Count count -> counted(command, frame);
            case Plan.Watch watch -> watched(watch, command, frame);
            case Plan.Kill kill when kill.run() == run -> killed(kill, command, frame);
            case Plan.Kill kill -> inner.run(command, frame);
            case Plan.Fail fail when fail.run() <= run -> failed(fail, run, command, frame);
            case Plan.Fail fail -> inner.run(command, frame);
            case Plan.Before before -> {
                if (before.run() == run) {
                    before.deed().done();
                }
                yield inner.run(command, frame);
            }
        };
    }

    private Ended counted(List<String> command, Frame frame) throws IOException, InterruptedException {
        Ended ended = inner.run(traced(CALLS, List.of("-o", record.toString()), command), frame);
        counts.add(recorded().stream().filter(line -> line.contains("(")).count());
        return ended;
    }

    private Ended watched(Plan.Watch watch, List<String> command, Frame frame)
            throws IOException, InterruptedException {
        Ended ended = inner.run(traced(watch.calls(), List.of("-f", "-o", record.toString()), command), frame);
        records.add(recorded());
        return ended;
    }

    private List<String> recorded() throws IOException {
        // What is written stands there too, in whatever bytes.
        return Files.readAllLines(record, StandardCharsets.ISO_8859_1);
    }

    private Ended killed(Plan.Kill kill, List<String> command, Frame frame) throws IOException, InterruptedException {
        String inject = "inject=" + CALLS + ":signal=SIGKILL:when=" + kill.call();
        Ended ended = inner.run(traced(CALLS, List.of("-o", "/dev/null", "-e", inject), command), frame);
        if (ended.code() == 128 + 9) {
            throw new Killed("killed before call " + kill.call() + " of " + String.join(" ", command));
        }
        return ended;
    }

    private Ended failed(Plan.Fail fail, int run, List<String> command, Frame frame)
            throws IOException, InterruptedException {
        if (run > fail.run() && !fail.forGood()) {
            return inner.run(command, frame);
        }
        Fault fault = fail.fault();
        String inject = "inject=" + fault.calls() + ":" + fault.how() + ":when=" + (run == fail.run() ? fail.call() : 1)
                + (fail.forGood() ? "+" : "");
        return inner.run(traced(fault.calls(), List.of("-f", "-o", "/dev/null", "-e", inject), command), frame);
    }

    private List<String> traced(String calls, List<String> options, List<String> command) {
        List<String> words = new ArrayList<>(List.of(strace.toString(), "-qq", "-e", "trace=" + calls));
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
