package packhorse.peer.channel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import javax.net.ssl.SSLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.state.Priority;
import packhorse.core.topology.EndpointId;

/**
 * One connection at work: libtorrent's socket on one side, the line to the other agent on the other, and a thread for each direction.
 *
 * <pre>
 *   RUNNING ──one direction ends──► HALF OPEN ──the other too──► CLOSED
 *      │                                │ lingered
 *      │ end(): not named any more, certificate over               ▲
 *      ├──► ENDING: libtorrent's side closes, what is under way is still counted ──done, or lingered──┤
 *      └── cut(): denied, stalled, channel closed ─────────────────┘
 * </pre>
 *
 * <p>Counting: a batch counts as out once it is written, and as in once it is opened, whether libtorrent still takes it or not. When
 * libtorrent hangs up, the receiving direction goes on until the other end says that it has finished, so at rest both ends
 * have counted the same bytes, unless the connection was cut or torn. What nobody answered is in neither account ({@link Meter}).
 */
final class Relay {
    private static final Logger LOG = LoggerFactory.getLogger(Relay.class);

    /** Who and what a connection is for. */
    record Purpose(Sha256 pack, EndpointId peer, boolean inbound, boolean wan) {}

    private final Purpose purpose;
    private final SocketChannel engine;
    private final Intake fromEngine;
    private final Line line;
    private final Meter meter;
    private final Shaper up;
    private final Shaper down;
    private final Shaper.Turn upTurn;
    private final Shaper.Turn downTurn;
    private final Instant notAfter;
    private final ChannelConfig config;
    private final LongSupplier nanoTime;
    private final Consumer<Relay> gone;
    private final AtomicInteger directions = new AtomicInteger(2);

    private final long startedNanos;

    private volatile Priority priority;
    private volatile boolean ending;
    /** When both sockets are closed whatever happens; meaningful once {@link #closing}. */
    private volatile long closeAtNanos;

    private volatile boolean closing;
    /** Since when the sender waits for the other end to take something; 0 while it does not. */
    private volatile long sendingSinceNanos;
    /** The same for the receiver and our own libtorrent. */
    private volatile long deliveringSinceNanos;

    /**
     * Joins the two sides.
     *
     * @param fromEngine libtorrent's side, with what was read from it already
     * @param count where the bytes are counted
     * @param up and {@code down}: rates of the WAN; a relay inside the site does not ask them
     * @param gone called once, when both directions ended
     */
    Relay(
            Purpose purpose,
            SocketChannel engine,
            Intake fromEngine,
            Line line,
            Tallies.Link count,
            Shaper up,
            Shaper down,
            Priority priority,
            Instant notAfter,
            ChannelConfig config,
            LongSupplier nanoTime,
            Consumer<Relay> gone) {
        this.purpose = purpose;
        this.engine = engine;
        this.fromEngine = fromEngine;
        this.line = line;
        this.meter = new Meter(count, purpose.inbound());
        this.up = up;
        this.down = down;
        this.upTurn = up.turn();
        this.downTurn = down.turn();
        this.priority = priority;
        this.notAfter = notAfter;
        this.config = config;
        this.nanoTime = nanoTime;
        this.gone = gone;
        this.startedNanos = nanoTime.getAsLong();
    }

    long ageNanos() {
        return nanoTime.getAsLong() - startedNanos;
    }

    Purpose purpose() {
        return purpose;
    }

    /** Whether its bytes go unencrypted. */
    boolean plain() {
        return line instanceof PlainLine;
    }

    void priority(Priority now) {
        priority = now;
    }

    /**
     * Carries bytes until the end; the calling thread takes one direction.
     *
     * @param first what came from the other end already
     */
    void run(byte[] first) {
        try {
            Thread.ofPlatform().daemon().name("channel-up-" + purpose.peer()).start(this::send);
        } catch (OutOfMemoryError e) {
            LOG.error("{}: there is no thread to send with: {}", purpose.peer(), e.getMessage());
            cut();
            fromEngine.release();
            oneLess();
        }
        receive(ByteBuffer.wrap(first));
    }

    /** Closes in order: nothing more is carried, what is under way is counted. */
    void end() {
        ending = true;
        closeWithin(config.linger().toNanos());
        up.withdraw(upTurn);
        down.withdraw(downTurn);
        Attempt.close(engine);
    }

    /** Closes at once. */
    void cut() {
        ending = true;
        closeWithin(0);
        Attempt.close(line.socket());
        Attempt.close(engine);
        up.withdraw(upTurn);
        down.withdraw(downTurn);
    }

