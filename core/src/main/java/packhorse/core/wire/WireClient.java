package packhorse.core.wire;

import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import org.apache.mina.core.future.ConnectFuture;
import org.jspecify.annotations.Nullable;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Envelope.BodyCase;
import packhorse.core.message.v1.Hello;
import packhorse.core.message.v1.Welcome;
import packhorse.core.topology.HostPort;

/**
 * Keeps one session with any of several trackers.
 *
 * <p>A virtual thread goes round: connect, shake hands, say Hello, wait for Welcome; while the session lives it sleeps; when it
 * ends, the next tracker is tried at once, and after each has failed in turn there is a pause that doubles from
 * {@code retryMin} to {@code retryMax}, each time shortened by chance to between half and all of it, so that machines that lost
 * their tracker together do not come back together. A session counts as a success only after {@link #SETTLED}, so a tracker that
 * welcomes and cuts is not asked in a circle either. Nothing is sent before Welcome: under TLS 1.3 this end believes the
 * handshake done before the other has looked at its certificate.
 *
 * <p>Sessions are never resumed: the other end should see the newest certificate.
 */
public final class WireClient implements AutoCloseable {
    /** A session that lasted so long was a good one, and the next attempt is made without much of a pause. */
    private static final Duration SETTLED = Duration.ofSeconds(5);

    /** An orderly farewell is a courtesy: it delays the end no longer than this. */
    private static final Duration LEAVING_MAX = Duration.ofSeconds(1);

    /** What a tracker may want of heartbeats; anything else is read as the nearest. */
    private static final Duration HEARTBEAT_LEAST = Duration.ofMillis(50);

    private static final Duration HEARTBEAT_MOST = Duration.ofMinutes(10);

    /** What happens to the session. Methods are called by threads that read and must not block. */
    public interface Listener {
        /** A session is open. */
        void reached(String server, WireSession session, Welcome welcome);

        /** A message. False when there is no room for it now: reading stops, and it is given again until there is. */
        boolean received(WireSession session, Envelope message);

        /** No session can be had, or it ended; one line. Said when the line is another than before. */
        void unreachable(String line);

        /** A tracker turns this machine away; its own line. Said when the line is another than before. */
        void refused(String line);
    }

    private final WireClientConfig config;
    private final MachineIdentity identity;
    private final Listener listener;
    private final RandomGenerator random;
    private final WireLoop loop;
    private final boolean ownsLoop;
    private final SSLContext context;
    private final Thread thread;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // Guarded by lock.
    private boolean stopping;

    // Guarded by lock.
    private @Nullable WireChannel session;

    // Written by the client's thread, and cleared by the one that opens a session.
    private volatile String said = "";

    // Only the client's thread.
    private int failures;

    private WireClient(
            WireClientConfig config,
            MachineIdentity identity,
            Listener listener,
            RandomGenerator random,
            WireLoop loop,
            boolean ownsLoop) {
        this.config = config;
        this.identity = identity;
        this.listener = listener;
        this.random = random;
        this.loop = loop;
        this.ownsLoop = ownsLoop;
        this.context = identity.context(EnumSet.of(DeploymentRole.TRACKER));
        this.thread = Thread.ofVirtual().name("wire-client").unstarted(this::run);
    }

    /** Starts to look for a tracker, on {@code loop}, which outlives the client. */
    public static WireClient start(
            WireClientConfig config,
            MachineIdentity identity,
            Listener listener,
            RandomGenerator random,
            WireLoop loop) {
        WireClient client = new WireClient(config, identity, listener, random, loop, false);
        client.thread.start();
        return client;
    }

    /** Starts to look for a tracker, on a loop that is closed with the client. */
    public static WireClient startAlone(
            WireClientConfig config,
            MachineIdentity identity,
            Listener listener,
            RandomGenerator random,
            java.time.InstantSource clock) {
        WireClient client = new WireClient(config, identity, listener, random, WireLoop.start(clock), true);
        client.thread.start();
        return client;
    }

    /** Queues a message for the open session; false when there is none or it takes no more now. */
    public boolean send(Envelope envelope) {
        lock.lock();
        try {
            return session != null && session.send(envelope);
        } finally {
            lock.unlock();
        }
    }

