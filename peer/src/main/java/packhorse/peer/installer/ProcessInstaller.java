package packhorse.peer.installer;

import java.io.IOException;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.peer.adapter.Adapter;
import packhorse.peer.install.InstallTask;
import packhorse.peer.installer.engine.InstallProgress;
import packhorse.peer.installer.engine.InstallerReport;
import packhorse.peer.process.ChildProgram;
import packhorse.peer.process.RestartPace;
import packhorse.peer.process.WatchedProcess;
import packhorse.peer.process.WatchedProcess.Heard;

/**
 * The installer in a process of its own, kept alive: what it was told last is told again to each that follows one that died.
 *
 * <pre>
 *   starting ──alive──► working ──died, hung, lied──► pause ──► starting
 *       └──── does not start ─────────────────────────►┘
 * </pre>
 *
 * <p>One thread starts them, one after the other, and waits for the end of each; {@link WatchedProcess} talks with the one that runs. A
 * hang is noticed within five seconds, and {@link RestartPace} waits two at most, so ten are kept.
 */
public final class ProcessInstaller implements Installer {
    /** For the step under way; a longer one is left to be finished, and waited for by the installer after this one. */
    private static final Duration STOP_MAX = Duration.ofSeconds(10);

    private static final int PRIVATE_DIRECTORY = 0700;
    private static final String SERVICES = "META-INF/services/" + Adapter.class.getName();
    /** Libraries that adapters use and that are not named here by class, for each has one home. */
    private static final List<String> LIBRARIES = List.of(
            "com/google/protobuf/Message.class",
            "org/bouncycastle/crypto/signers/Ed25519Signer.class",
            "org/apache/commons/compress/archivers/ArchiveEntry.class",
            "org/apache/commons/io/IOUtils.class",
            "org/apache/commons/codec/Charsets.class",
            "org/apache/commons/lang3/ArrayUtils.class",
            "com/github/luben/zstd/ZstdInputStream.class",
            "org/tukaani/xz/XZInputStream.class");

    private static final Logger LOG = LoggerFactory.getLogger(ProcessInstaller.class);

    private final InstallerProcessConfig config;
    private final Listener listener;
    private final LongSupplier nanoTime;
    private final Confinement confinement;
    private final ChildProgram program;
    private final AtomicReference<InstallerOrder.@Nullable Tasks> wanted = new AtomicReference<>();
    private final AtomicReference<@Nullable Child> current = new AtomicReference<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    /** Held while somebody is told something. */
    private final ReentrantLock telling = new ReentrantLock();

    private final Thread keeper;

    /** What the process has to be told now. */
    private enum Wish {
        TASKS,
        LOOK
    }

    private ProcessInstaller(InstallerProcessConfig config, String main, Listener listener, LongSupplier nanoTime) {
        this.config = config;
        this.listener = listener;
        this.nanoTime = nanoTime;
        this.confinement = Confinement.choose();
        confinement
                .exposed()
                .ifPresent(why -> LOG.warn("the installer's process is not apart as it should be: {}", why));
        this.program = new ChildProgram(
                "the installer's process",
                confinement.prefix(),
                config.classPath().isEmpty() ? ownClassPath() : config.classPath(),
                main,
                ChildProgram.Work.HASHES,
                config.heapBytes(),
                scratch());
        this.keeper = Thread.ofPlatform().daemon().name("installer-keeper").unstarted(this::keep);
    }

    /** Starts to keep one alive; returns at once. */
    public static ProcessInstaller start(InstallerProcessConfig config, Listener listener, LongSupplier nanoTime) {
        return start(config, InstallerProcess.class.getName(), listener, nanoTime);
    }

    /**
     * The same with another program.
     *
     * @param main the program's class
     */
    static ProcessInstaller start(
            InstallerProcessConfig config, String main, Listener listener, LongSupplier nanoTime) {
        ProcessInstaller installer = new ProcessInstaller(config, main, listener, nanoTime);
        installer.keeper.start();
        return installer;
    }

    /** What of this program's class path the process needs, and every jar that brings an adapter. */
    static List<Path> ownClassPath() {
        List<Path> places = new ArrayList<>(
                ChildProgram.places(List.of(InstallerProcess.class, Sha256.class, LoggerFactory.class)));
        ClassLoader loader = ProcessInstaller.class.getClassLoader();
        for (String library : LIBRARIES) {
            URL found = loader.getResource(library);
            if (found != null) {
                places.add(ChildProgram.placeOfEntry(found, up(library)));
            }
        }
        try {
            loader.getResources(SERVICES)
                    .asIterator()
                    .forEachRemaining(jar -> places.add(ChildProgram.placeOfEntry(jar, up(SERVICES))));
        } catch (IOException e) {
            throw new OperationException("cannot tell which jars bring adapters: " + e.getMessage(), e);
        }
        return places.stream().distinct().toList();
    }

    /** From a file to the directory that its name is seen from. */
    private static String up(String name) {
        return "../".repeat((int) name.chars().filter(each -> each == '/').count() + 1);
    }

    private Path scratch() {
        return config.settings().data().resolve("tmp");
    }

    /** The process that runs now, for those who watch over the machine, and for tests that do it harm. */
    Optional<Long> pid() {
        return Optional.ofNullable(current.get()).map(child -> child.process.pid());
    }

