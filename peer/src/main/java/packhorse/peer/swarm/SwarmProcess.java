package packhorse.peer.swarm;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.BadContentException;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.EngineCommand;
import packhorse.core.message.v1.EngineEvent;
import packhorse.core.message.v1.Envelope;
import packhorse.peer.process.ParentWatch;

/**
 * The program that libtorrent runs in: commands come in by standard input, events go out by standard output, in the frames that
 * all of Packhorse's roles speak; standard error is for the log. Native code that reads strangers' bytes can crash, hang or be
 * taken over; here it takes nothing along but itself, and has no right but to the store it serves.
 *
 * <p>It is started by {@link ProcessSwarm} in the store's directory and names all files through {@link #STORE}: so none of the
 * directories above the store has to be open to the user it runs as.
 *
 * <p>Two ends of it: told to stop, it says its last counters and ends. Left alone, it ends at once: when standard input ends, when
 * nobody reads its output, or when its parent is another process than the one that started it, whatever the pipes say. The kernel
 * closes what it listened on; the partial files are their own resume data, so nothing is lost by ending without ceremony.
 */
public final class SwarmProcess {
    /** The store's directory, as this process names it: Linux leads through the link without looking at the path. */
    static final String STORE = "/proc/self/cwd";

    private static final int FINE = 0;
    private static final int FAILED = 3;
    private static final int ORPHANED = 4;

    /** A command that the engine does not take now is offered again after this. */
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

    private static final int BUFFER_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(SwarmProcess.class);

    private final InputStream in;
    private final OutputStream out;
    private final ReentrantLock writing = new ReentrantLock();

    private SwarmProcess(InputStream in, OutputStream out) {
        this.in = in;
        this.out = out;
    }

    /**
     * Runs until told to stop or left alone.
     *
     * @param args the process id of the parent
     */
    public static void main(String[] args) {
        OutputStream out = new BufferedOutputStream(new FileOutputStream(FileDescriptor.out), BUFFER_BYTES);
        // Whoever prints means the log.
        System.setOut(System.err);
        ParentWatch.start(Long.parseLong(args[0]), () -> end(ORPHANED));
        int code;
        try {
            code = new SwarmProcess(new BufferedInputStream(System.in, BUFFER_BYTES), out).run();
        } catch (IOException e) {
            LOG.debug("the agent is gone", e);
            code = ORPHANED;
        } catch (RuntimeException e) {
            LOG.error("the swarm process cannot go on", e);
            code = FAILED;
        }
        end(code);
    }

    private static void end(int code) {
        Runtime.getRuntime().halt(code);
    }

    private int run() throws IOException {
        Optional<Envelope> first = FrameCodec.read(in);
        if (first.isEmpty() || !first.get().getEngineCommand().hasStart()) {
            LOG.error("this program is started by a Packhorse agent, not by hand");
            return FAILED;
        }
        LibtorrentSwarm engine;
        try {
            requireStore(Path.of(first.get().getEngineCommand().getStart().getData()));
            engine = LibtorrentSwarm.start(
                    CommandCodec.start(first.get().getEngineCommand().getStart()), this::tell);
        } catch (OperationException | IllegalArgumentException e) {
            tell(new SwarmEvent.Died(String.valueOf(e.getMessage())));
            return FAILED;
        }
        CommandCodec.Reader reader = new CommandCodec.Reader();
        for (Optional<Envelope> next = FrameCodec.read(in); next.isPresent(); next = FrameCodec.read(in)) {
            EngineCommand command = next.get().getEngineCommand();
            switch (command.getWhatCase()) {
                case ALIVE ->
                    engine.whenAlive(() -> write(EngineEvent.newBuilder()
                            .setAlive(command.getAlive())
                            .build()));
                case STOP -> {
                    engine.settle();
                    return FINE;
                }
                default -> take(command, reader, engine);
            }
        }
        return ORPHANED;
    }

    private static void requireStore(Path store) {
        if (!Files.isExecutable(store)) {
            throw new OperationException(
                    "the swarm process may not enter the store; see swarmUser in the configuration");
        }
    }

    private void take(EngineCommand message, CommandCodec.Reader reader, LibtorrentSwarm engine) {
        Optional<SwarmCommand> command;
        try {
            command = reader.read(message);
        } catch (BadContentException e) {
            refuse(message, e.getMessage());
            return;
        }
        if (command.isPresent()) {
            while (!engine.offer(command.get())) {
                if (!engine.isRunning()) {
                    throw new IllegalStateException("the engine has ended");
                }
                LockSupport.parkNanos(RETRY_NANOS);
            }
        }
    }

    private void refuse(EngineCommand message, @org.jspecify.annotations.Nullable String why) {
        if (message.hasAdd()) {
            tell(new SwarmEvent.Failed(
                    EngineFields.sha256(message.getAdd().getPack().getData().getSha256()), String.valueOf(why)));
        } else {
            LOG.error("outsiders cannot have it: {}", why);
        }
    }

    private void tell(SwarmEvent event) {
        write(EventCodec.encode(event));
    }

    /** Waits for a reader that is slow; ends the process when there is none any more. */
    private void write(EngineEvent event) {
        writing.lock();
        try {
            FrameCodec.write(
                    out,
                    Envelope.newBuilder()
                            .setVersion(FrameCodec.VERSION)
                            .setEngineEvent(event)
                            .build());
        } catch (IOException e) {
            end(ORPHANED);
        } finally {
            writing.unlock();
        }
    }
}