    /** How one attempt ended. */
    private record Outcome(String line, boolean refused, boolean retry, boolean wasGood) {}

    private void run() {
        try {
            int at = 0;
            while (!isStopping()) {
                HostPort server = config.servers().get(at);
                Outcome outcome = attempt(server);
                if (isStopping()) {
                    return;
                }
                say(outcome);
                at = (at + 1) % config.servers().size();
                pause(outcome);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isStopping() {
        lock.lock();
        try {
            return stopping;
        } finally {
            lock.unlock();
        }
    }

    private void say(Outcome outcome) {
        if (outcome.line().equals(said)) {
            return;
        }
        said = outcome.line();
        if (outcome.refused()) {
            listener.refused(outcome.line());
        } else {
            listener.unreachable(outcome.line());
        }
    }

    private void pause(Outcome outcome) throws InterruptedException {
        failures = outcome.wasGood() ? 1 : failures + 1;
        if (outcome.wasGood()) {
            // Everybody lost it at the same moment: not back at the same moment.
            await(random.nextLong(config.retryMin().toNanos() + 1));
        } else if (failures % config.servers().size() == 0) {
            int rounds = failures / config.servers().size();
            long full = outcome.retry()
                    ? Math.min(config.retryMax().toNanos(), config.retryMin().toNanos() << Math.min(rounds - 1, 20))
                    : config.refusedPause().toNanos();
            await(full / 2 + random.nextLong(full / 2 + 1));
        }
    }

    private void await(long pauseNanos) throws InterruptedException {
        long nanos = pauseNanos;
        lock.lock();
        try {
            while (nanos > 0 && !stopping) {
                nanos = changed.awaitNanos(nanos);
            }
        } finally {
            lock.unlock();
        }
    }

    private Outcome attempt(HostPort server) throws InterruptedException {
        String name = "the tracker " + server + " ";
        Optional<String> own =
                TroubleLine.ofOwnCertificate(identity.self(), loop.clock().instant());
        if (own.isPresent()) {
            return new Outcome(name + own.get(), false, true, false);
        }
        Attempt attempt = new Attempt(server);
        ConnectFuture connecting;
        try {
            connecting = loop.connect(call(server), identity, context::createSSLEngine, config.ofChannel(), attempt);
        } catch (UnknownHostException e) {
            return new Outcome(
                    name + "is not known by that name here: " + e.getMessage()
                            + "; mend the name or this machine's name service",
                    false,
                    true,
                    false);
        }
        if (!connecting.await(config.connectMax().toMillis(), TimeUnit.MILLISECONDS)) {
            connecting.cancel();
            if (!connecting.isConnected()) {
                return new Outcome(name + "does not answer", false, true, false);
            }
            // It was reached at the last moment: then it is not left alone beside the next one.
        }
        if (!connecting.isConnected()) {
            Throwable cause = connecting.getException();
            String why = cause == null ? "does not answer" : TroubleLine.ofConnecting(cause);
            String whom =
                    config.proxy().map(proxy -> "the proxy " + proxy + " ").orElse(name);
            return new Outcome(whom + why, false, true, false);
        }
        return attempt.awaitEnd(name);
    }

    private WireLoop.Call call(HostPort server) throws UnknownHostException {
        HostPort first = config.proxy().orElse(server);
        InetSocketAddress to = new InetSocketAddress(first.host(), first.port());
        if (to.isUnresolved()) {
            throw new UnknownHostException(first.host());
        }
        return new WireLoop.Call(
                to,
                config.bind().map(ip -> new InetSocketAddress(ip, 0)).orElse(null),
                server,
                config.proxy().orElse(null));
    }

    /** Ends the session with a Goodbye, and looks for none any more. */
    @Override
    public void close() {
        WireChannel last;
        lock.lock();
        try {
            stopping = true;
            last = session;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (last != null) {
            last.close("this machine's agent stops", true);
        }
        try {
            if (last != null && ownsLoop) {
                var unused = last.awaitEnd(LEAVING_MAX);
            }
            thread.join(LEAVING_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (ownsLoop) {
            loop.close();
        }
    }

    /** One connection, from its beginning to its end. */
    private final class Attempt implements WireLoop.Caller {
        private final HostPort server;

        // Guarded by lock.
        private @Nullable Outcome outcome;

        // Guarded by lock.
        private @Nullable String trouble;

        // Guarded by lock.
        private long openedNanos;

        // Guarded by lock.
        private @Nullable WireChannel channel;

        Attempt(HostPort server) {
            this.server = server;
        }

        Outcome awaitEnd(String name) throws InterruptedException {
            lock.lock();
            try {
                while (outcome == null && !stopping) {
                    changed.await();
                }
                long leavingNanos = LEAVING_MAX.toNanos();
                while (leavingNanos > 0
                        && outcome == null
                        && channel != null
                        && channel.state() == WireChannel.State.OPEN) {
                    leavingNanos = changed.awaitNanos(leavingNanos);
                }
                Outcome ended = outcome;
                return ended == null
                        ? new Outcome("", false, true, true)
                        : new Outcome(
                                ended.refused() ? ended.line() : name + ended.line(),
                                ended.refused(),
                                ended.retry(),
                                ended.wasGood());
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void connected(WireChannel connected) {
            lock.lock();
            try {
                channel = connected;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void secured(WireChannel secured) {
            secured.greet(
                    Envelope.newBuilder()
                            .setHello(Hello.newBuilder()
                                    .setVersion(FrameCodec.VERSION)
                                    .setVersionLeast(FrameCodec.VERSION_LEAST)
                                    .addAllFeatures(config.features())
                                    .setSoftware(config.software())
                                    .setIncarnation(config.incarnation())
                                    .setNowMillis(loop.clock().millis())),
                    FrameCodec.VERSION);
        }

        @Override
        public void greeted(WireChannel greeted, Envelope message) {
            if (message.getBodyCase() != BodyCase.WELCOME) {
                greeted.close("a session begins with welcome, not with " + message.getBodyCase(), true);
                return;
            }
            Welcome welcome = message.getWelcome();
            long version = Integer.toUnsignedLong(welcome.getVersion());
            if (version < FrameCodec.VERSION_LEAST || version > FrameCodec.VERSION) {
                greeted.close(
                        "this machine speaks versions " + FrameCodec.VERSION_LEAST + " to " + FrameCodec.VERSION
                                + " of the session protocol, not " + version,
                        false);
                return;
            }
            Set<String> common = Set.copyOf(welcome.getFeaturesList());
            if (!greeted.opened((int) version, common, heartbeat(welcome))) {
                return;
            }
            lock.lock();
            try {
                if (stopping) {
                    greeted.close("this machine's agent stops", true);
                    return;
                }
                session = greeted;
                openedNanos = System.nanoTime();
                said = "";
            } finally {
                lock.unlock();
            }
            listener.reached(server.toString(), greeted, welcome);
        }

        private Duration heartbeat(Welcome welcome) {
            Duration asked = Duration.ofMillis(Integer.toUnsignedLong(welcome.getHeartbeatMillis()));
            return asked.compareTo(HEARTBEAT_LEAST) < 0
                    ? HEARTBEAT_LEAST
                    : asked.compareTo(HEARTBEAT_MOST) > 0 ? HEARTBEAT_MOST : asked;
        }

        @Override
        public boolean received(WireChannel from, Envelope message) {
            return listener.received(from, message);
        }

        @Override
        public void troubled(WireChannel troubled, Throwable cause) {
            String line = troubled.state() == WireChannel.State.OPEN
                    ? "broke off: " + cause.getMessage()
                    : TroubleLine.ofGreeting(
                            cause, identity.self(), loop.clock().instant());
            lock.lock();
            try {
                trouble = trouble == null ? line : trouble;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void ended(WireChannel ended, WireChannel.State from, String why, boolean retry) {
            lock.lock();
            try {
                boolean wasOpen = from == WireChannel.State.OPEN;
                long lastedNanos = wasOpen ? System.nanoTime() - openedNanos : 0;
                // One that was given up may end while its successor is open.
                session = session == ended ? null : session;
                outcome = new Outcome(
                        trouble == null ? why : trouble,
                        ended.saidGoodbye() && !retry,
                        retry,
                        lastedNanos > SETTLED.toNanos());
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
