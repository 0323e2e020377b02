package packhorse.core.wire;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.session.IoSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.PlainText;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Envelope.BodyCase;
import packhorse.core.message.v1.Goodbye;
import packhorse.core.message.v1.Ping;
import packhorse.core.message.v1.Pong;

/**
 * One connection at either end, from TCP to its end.
 *
 * <pre>
 *   HANDSHAKING  TLS; nothing of ours yet         → GREETING when it is done and names a machine of the deployment
 *   GREETING     Hello one way, Welcome back      → OPEN
 *   OPEN         messages, heartbeats             → FAREWELL by close(), ENDED by silence, a cut, nonsense or Goodbye
 *   FAREWELL     Goodbye is on its way, nothing is read any more → ENDED when it is read or {@link WireConfig#FAREWELL_MAX} passed
 *   ENDED        the owner has been told why; once, when leaving OPEN or what is before it
 * </pre>
 *
 * <p><b>Out.</b> Messages become frames at once and wait in {@link Outgoing}; when the kernel has what was written the next follows.
 *
 * <p><b>In.</b> A message that the owner does not take (its mailbox is full) is kept, reading stops, so TCP slows the other end
 * down, and it is offered again by {@link #tick}. Neither Ping nor Pong goes to the owner.
 */
final class WireChannel implements WireSession {
    private static final Logger LOG = LoggerFactory.getLogger(WireChannel.class);

    /** What may still go out before a Goodbye; more would be in its way. */
    private static final int FAREWELL_BYTES_MAX = 64 << 10;

    enum State {
        HANDSHAKING,
        GREETING,
        OPEN,
        FAREWELL,
        ENDED
    }

    /** Whose channel it is. Methods are called by the thread that reads or by the one that keeps time; they do not block. */
    interface Owner {
        /** TLS is done. */
        void secured(WireChannel channel);

        /** A message before the session is open. */
        void greeted(WireChannel channel, Envelope message);

        /** A message of an open session; false when there is no room for it now. */
        boolean received(WireChannel channel, Envelope message);

        /** It is over; {@code retry} is what a Goodbye of the other end said, else true. */
        void ended(WireChannel channel, State from, String why, boolean retry);
    }

    private final Object lock = new Object();
    private final IoSession io;
    private final Owner owner;
    private final WireConfig config;
    private final InetSocketAddress remote;
    private final long startedNanos;
    private final FrameAssembler assembler = new FrameAssembler(WireConfig.GREETING_BYTES_MAX);
    private volatile FrameAllowance allowance;

    private final CountDownLatch gone = new CountDownLatch(1);

    private volatile State state = State.HANDSHAKING;
    private volatile boolean wasOpen;
    private volatile boolean saidGoodbye;
    private volatile @Nullable RemoteIdentity peer;
    private volatile long heardNanos;
    private volatile int version = FrameCodec.VERSION_LEAST;
    private volatile Set<String> features = Set.of();
    private volatile long heartbeatNanos;

    // Guarded by lock.
    private final Outgoing outgoing;

    // Guarded by lock.
    private @Nullable ArrayDeque<Envelope> untaken;

    // Only the thread that keeps time, below.
    private long probedNanos;

    // Written under this when the state becomes FAREWELL.
    private volatile long farewellNanos;

    WireChannel(IoSession io, InetSocketAddress remote, WireConfig config, Owner owner, long nowNanos) {
        this.io = io;
        this.remote = remote;
        this.config = config;
        this.owner = owner;
        this.startedNanos = nowNanos;
        this.heardNanos = nowNanos;
        this.probedNanos = nowNanos;
        this.outgoing = new Outgoing(nowNanos);
        this.heartbeatNanos = config.heartbeat().toNanos();
        this.allowance = new FrameAllowance(config.framesPerSecond(), config.framesBurst(), nowNanos);
    }

    State state() {
        return state;
    }

    /** Whether the other end ended it, and said why. */
    boolean saidGoodbye() {
        return saidGoodbye;
    }

    /** Whether it is or once was an open session. */
    boolean wasOpen() {
        return wasOpen;
    }

    Optional<RemoteIdentity> identity() {
        return Optional.ofNullable(peer);
    }

    @Override
    public RemoteIdentity peer() {
        RemoteIdentity known = peer;
        if (known == null) {
            throw new IllegalStateException("a session has no peer before its handshake is done");
        }
        return known;
    }

    @Override
    public InetSocketAddress remote() {
        return remote;
    }

    @Override
    public int version() {
        return version;
    }

    @Override
    public Set<String> features() {
        return features;
    }

    @Override
    public Duration silence() {
        return Duration.ofNanos(Math.max(0, System.nanoTime() - heardNanos));
    }