    private synchronized void closeWithin(long nanos) {
        long at = nanoTime.getAsLong() + nanos;
        if (!closing || at - closeAtNanos < 0) {
            closeAtNanos = at;
            closing = true;
        }
    }

    /** Ends what has lasted too long; called several times a second. */
    void look(long nowNanos, Instant now) {
        if (closing && nowNanos - closeAtNanos >= 0) {
            cut();
        } else if (stalls(sendingSinceNanos, nowNanos) || stalls(deliveringSinceNanos, nowNanos)) {
            LOG.info("{}: nothing moves for {}; the connection is closed", purpose.peer(), config.stall());
            cut();
        } else if (!ending && !now.isBefore(notAfter)) {
            LOG.debug("{}: its certificate is over; a new connection shows the new one", purpose.peer());
            end();
        }
    }

    private boolean stalls(long sinceNanos, long nowNanos) {
        return sinceNanos != 0 && nowNanos - sinceNanos > config.stall().toNanos();
    }

    /** Never 0, which means that nobody waits. */
    private long stamp() {
        return nanoTime.getAsLong() | 1;
    }

    private int batchMax(Shaper shaper) {
        return purpose.wan() ? shaper.batchMax() : Buffers.BATCH;
    }

    private boolean pass(Shaper shaper, Shaper.Turn turn, long bytes) throws InterruptedException {
        return !purpose.wan() || shaper.pass(turn, priority, bytes);
    }

    private void send() {
        try {
            ByteBuffer batch = fromEngine.unused();
            boolean more = true;
            while (more) {
                int bytes = batch.remaining();
                if (bytes > 0 && (ending || !pass(up, upTurn, bytes))) {
                    break;
                }
                sendingSinceNanos = stamp();
                line.send(batch);
                sendingSinceNanos = 0;
                meter.sent(bytes);
                more = !ending && fromEngine.read(batchMax(up)) >= 0;
                batch = fromEngine.unused();
            }
        } catch (IOException e) {
            ended("sending", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.error("{}: sending failed", purpose, e);
            cut();
        } finally {
            sendingSinceNanos = stamp();
            finishLine();
            sendingSinceNanos = 0;
            fromEngine.release();
            oneLess();
        }
    }

    /** A torn connection is everyday; one whose records do not open is not. */
    private void ended(String what, IOException e) {
        if (e instanceof SSLException && !ending) {
            LOG.warn("{} {}: {} failed: {}", purpose.peer(), purpose.pack(), what, e.getMessage());
        } else {
            LOG.trace("{}: {} ended: {}", purpose, what, e.getMessage());
        }
    }

    private void finishLine() {
        try {
            line.finish();
            meter.finished();
        } catch (IOException e) {
            LOG.trace("{}: no orderly end: {}", purpose, e.getMessage());
        }
    }

    private void receive(ByteBuffer first) {
        try {
            meter.came(first.remaining());
            boolean deliver = deliver(first);
            boolean more = true;
            while (more) {
                for (ByteBuffer batch = line.next(); batch != null; batch = line.next()) {
                    meter.came(batch.remaining());
                    deliver = deliver && deliver(batch);
                    batch.position(batch.limit());
                }
                int came = line.fill(batchMax(down));
                more = came >= 0;
                if (more && deliver) {
                    deliver = pass(down, downTurn, came);
                }
            }
            meter.ended();
            shutDownEngine();
        } catch (IOException e) {
            ended("receiving", e);
            Attempt.close(engine);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            Attempt.close(engine);
        } catch (RuntimeException e) {
            LOG.error("{}: receiving failed", purpose, e);
            cut();
        } finally {
            line.release();
            oneLess();
        }
    }

    /** False once libtorrent takes no more. */
    private boolean deliver(ByteBuffer batch) {
        deliveringSinceNanos = stamp();
        try {
            while (batch.hasRemaining()) {
                int written = engine.write(batch);
                assert written >= 0;
            }
            return true;
        } catch (IOException e) {
            closeWithin(config.linger().toNanos());
            return false;
        } finally {
            deliveringSinceNanos = 0;
        }
    }

    private void shutDownEngine() {
        try {
            engine.shutdownOutput();
        } catch (IOException e) {
            LOG.trace("{}: libtorrent hung up first", purpose);
        }
    }

    private void oneLess() {
        if (directions.decrementAndGet() > 0) {
            closeWithin(config.linger().toNanos());
            return;
        }
        Attempt.close(engine);
        Attempt.close(line.socket());
        gone.accept(this);
    }
}
