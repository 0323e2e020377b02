package packhorse.peer.hook;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.CodeClass;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Programs;
import packhorse.peer.process.Surroundings;

/**
 * Runs programs on this machine, each in a session and a control group of its own, confined ones in a {@link Sandbox} besides.
 *
 * <p>The way to a program is a chain in which each link becomes the next one ({@code exec}), so that its return code is the
 * run's: {@code setsid} (no terminal, no signals of ours), a constant line of {@code sh} that enters the control group before
 * anything else can begin (it reads nothing but names of files that are made here), limits ({@code prlimit}), then bubblewrap, or
 * {@code setpriv} so that the program dies with its installer; then the program, as an argument vector.
 *
 * <p>A run is over when its program ended or its time did; then everything in its control group is killed, whatever session, group or
 * parent it gave itself. Where the machine lets us make no group there are two weaker nets: a confined program's process namespace
 * dies with its first process, and of others we find what has the run's session or its mark in the environment. A new installer
 * first ends what a killed one left behind ({@link RunName}).
 *
 * <p>Linux sends the signal of a parent's death when the parent's <em>thread</em> ends, so each program is started and awaited by a
 * platform thread of its own; the carrier of a virtual one might retire before the program does.
 */
public final class MachinePrograms implements Programs {
    private static final Logger LOG = LoggerFactory.getLogger(MachinePrograms.class);

    private static final List<Path> PATH =
            List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/sbin"), Path.of("/bin"));

    /**
     * Enters the groups whose doors are named before {@code --} and becomes what is named after it. The installer keeps its own files
     * to itself; a program's are for everybody, as they are where people start it.
     */
    private static final String ENTER =
            "umask 022; while [ \"$1\" != -- ]; do echo 0 >\"$1\" || exit 125; shift; done; shift; exec \"$@\"";

    /** How often a running program's disks are looked at. */
    private static final Duration LOOK = Duration.ofMillis(250);

    /** How long its last words may take once all that spoke is dead. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(5);

    /** A sandbox around {@code true} takes ten milliseconds; a machine that has not done it in this time cannot. */
    private static final Duration TRIAL = Duration.ofSeconds(30);

    private final RunLimits limits;
    private final ControlGroups groups;
    private final List<Path> path;
    private final boolean root;

    private volatile boolean confinable;
    private volatile boolean saidUnbounded;

    /** With this machine's control groups; ends what a killed process left behind. */
    public MachinePrograms(RunLimits limits) {
        this(limits, ControlGroups.ofMachine(), PATH);
    }

    MachinePrograms(RunLimits limits, ControlGroups groups, List<Path> path) {
        this.limits = limits;
        this.groups = groups;
        this.path = List.copyOf(path);
        this.root = Surroundings.isRoot();
        groups.sweep();
        Leftovers.sweep();
    }

    @Override
    public Optional<Path> find(String name) {
        return path.stream()
                .map(one -> one.resolve(name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    @Override
    public Optional<String> whyNotConfined() {
        if (confinable) {
            return Optional.empty();
        }
        for (String needed : List.of("bwrap", "setpriv", "setsid", "prlimit")) {
            if (find(needed).isEmpty()) {
                return Optional.of("programs cannot be confined here: " + needed + " is not installed; install "
                        + (needed.equals("bwrap") ? "bubblewrap" : "util-linux"));
            }
        }
        Frame frame = new Frame(Path.of("/usr"), List.of(), List.of(), new TreeMap<>(), true, TRIAL);
        try {
            Ended trial = start(List.of("/usr/bin/true"), frame);
            confinable = trial.code() == 0;
            return confinable
                    ? Optional.empty()
                    : Optional.of("programs cannot be confined here: bwrap says \"" + trial.lastLine()
                            + "\"; let this system's root make namespaces");
        } catch (IOException | AdapterException e) {
            return Optional.of("programs cannot be confined here: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.of("programs cannot be confined here: the trial was interrupted; try again");
        }
    }

    @Override
    public Ended run(List<String> command, Frame frame) throws IOException, InterruptedException {
        if (frame.confined()) {
            Optional<String> why = whyNotConfined();
            if (why.isPresent()) {
                throw new AdapterException(CodeClass.ENVIRONMENT, why.get());
            }
        }
        requireExecutable(command.getFirst(), frame);
        return start(command, frame);
    }

    private void requireExecutable(String program, Frame frame) {
        Path file = program.contains("/")
                ? frame.directory().resolve(program)
                : find(program).orElse(Path.of(program));
        if (!Files.isRegularFile(file)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, program + " is not on this machine; install what brings it");
        }
        if (!Files.isExecutable(file)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    program + " may not be executed; publish it with its executable bit, or mend the machine's");
        }
    }

    private Ended start(List<String> command, Frame frame) throws IOException, InterruptedException {
        FutureTask<Ended> task = new FutureTask<>(() -> attend(command, frame));
        Thread thread = Thread.ofPlatform().daemon().name("program").start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            task.cancel(true);
            thread.join();
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AdapterException refused) {
                throw refused;
            }
            if (e.getCause() instanceof IOException io) {
                throw new IOException(io.getMessage(), io);
            }
            throw new IllegalStateException("the thread of " + command.getFirst() + " failed", e);
        }
    }