    /** TLS is done; what the other end is, is known from here on. */
    void secured(SSLSession session) {
        try {
            peer = RemoteIdentity.of(session);
        } catch (IdentityException e) {
            cut(String.valueOf(e.getMessage()));
            return;
        }
        synchronized (lock) {
            if (state != State.HANDSHAKING) {
                return;
            }
            state = State.GREETING;
        }
        owner.secured(this);
    }

    /** Both ends have greeted; from now on longer frames are read. */
    boolean opened(int agreedVersion, Set<String> agreedFeatures, Duration agreedHeartbeat) {
        version = agreedVersion;
        features = Set.copyOf(agreedFeatures);
        heartbeatNanos = agreedHeartbeat.toNanos();
        synchronized (lock) {
            if (state != State.GREETING) {
                return false;
            }
            state = State.OPEN;
            wasOpen = true;
        }
        assembler.allow(FrameCodec.FRAME_BYTES_MAX);
        return true;
    }

    /** From now on it may send as much as it likes: it is one of the few that speak for many. */
    void unmetered() {
        allowance = new FrameAllowance(Integer.MAX_VALUE, Integer.MAX_VALUE, System.nanoTime());
    }

    // ---- in

    void received(ByteBuffer bytes) {
        heardNanos = System.nanoTime();
        try {
            for (Optional<byte[]> frame = next(bytes); frame.isPresent(); frame = next(bytes)) {
                byte[] whole = frame.get();
                if (!allowance.take(whole.length, heardNanos)) {
                    LOG.warn("{} floods: more than {} frames a second", name(), config.framesPerSecond());
                    close("you send more than " + config.framesPerSecond() + " frames a second", true);
                    return;
                }
                Optional<Envelope> message = FrameCodec.decodeKnown(whole);
                if (message.isPresent()) {
                    take(message.get());
                }
            }
        } catch (IOException e) {
            LOG.warn("{} sends nonsense: {}", name(), e.getMessage());
            if (state == State.OPEN) {
                close("your frames cannot be read: " + e.getMessage(), true);
            } else {
                cut("sends nonsense: " + e.getMessage());
            }
        }
    }

    private Optional<byte[]> next(ByteBuffer bytes) throws IOException {
        return switch (state) {
            case GREETING, OPEN -> assembler.next(bytes);
            case HANDSHAKING, FAREWELL, ENDED -> Optional.empty();
        };
    }

    private void take(Envelope message) {
        if (message.getBodyCase() == BodyCase.GOODBYE) {
            Goodbye goodbye = message.getGoodbye();
            saidGoodbye = true;
            end(oneLine(goodbye.getReason()), goodbye.getRetry());
            return;
        }
        if (state != State.OPEN) {
            owner.greeted(this, message);
            return;
        }
        switch (message.getBodyCase()) {
            case PING ->
                answer(Envelope.newBuilder()
                        .setPong(Pong.newBuilder().setNumber(message.getPing().getNumber()))
                        .build());
            case PONG -> {
                // That it came is all it says.
            }
            default -> offer(message);
        }
    }

    private void answer(Envelope pong) {
        if (!send(pong)) {
            LOG.debug("{} does not read its answers", name());
        }
    }

    private void offer(Envelope message) {
        synchronized (lock) {
            if (untaken != null) {
                untaken.add(message);
                return;
            }
        }
        if (!owner.received(this, message)) {
            synchronized (lock) {
                if (untaken == null) {
                    untaken = new ArrayDeque<>();
                    io.suspendRead();
                }
                untaken.add(message);
            }
        }
    }

    /** Offers again what the owner had no room for; true when there is still something left. */
    boolean offerAgain() {
        while (true) {
            Envelope next;
            synchronized (lock) {
                next = untaken == null ? null : untaken.peek();
                if (next == null) {
                    if (untaken != null) {
                        untaken = null;
                        heardNanos = System.nanoTime();
                        io.resumeRead();
                    }
                    return false;
                }
            }
            if (state != State.OPEN) {
                return false;
            }
            if (!owner.received(this, next)) {
                return true;
            }
            synchronized (lock) {
                if (untaken != null) {
                    untaken.poll();
                }
            }
        }
    }

    boolean isWaiting() {
        synchronized (lock) {
            return untaken != null;
        }
    }

    // ---- out

    @Override
    public boolean send(Envelope envelope) {
        byte[] frame = FrameCodec.encode(
                envelope.getVersion() == version
                        ? envelope
                        : envelope.toBuilder().setVersion(version).build());
        synchronized (lock) {
            if (state != State.OPEN || !outgoing.hasRoomFor(frame.length, config.queueBytesMax())) {
                return false;
            }
            outgoing.add(frame);
        }
        flush();
        return true;
    }

    /** Sends what is said before the session is open. */
    void greet(Envelope.Builder greeting, int inVersion) {
        byte[] frame = FrameCodec.encode(greeting.setVersion(inVersion).build());
        synchronized (lock) {
            if (state != State.GREETING) {
                return;
            }
            outgoing.add(frame);
        }
        flush();
    }

