package packhorse.peer.installer;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.durable.DurableFiles;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.peer.adapter.Adapters;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.desired.MachinePlatform;
import packhorse.peer.hook.HookRunner;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.installer.engine.ContentDesk;
import packhorse.peer.installer.engine.InstallEngine;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;
import packhorse.peer.installer.engine.InstallerSettings;
import packhorse.peer.installer.engine.Tools;
import packhorse.peer.installer.engine.Transactions;
import packhorse.peer.process.OneLine;
import packhorse.peer.process.ParentWatch;

/**
 * The program that changes the machine: orders come in by standard input, reports go out by standard output, in the frames that
 * all of Packhorse's roles speak; standard error is for the log.
 *
 * <p>It is started by {@link ProcessInstaller} as {@link Confinement} says. Four threads: this one goes through the tasks, one reads
 * orders and is the one to answer when asked for a sign of life, so that a step may take as long as its own bound allows; one writes;
 * one looks for the parent. One process works in a directory at a time, by the lock {@code lock} in it: a step that an earlier one
 * still finishes is waited for.
 *
 * <p>Whatever ends it, the step under way is finished and journalled first: told to stop, when standard input ends, when nobody
 * reads its output, when its parent is another process than the one that started it, asked by SIGTERM, told nonsense. A kill in
 * the middle of a step is what the journal is for.
 */
public final class InstallerProcess {
    private static final int FINE = 0;
    private static final int FAILED = 3;
    private static final int ORPHANED = 4;

    private static final Path BOOT = Path.of("/proc/sys/kernel/random/boot_id");
    private static final int PRIVATE_DIRECTORY = 0700;
    /** How often the lock that another process holds is tried again. */
    private static final long LOCK_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    /** For the last words, where the agent takes them. */
    private static final long SETTLE_MILLIS_MAX = 2_000;

    private static final int BUFFER_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(InstallerProcess.class);

    /** Why it ends: the code that it leaves with. */
    private static final class Ending extends Exception {
        private static final long serialVersionUID = 1;

        private final int code;

        Ending(int code) {
            super(null, null, false, false);
            this.code = code;
        }
    }

    private final InputStream in;
    private final OutputStream out;
    private final InstallEngine.Starter engines;
    private final Outgoing outgoing = new Outgoing();
    private final CompletableFuture<InstallerOrder.Start> start = new CompletableFuture<>();
    private final AtomicReference<@Nullable Ending> ending = new AtomicReference<>();
    private final AtomicReference<@Nullable InstallEngine> engine = new AtomicReference<>();
    /** Said before there was an engine; read by the engine's thread once there is. */
    private final AtomicReference<InstallerOrder.@Nullable Tasks> early = new AtomicReference<>();

    private final CountDownLatch over = new CountDownLatch(1);
    private final Optional<String> exposed = Confinement.network();

    private InstallerProcess(InputStream in, OutputStream out, InstallEngine.Starter engines) {
        this.in = in;
        this.out = out;
        this.engines = engines;
    }

    /**
     * Runs until told to stop or left alone.
     *
     * @param args the process id of the parent
     */
    public static void main(String[] args) {
        serve(args, (settings, desk, reporter) -> Transactions.with(tools()).open(settings, desk, reporter));
    }

    private static Tools tools() {
        return new Tools(
                Adapters.standard(),
                new HookRunner(),
                new MachinePrograms(RunLimits.DEFAULT),
                InstallDisk.real(),
                MachinePlatform.of(System.getProperty("os.name", ""), System.getProperty("os.arch", "")),
                InstantSource.system(),
                System::nanoTime,
                boot());
    }

    private static String boot() {
        try {
            return Files.readString(BOOT).strip();
        } catch (IOException e) {
            throw new OperationException(
                    BOOT + " cannot be read, so a new start of the machine cannot be told: " + DurableFiles.reason(e)
                            + "; mount /proc",
                    e);
        }
    }