    private void keep() {
        RestartPace pace = new RestartPace();
        while (closed.getCount() > 0) {
            long startedNanos = nanoTime.getAsLong();
            String why;
            try {
                why = liveOnce();
            } catch (OperationException e) {
                why = String.valueOf(e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            Child dead = current.getAndSet(null);
            if (dead != null) {
                dead.process.close();
            }
            if (closed.getCount() == 0) {
                return;
            }
            LOG.error("the installer's process ended: {}; it is started again", why);
            tellDeath(why);
            pause(pace.died(nanoTime.getAsLong() - startedNanos));
        }
    }

    private void pause(Duration length) {
        try {
            boolean ending = closed.await(length.toNanos(), TimeUnit.NANOSECONDS);
            LOG.debug("paused for {}, ending: {}", length, ending);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** One process from its start to its end, and why that came. */
    private String liveOnce() throws InterruptedException {
        prepare();
        Child child = new Child(program.start(config.settings().data()));
        current.set(child);
        if (closed.getCount() == 0) {
            return "closed";
        }
        child.tell(Wish.TASKS);
        child.process.awaitReady();
        try {
            return child.ended.get();
        } catch (ExecutionException e) {
            throw new OperationException(String.valueOf(e.getMessage()), e);
        }
    }

    /** Directories that are there before the process is, for it starts in one. */
    private void prepare() {
        Path data = config.settings().data();
        try {
            for (Path directory : List.of(data, scratch())) {
                Files.createDirectories(directory);
                Files.setAttribute(directory, "unix:mode", PRIVATE_DIRECTORY, LinkOption.NOFOLLOW_LINKS);
            }
        } catch (IOException e) {
            throw new OperationException(
                    "the installer's directory " + data + " cannot be made: " + e.getMessage()
                            + "; mend the disk or its permissions",
                    e);
        }
    }

    /** What is said with one process. */
    private final class Child implements WatchedProcess.Dialogue<Wish> {
        private final WatchedProcess<Wish> process;
        private final CompletableFuture<String> ended = new CompletableFuture<>();
        private final InstallerCodec.News news = new InstallerCodec.News();
        /** Told last; only the thread that writes enters. */
        private InstallerOrder.@Nullable Tasks told;

        Child(Process started) {
            this.process = WatchedProcess.of(
                    started, new WatchedProcess.Watch("installer", config.ask(), config.silence()), this);
        }

        void tell(Wish wish) {
            boolean taken = process.offer(wish);
            // A process that does not take so many will be found to be hung.
            LOG.trace("told {}: {}", wish, taken);
        }

        @Override
        public Envelope greeting() {
            return envelopes(new InstallerOrder.Start(config.settings(), config.trustedRoot()))
                    .getFirst();
        }

        @Override
        public Envelope question(long number) {
            return envelopes(new InstallerOrder.Alive(number)).getFirst();
        }

        @Override
        public Envelope goodbye() {
            return envelopes(new InstallerOrder.Stop()).getFirst();
        }

        @Override
        public List<Envelope> say(Wish wish) {
            return switch (wish) {
                case LOOK -> envelopes(new InstallerOrder.Look());
                case TASKS -> {
                    InstallerOrder.Tasks newest = wanted.get();
                    if (newest == null || newest.equals(told)) {
                        yield List.of();
                    }
                    told = newest;
                    yield envelopes(newest);
                }
            };
        }

        @Override
        public Heard hear(Envelope event) {
            if (!event.hasInstallerEvent()) {
                throw new IllegalArgumentException("a message that is no event of an installer");
            }
            Optional<InstallerNews> heard = news.read(event.getInstallerEvent());
            return heard.isEmpty() ? new Heard.News() : take(heard.get());
        }

        private Heard take(InstallerNews heard) {
            return switch (heard) {
                case InstallerNews.Alive(long number) -> number == 0 ? new Heard.Ready() : new Heard.Alive(number);
                case InstallerNews.Died(String reason) -> new Heard.Doomed(reason);
                case InstallerNews.Report(InstallerReport report) -> {
                    tellReport(report);
                    yield new Heard.News();
                }
                case InstallerNews.Progress(InstallProgress progress) -> {
                    tellProgress(progress);
                    yield new Heard.News();
                }
            };
        }

        @Override
        public void ended(String reason) {
            boolean first = ended.complete(reason);
            LOG.debug("ended, first {}: {}", first, reason);
        }
    }

    private static List<Envelope> envelopes(InstallerOrder order) {
        return InstallerCodec.write(order).stream()
                .map(message -> Envelope.newBuilder()
                        .setVersion(FrameCodec.VERSION)
                        .setInstallerCommand(message)
                        .build())
                .toList();
    }

    /** What the process found out about itself, and why it is so. */
    private InstallerReport explained(InstallerReport report) {
        List<String> lines = new ArrayList<>();
        report.exposed().ifPresent(lines::add);
        confinement.exposed().ifPresent(lines::add);
        return new InstallerReport(
                report.revision(),
                report.tasks(),
                report.lines(),
                report.unconfined(),
                lines.isEmpty() ? Optional.empty() : Optional.of(String.join(": ", lines)));
    }

    private void tellReport(InstallerReport report) {
        tell(() -> listener.report(explained(report)));
    }

    private void tellProgress(InstallProgress progress) {
        tell(() -> listener.progress(progress));
    }

    private void tellDeath(String why) {
        tell(() -> listener.died(why));
    }

    private void tell(Runnable news) {
        telling.lock();
        try {
            news.run();
        } catch (RuntimeException e) {
            LOG.error("nobody took what the installer said", e);
        } finally {
            telling.unlock();
        }
    }

    @Override
    public void tasks(long revision, List<InstallTask> tasks) {
        wanted.set(new InstallerOrder.Tasks(revision, tasks));
        tell(Wish.TASKS);
    }

    @Override
    public void look() {
        tell(Wish.LOOK);
    }

    private void tell(Wish wish) {
        Child child = current.get();
        if (child != null) {
            child.tell(wish);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        Child last = current.get();
        if (last != null && !last.process.stop(STOP_MAX)) {
            LOG.warn("the installer's process {} finishes its step and ends then", last.process.pid());
        }
        keeper.interrupt();
    }
}
