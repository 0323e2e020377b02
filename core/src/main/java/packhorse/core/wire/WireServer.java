package packhorse.core.wire;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.core.session.AttributeKey;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.transport.socket.nio.NioSocketAcceptor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.identity.TlsProfile;
import packhorse.core.identity.TlsProfile.ClientCertificate;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Envelope.BodyCase;
import packhorse.core.message.v1.Hello;
import packhorse.core.message.v1.Welcome;

/**
 * Takes sessions of machines of the deployment.
 *
 * <p>Who connects is counted, gets {@link WireConfig#handshakeMax} to show a certificate of this deployment and to say Hello, and
 * is asked of the listener ({@link Listener#refuse}), whether its TLS session is new or resumed: a resumed one shows no
 * certificate to the trust manager, so a check there would be walked around. The refusal is told after Hello, when the other
 * end listens, and in a line for people.
 */
public final class WireServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WireServer.class);

    /** Threads that read, handshakes included; more than processors would only switch. */
    private static final int READERS = Math.max(2, Runtime.getRuntime().availableProcessors());

    /** Connections that wait to be taken; agents that lost their tracker come back together. */
    private static final int BACKLOG = 1024;

    /** A frame of an idle agent has 40 bytes; MINA doubles this where more comes. */
    private static final int READ_BYTES_FIRST = 512;

    private static final int READ_BYTES_MAX = 64 << 10;

    private static final AttributeKey CHANNEL = new AttributeKey(WireServer.class, "channel");

    /** What a server's sessions are for. Methods are called by threads that read and must not block. */
    public interface Listener {
        /** Why this machine is turned away, in one line for people; empty lets it in. Asked for every session. */
        Optional<String> refuse(RemoteIdentity remote);

        /** A session is open; nothing of it was or will be received before. */
        void opened(WireSession session, Hello hello);

        /**
         * A message. False when there is no room for it now: nothing more is read from this session, and the message is given
         * again until there is.
         */
        boolean received(WireSession session, Envelope message);

        /** An open session is over, for whatever reason; nothing of it comes after. Said twice where it ends as it begins. */
        void closed(WireSession session);
    }

    private final WireConfig config;
    private final Listener listener;
    private final InstantSource clock;
    private final MachineIdentity identity;
    private final SSLContext context;
    private final Set<String> features;
    private final NioSocketAcceptor acceptor = new NioSocketAcceptor(READERS);
    private final Pulse pulse;
    private final Admission admission;
    private final List<InetSocketAddress> addresses = new ArrayList<>();
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicLong opened = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final WireChannel.Owner owner = new Owner();
    private volatile boolean closing;

    private WireServer(
            MachineIdentity identity, WireConfig config, Set<String> features, Listener listener, InstantSource clock) {
        this.identity = identity;
        this.context = identity.context();
        this.config = config;
        this.features = Set.copyOf(features);
        this.listener = listener;
        this.clock = clock;
        this.admission = new Admission(config);
        this.pulse = Pulse.start("wire-server-pulse", clock, beat(config.heartbeat()));
    }

    /** Often enough that a heartbeat is not much late, and a handshake's end neither. */
    static Duration beat(Duration heartbeat) {
        Duration quarter = heartbeat.dividedBy(4);
        return quarter.compareTo(Duration.ofMillis(500)) < 0 ? quarter : Duration.ofMillis(500);
    }

    /**
     * Opens a server.
     *
     * @param addresses where; port 0 lets the system choose
     * @throws OperationException with one line when one cannot be had
     */
    public static WireServer open(
            List<InetSocketAddress> addresses,
            MachineIdentity identity,
            WireConfig config,
            Set<String> features,
            Listener listener,
            InstantSource clock) {
        WireServer server = new WireServer(identity, config, features, listener, clock);
        try {
            server.listen(addresses);
            return server;
        } catch (RuntimeException e) {
            server.close();
            throw e;
        }
    }

    private void listen(List<InetSocketAddress> wanted) {
        acceptor.setReuseAddress(true);
        acceptor.setBacklog(BACKLOG);
        acceptor.getSessionConfig().setTcpNoDelay(true);
        acceptor.getSessionConfig().setMinReadBufferSize(64);
        acceptor.getSessionConfig().setReadBufferSize(READ_BYTES_FIRST);
        acceptor.getSessionConfig().setMaxReadBufferSize(READ_BYTES_MAX);
        acceptor.setHandler(new Door());
        for (InetSocketAddress address : wanted) {
            try {
                Set<?> before = Set.copyOf(acceptor.getLocalAddresses());
                acceptor.bind(address);
                acceptor.getLocalAddresses().stream()
                        .filter(bound -> !before.contains(bound))
                        .forEach(bound -> addresses.add((InetSocketAddress) bound));
            } catch (IOException e) {
                throw new OperationException(
                        "agents cannot be listened for on "
                                + address.getAddress().getHostAddress() + " port "
                                + address.getPort() + ": " + e.getMessage()
                                + "; stop what uses it or change \"agents\" in the tracker's configuration",
                        e);
            }
        }
    }

    /** Where it listens, with the ports that the system chose where 0 was asked for. */
    public List<InetSocketAddress> addresses() {
        return List.copyOf(addresses);
    }

    /** Ends the sessions of all whom {@code whom} names, open or still greeting, now. */
    public void closeIf(Predicate<RemoteIdentity> whom, String reason) {
        for (WireChannel channel : pulse.channels()) {
            if (channel.identity().filter(whom).isPresent()) {
                channel.close(reason, false);
            }
        }
    }

    public WireCounts counts() {
        return new WireCounts(
                open.get(),
                admission.greeting(),
                opened.get(),
                refused.get(),
                acceptor.getStatistics().getReadBytes(),
                acceptor.getStatistics().getWrittenBytes());
    }

    @Override
    public void close() {
        closing = true;
        acceptor.unbind();
        pulse.channels().forEach(channel -> channel.close("the tracker stops", true));
        acceptor.dispose(true);
        pulse.close();
    }

    /** What MINA tells. */
    private final class Door extends IoHandlerAdapter {
        @Override
        public void sessionCreated(IoSession io) {
            InetSocketAddress from = (InetSocketAddress) io.getRemoteAddress();
            Optional<String> full =
                    from == null || closing ? Optional.of("the server closes") : admission.enter(from.getAddress());
            if (from == null || full.isPresent()) {
                refused.incrementAndGet();
                LOG.debug("{} was not let in: {}", from, full.orElse(""));
                io.closeNow();
                return;
            }
            WireChannel channel = new WireChannel(io, from, config, owner, System.nanoTime());
            io.setAttribute(CHANNEL, channel);
            SSLEngine engine = context.createSSLEngine();
            engine.setUseClientMode(false);
            engine.setSSLParameters(TlsProfile.server(ClientCertificate.NEEDED));
            io.getFilterChain().addLast("tls", new TlsFilter(engine, channel::secured));
            pulse.add(channel);
        }

        @Override
        public void messageReceived(IoSession io, Object message) {
            WireChannel channel = channel(io);
            if (channel != null) {
                channel.received(((IoBuffer) message).buf());
                if (channel.isWaiting()) {
                    pulse.waits(channel);
                }
            }
        }

        @Override
        public void messageSent(IoSession io, Object message) {
            WireChannel channel = channel(io);
            if (channel != null) {
                channel.sent();
            }
        }

        @Override
        public void inputClosed(IoSession io) {
            io.closeNow();
        }

        @Override
        public void sessionClosed(IoSession io) {
            WireChannel channel = (WireChannel) io.removeAttribute(CHANNEL);
            if (channel != null) {
                boolean greeting = channel.identity().isEmpty() || !channel.wasOpen();
                channel.cut("closed the connection");
                pulse.remove(channel);
                InetAddress from = channel.remote().getAddress();
                if (greeting) {
                    admission.greeted(from);
                }
                admission.leave(from);
            }
        }

        @Override
        public void exceptionCaught(IoSession io, Throwable cause) {
            WireChannel channel = channel(io);
            if (channel == null) {
                io.closeNow();
                return;
            }
            boolean broken = cause instanceof IOException;
            if (!broken) {
                LOG.error("the session with {} failed", channel.name(), cause);
            }
            channel.failed(String.valueOf(cause.getMessage()));
        }

        private @Nullable WireChannel channel(IoSession io) {
            return (WireChannel) io.getAttribute(CHANNEL);
        }
    }

    /** What channels tell. */
    private final class Owner implements WireChannel.Owner {
        @Override
        public void secured(WireChannel channel) {
            // Hello comes next; whoever is refused is told then, when it reads.
        }

        @Override
        public void greeted(WireChannel channel, Envelope message) {
            if (message.getBodyCase() != BodyCase.HELLO) {
                channel.close("a session begins with hello, not with " + message.getBodyCase(), true);
                return;
            }
            RemoteIdentity remote = channel.peer();
            if (!remote.current(clock.instant())) {
                channel.close(
                        "your certificate counts from " + remote.notBefore() + " to " + remote.notAfter()
                                + ", but it is " + clock.instant() + " here; renew it, or set the clock",
                        true);
                return;
            }
            Optional<String> refusal = listener.refuse(remote);
            if (refusal.isPresent()) {
                LOG.warn("{} is turned away: {}", channel.name(), refusal.get());
                channel.close(refusal.get(), false);
                return;
            }
            Hello hello = message.getHello();
            switch (Greeting.to(hello, features)) {
                case Greeting.Apart(String reason) -> {
                    LOG.warn("{} is turned away: {}", channel.name(), reason);
                    channel.close(reason, false);
                }
                case Greeting.Agreed(int version, Set<String> common) -> welcome(channel, hello, version, common);
            }
        }

        private void welcome(WireChannel channel, Hello hello, int version, Set<String> common) {
            if (channel.peer().role() == DeploymentRole.CONSOLE) {
                // One frame of agents' words is many frames' worth, and a console that says much is slowed down by TCP.
                channel.unmetered();
            }
            channel.greet(
                    Envelope.newBuilder()
                            .setWelcome(Welcome.newBuilder()
                                    .setVersion(version)
                                    .addAllFeatures(common)
                                    .setName(config.name())
                                    .setNowMillis(clock.millis())
                                    .setHeartbeatMillis((int) config.heartbeat().toMillis())
                                    .setSeenAs(seenAs(channel.remote()))),
                    version);
            if (channel.opened(version, common, config.heartbeat())) {
                open.incrementAndGet();
                opened.incrementAndGet();
                admission.greeted(channel.remote().getAddress());
                listener.opened(channel, hello);
                if (channel.state() != WireChannel.State.OPEN) {
                    // Somebody else ended it before the listener knew of it, and said so to nobody.
                    listener.closed(channel);
                }
            }
        }

        private Endpoint seenAs(InetSocketAddress remote) {
            return Endpoint.newBuilder()
                    .setIp(ByteString.copyFrom(remote.getAddress().getAddress()))
                    .setPort(remote.getPort())
                    .build();
        }

        @Override
        public boolean received(WireChannel channel, Envelope message) {
            return listener.received(channel, message);
        }

        @Override
        public void ended(WireChannel channel, WireChannel.State from, String why, boolean retry) {
            if (from == WireChannel.State.OPEN) {
                open.decrementAndGet();
                LOG.debug("the session with {} is over: {}", channel.name(), why);
                listener.closed(channel);
            } else {
                refused.incrementAndGet();
                LOG.debug("{} did not become a session: {}", channel.name(), why);
            }
        }
    }

    /** The machine whose certificate this server shows. */
    public MachineIdentity identity() {
        return identity;
    }
}