    private void flush() {
        Optional<IoBuffer> batch;
        synchronized (lock) {
            batch = outgoing.begin(System.nanoTime());
        }
        batch.ifPresent(io::write);
    }

    /** The kernel has what was written last. */
    void sent() {
        Optional<IoBuffer> batch;
        synchronized (lock) {
            batch = outgoing.next();
        }
        batch.ifPresent(io::write);
    }

    @Override
    public void probe() {
        send(Envelope.newBuilder().setPing(Ping.getDefaultInstance()).build());
    }

    // ---- ends

    @Override
    public void close(String reason, boolean retry) {
        State from;
        synchronized (lock) {
            from = state;
            switch (from) {
                case HANDSHAKING -> {
                    state = State.ENDED;
                    gone.countDown();
                }
                case GREETING, OPEN -> {
                    state = State.FAREWELL;
                    farewellNanos = System.nanoTime();
                    outgoing.dropAbove(FAREWELL_BYTES_MAX);
                    outgoing.add(FrameCodec.encode(Envelope.newBuilder()
                            .setVersion(version)
                            .setGoodbye(Goodbye.newBuilder().setReason(reason).setRetry(retry))
                            .build()));
                }
                case FAREWELL, ENDED -> {
                    return;
                }
            }
        }
        if (from == State.HANDSHAKING) {
            io.closeNow();
        } else {
            flush();
            io.resumeRead();
        }
        owner.ended(this, from, reason, retry);
    }

    /** Ends without a word. */
    void cut(String why) {
        end(why, true);
    }

    /** TLS failed or the connection broke; what is still to be written, an alert perhaps, goes out first. */
    void failed(String why) {
        finish(why, true, true);
    }

    /** The connection is gone, or the other end said Goodbye. */
    private void end(String why, boolean retry) {
        finish(why, retry, false);
    }

    private void finish(String why, boolean retry, boolean flushFirst) {
        State from;
        synchronized (lock) {
            from = state;
            if (from == State.ENDED) {
                return;
            }
            state = State.ENDED;
            outgoing.drop();
            untaken = null;
        }
        if (flushFirst) {
            io.closeOnFlush();
        } else {
            io.closeNow();
        }
        gone.countDown();
        if (from != State.FAREWELL) {
            owner.ended(this, from, why, retry);
        }
    }

    /** Waits until the connection is gone: what was said last has left, since the other end closes when it reads a Goodbye. */
    boolean awaitEnd(Duration most) throws InterruptedException {
        return gone.await(most.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Looks after times; called a few times per heartbeat. */
    void tick(long nowNanos, Instant now) {
        switch (state) {
            case HANDSHAKING, GREETING -> {
                if (nowNanos - startedNanos > config.handshakeMax().toNanos()) {
                    cut("did not finish its handshake within "
                            + config.handshakeMax().toMillis() + " ms");
                }
            }
            case OPEN -> watch(nowNanos, now);
            case FAREWELL -> {
                if (nowNanos - farewellNanos > WireConfig.FAREWELL_MAX.toNanos()) {
                    cut("");
                }
            }
            case ENDED -> io.closeNow();
        }
    }

    private void watch(long nowNanos, Instant now) {
        RemoteIdentity known = peer();
        if (!known.current(now)) {
            close("your certificate expired at " + known.notAfter() + "; come back with a newer one", true);
            return;
        }
        long stuckNanos = stuckNanos(nowNanos);
        if (stuckNanos > config.writeStallMax().toNanos()) {
            cut("took nothing of what was sent for " + TimeUnit.NANOSECONDS.toSeconds(stuckNanos) + " s");
            return;
        }
        if (isWaiting()) {
            return;
        }
        long silentNanos = nowNanos - heardNanos;
        if (silentNanos > WireConfig.SILENT_HEARTBEATS * heartbeatNanos) {
            cut("was silent for " + TimeUnit.NANOSECONDS.toSeconds(silentNanos) + " s");
        } else if (silentNanos > heartbeatNanos && nowNanos - probedNanos > heartbeatNanos) {
            probedNanos = nowNanos;
            probe();
        }
    }

    private long stuckNanos(long nowNanos) {
        synchronized (lock) {
            return outgoing.stuckNanos(io.getWrittenBytes(), nowNanos);
        }
    }

    /** For a log line. */
    String name() {
        RemoteIdentity known = peer;
        String at = remote.getAddress().getHostAddress() + ":" + remote.getPort();
        return known == null ? at : known + " at " + at;
    }

    /** What others say may hold anything. */
    private static String oneLine(String text) {
        String line = PlainText.line(text);
        return line.length() > 500 ? line.substring(0, 500) : line.isEmpty() ? "said Goodbye" : line;
    }

    @Override
    public String toString() {
        return name();
    }
}