    /** From the group's making to its end; on the program's own thread. */
    private Ended attend(List<String> command, Frame frame) throws IOException, InterruptedException {
        RunName name = RunName.next();
        ControlGroup group = groups.open(name, frame.confined() ? limits : null);
        sayUnbounded(group);
        Captured captured = new Captured();
        Process process;
        try {
            process = builder(name, group, command, frame).start();
        } catch (IOException e) {
            group.end();
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, command.getFirst() + " cannot be started: " + e.getMessage(), e);
        }
        Thread reader = Thread.ofVirtual().start(() -> read(process, captured));
        boolean timedOut;
        Optional<String> full;
        try {
            full = await(process, frame);
            timedOut = full.isEmpty() && process.isAlive();
        } finally {
            Optional<String> met = frame.confined() ? group.met(limits) : Optional.empty();
            end(process, name, group);
            // Whoever holds the other side still is none of ours any more.
            if (!reader.join(LAST_WORDS)) {
                process.getInputStream().close();
            }
            met.ifPresent(line -> say(captured, line));
        }
        int code = process.waitFor();
        if (full.isPresent()) {
            throw new AdapterException(CodeClass.ENVIRONMENT, code, command.getFirst() + " " + full.get());
        }
        return new Ended(code, timedOut ? Optional.of(frame.timeout()) : Optional.empty(), captured.text());
    }

    private static void say(Captured captured, String line) {
        byte[] bytes = ("\n" + line + "\n").getBytes(java.nio.charset.StandardCharsets.UTF_8);
        captured.add(bytes, bytes.length);
    }

    private static void read(Process process, Captured captured) {
        try {
            captured.readAll(process.getInputStream());
        } catch (IOException e) {
            LOG.debug("a program's words end: {}", e.toString());
        }
    }

    /** Until it ends, its time does, or a disk it may write to is full; the last is told. */
    private Optional<String> await(Process process, Frame frame) throws IOException, InterruptedException {
        long until = System.nanoTime() + frame.timeout().toNanos();
        while (true) {
            long left = until - System.nanoTime();
            if (left <= 0 || process.waitFor(Math.min(left, LOOK.toNanos()), TimeUnit.NANOSECONDS)) {
                return Optional.empty();
            }
            if (!frame.confined()) {
                continue;
            }
            for (Path writable : frame.writable()) {
                if (Files.getFileStore(writable).getUsableSpace() < limits.freeBytesMin()) {
                    return Optional.of("was ended: there are less than " + (limits.freeBytesMin() >> 20)
                            + " MiB free where it may write, in " + writable + "; make room");
                }
            }
        }
    }

    /** Everything of a run. */
    private static void end(Process process, RunName name, ControlGroup group) {
        boolean grouped = !group.directories().isEmpty() && group.end();
        if (!grouped) {
            Leftovers.end(name, process.pid());
        }
        // Not by the Process itself: that would close the pipe before its last words are read.
        boolean asked = process.toHandle().destroyForcibly();
        LOG.trace("{} was asked to end: {}", name, asked);
    }

    private ProcessBuilder builder(RunName name, ControlGroup group, List<String> command, Frame frame)
            throws IOException {
        List<String> words = new ArrayList<>();
        find("setsid").ifPresent(setsid -> words.add(setsid.toString()));
        words.addAll(List.of("/bin/sh", "-c", ENTER, "sh"));
        group.doors().forEach(door -> words.add(door.toString()));
        words.add("--");
        SortedMap<String, String> environment = new TreeMap<>();
        if (frame.confined()) {
            words.add(found("prlimit").toString());
            words.add("--core=0");
            if (group.unbounded().contains("memory")) {
                words.add("--data=" + limits.memoryBytesMax());
            }
            words.addAll(new Sandbox(found("bwrap"), found("setpriv"), found("prlimit"), root, limits)
                    .around(command, frame, !group.unbounded().contains("pids")));
        } else {
            find("setpriv")
                    .ifPresent(setpriv -> words.addAll(List.of(setpriv.toString(), "--pdeathsig", "KILL", "--")));
            words.addAll(command);
            environment.putAll(frame.environment());
        }
        environment.put(RunName.VARIABLE, name.toString());
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(frame.directory().toFile())
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder;
    }

    private Path found(String name) {
        return find(name).orElseThrow(() -> new AdapterException(CodeClass.ENVIRONMENT, name + " is gone; install it"));
    }

    private void sayUnbounded(ControlGroup group) {
        if (!group.unbounded().isEmpty() && !saidUnbounded) {
            saidUnbounded = true;
            LOG.warn(
                    "confined programs have no bound of {} by a control group here: {}; their process namespace and"
                            + " their own limits have to do",
                    group.unbounded(),
                    group.why());
        }
    }

    /** What of confined programs no control group bounds here, and why; empty: each is bounded by one. */
    public Optional<String> whyNotBounded() {
        ControlGroup group = groups.open(RunName.next(), limits);
        try {
            return group.unbounded().isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            "no control group bounds " + String.join(" and ", group.unbounded()) + ": " + group.why());
        } finally {
            boolean gone = group.end();
            LOG.debug("the trial group is gone: {}", gone);
        }
    }
}