    /** The same with another engine. */
    static void serve(String[] args, InstallEngine.Starter engines) {
        OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
        // Whoever prints means the log.
        System.setOut(System.err);
        InstallerProcess process = new InstallerProcess(new BufferedInputStream(System.in, BUFFER_BYTES), out, engines);
        ParentWatch.start(Long.parseLong(args[0]), () -> process.end(ORPHANED));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(process::endBySignal));
        Thread.ofPlatform().daemon().name("installer-orders").start(process::read);
        Thread.ofPlatform().daemon().name("installer-news").start(process::write);
        int code = FAILED;
        try {
            code = process.run();
        } finally {
            // Also after an Error: a main thread that ends by itself would leave the others answering for a dead
            // engine.
            process.over.countDown();
            Runtime.getRuntime().halt(code);
        }
    }

    private void endBySignal() {
        end(ORPHANED);
        try {
            over.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** From any thread; the first code counts. */
    private void end(int code) {
        Ending mine = new Ending(code);
        if (ending.compareAndSet(null, mine)) {
            boolean unstarted = start.completeExceptionally(mine);
            InstallEngine running = engine.get();
            if (running != null) {
                running.stop();
            }
            LOG.debug("ends with {}, started {}", code, !unstarted);
        }
    }

    private int run() {
        outgoing.say(new InstallerNews.Alive(0));
        int code = FINE;
        try {
            InstallerOrder.Start first = start.get();
            try (FileChannel held = alone(first.settings())) {
                LOG.debug("works in {} ({})", first.settings().data(), held);
                code = worked(first);
            }
        } catch (ExecutionException | Ending e) {
            LOG.debug("ends before it began", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            code = FAILED;
        } catch (OperationException | IOException e) {
            died(e.getMessage());
            code = FAILED;
        }
        settle();
        Ending why = ending.get();
        return code != FINE || why == null ? code : why.code;
    }

    /** Up to the last words, and with the lock: a step that does not end when told to goes on until the process is no more. */
    private int worked(InstallerOrder.Start first) {
        int code = FINE;
        try {
            work(first);
        } catch (OperationException | IOException e) {
            died(e.getMessage());
            code = FAILED;
        } catch (RuntimeException | Error e) {
            LOG.error("the installer cannot go on", e);
            died("the installer cannot go on: " + e);
            code = FAILED;
        }
        settle();
        return code;
    }

    private void settle() {
        try {
            outgoing.settle(SETTLE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void died(@Nullable String why) {
        outgoing.say(new InstallerNews.Died(OneLine.of(String.valueOf(why))));
    }

    /** Waits until no other process works in the directory. */
    private FileChannel alone(InstallerSettings settings) throws IOException, Ending {
        Path data = requireOwn(settings.data());
        FileChannel channel = FileChannel.open(
                data.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
        boolean waited = false;
        for (FileLock lock = channel.tryLock(); lock == null; lock = channel.tryLock()) {
            if (!waited) {
                LOG.info("another installer finishes its step in {}; this one waits for it", data);
                waited = true;
            }
            Ending why = ending.get();
            if (why != null) {
                channel.close();
                throw why;
            }
            LockSupport.parkNanos(LOCK_NANOS);
        }
        return channel;
    }

    /** Ours alone, or nothing that lies in it can be believed. */
    private static Path requireOwn(Path data) throws IOException {
        if (!Files.isDirectory(data, LinkOption.NOFOLLOW_LINKS)) {
            throw new OperationException(data + ", the installer's directory, is none; let the agent make it");
        }
        Object owner = Files.getAttribute(data, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        Object self = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        if (!Objects.equals(owner, self)) {
            throw new OperationException(data + ", the installer's directory, belongs to user " + owner
                    + ", not to user " + self + "; move it away, or give it to the right one with all that is in it");
        }
        Files.setAttribute(data, "unix:mode", PRIVATE_DIRECTORY, LinkOption.NOFOLLOW_LINKS);
        return data;
    }

    private void work(InstallerOrder.Start first) throws IOException {
        clear(first.settings().data().resolve("tmp"));
        ContentDesk desk = ProvingDesk.open(
                first.settings(), first.trustedRoot().toByteArray(), InstallDisk.real(), InstantSource.system());
        InstallEngine opened = engines.open(first.settings(), desk, new InstallEngine.Reporter() {
            @Override
            public void report(InstallerReport report) {
                outgoing.say(new InstallerNews.Report(new InstallerReport(
                        report.revision(), report.tasks(), report.lines(), report.unconfined(), exposed)));
            }

            @Override
            public void progress(InstallProgress progress) {
                outgoing.say(new InstallerNews.Progress(progress));
            }
        });
        engine.set(opened);
        InstallerOrder.Tasks said = early.get();
        if (said != null) {
            opened.tasks(said.revision(), said.tasks());
        }
        if (ending.get() != null) {
            opened.stop();
        }
        opened.run();
    }

    /** Libraries unpack themselves into it, and one that was killed could not clear up. */
    private static void clear(Path scratch) throws IOException {
        if (Files.isDirectory(scratch, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> left = Files.list(scratch)) {
                for (Path each : left.toList()) {
                    InstallDisk.real().delete(each);
                }
            }
        }
    }

    private void read() {
        InstallerCodec.Orders orders = new InstallerCodec.Orders();
        try {
            for (Optional<Envelope> next = FrameCodec.read(in); next.isPresent(); next = FrameCodec.read(in)) {
                if (!next.get().hasInstallerCommand()) {
                    throw new IllegalArgumentException("a message that is no order");
                }
                orders.read(next.get().getInstallerCommand()).ifPresent(this::take);
            }
            end(ORPHANED);
        } catch (IOException | IllegalArgumentException e) {
            String line = "the agent says what it cannot mean: " + e.getMessage();
            LOG.error("{}; this program is started by a Packhorse agent, not by hand", line);
            died(line);
            end(FAILED);
        }
    }

    private void take(InstallerOrder order) {
        switch (order) {
            case InstallerOrder.Start first -> {
                if (!start.complete(first) && ending.get() == null) {
                    throw new IllegalArgumentException("a second start");
                }
            }
            case InstallerOrder.Alive(long number) -> outgoing.say(new InstallerNews.Alive(number));
            case InstallerOrder.Stop() -> end(FINE);
            case InstallerOrder.Tasks tasks -> {
                requireStarted();
                // In this order: whichever of both threads comes second tells the engine.
                early.set(tasks);
                InstallEngine running = engine.get();
                if (running != null) {
                    running.tasks(tasks.revision(), tasks.tasks());
                }
            }
            case InstallerOrder.Look() -> {
                requireStarted();
                InstallEngine running = engine.get();
                if (running != null) {
                    running.look();
                }
            }
        }
    }

    private void requireStarted() {
        if (!start.isDone()) {
            throw new IllegalArgumentException("an order before the start");
        }
    }

    private void write() {
        try {
            outgoing.write(out);
        } catch (IOException e) {
            LOG.debug("the agent is gone", e);
            end(ORPHANED);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
