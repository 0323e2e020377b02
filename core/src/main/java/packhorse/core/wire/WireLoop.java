package packhorse.core.wire;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import javax.net.ssl.SSLEngine;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.future.ConnectFuture;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.core.session.AttributeKey;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.transport.socket.nio.NioSocketConnector;
import org.jspecify.annotations.Nullable;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.TlsProfile;
import packhorse.core.topology.HostPort;

/**
 * The threads that {@link WireClient}s connect, read and keep time with: one that reads, one that connects, one for time. A
 * program that keeps one session has a loop of its own; one that keeps many shares it.
 */
public final class WireLoop implements AutoCloseable {
    /** Times are looked at this often; a session's silence is noticed so much late. */
    private static final Duration BEAT = Duration.ofMillis(100);

    private static final int READ_BYTES_FIRST = 512;
    private static final int READ_BYTES_MAX = 64 << 10;
    private static final AttributeKey CHANNEL = new AttributeKey(WireLoop.class, "channel");

    private final NioSocketConnector connector;
    private final InstantSource clock;
    private final Pulse pulse;

    private WireLoop(int readers, InstantSource clock, Duration beat) {
        this.connector = new NioSocketConnector(readers);
        this.clock = clock;
        connector.getSessionConfig().setTcpNoDelay(true);
        connector.getSessionConfig().setMinReadBufferSize(64);
        connector.getSessionConfig().setReadBufferSize(READ_BYTES_FIRST);
        connector.getSessionConfig().setMaxReadBufferSize(READ_BYTES_MAX);
        connector.setHandler(new Door());
        this.pulse = Pulse.start("wire-client-pulse", clock, beat);
    }

    /** For one session. */
    public static WireLoop start(InstantSource clock) {
        return new WireLoop(1, clock, BEAT);
    }

    /** For many sessions in one program, whose times may be looked at less often. */
    public static WireLoop shared(int readers, InstantSource clock, Duration beat) {
        return new WireLoop(readers, clock, beat);
    }

    InstantSource clock() {
        return clock;
    }

    /** What a connection attempt is about. */
    record Call(
            InetSocketAddress to,
            @Nullable InetSocketAddress from,
            HostPort server,
            @Nullable HostPort proxy) {}

    /** What a client is told of the connection it asked for. */
    interface Caller extends WireChannel.Owner {
        void connected(WireChannel channel);

        /** Why a connection failed, if that is known; told before it ends. */
        void troubled(WireChannel channel, Throwable cause);
    }

    ConnectFuture connect(
            Call call, MachineIdentity identity, SSLEngineMaker engines, WireConfig bounds, Caller caller) {
        connector.setConnectTimeoutMillis(Duration.ofSeconds(60).toMillis());
        return connector.connect(call.to(), call.from(), (io, future) -> {
            WireChannel channel = new WireChannel(io, call.to(), bounds, caller, System.nanoTime());
            io.setAttribute(CHANNEL, new Line(channel, caller));
            SSLEngine engine = engines.make();
            engine.setUseClientMode(true);
            engine.setSSLParameters(TlsProfile.client());
            TlsFilter tls = new TlsFilter(engine, channel::secured);
            HostPort proxy = call.proxy();
            if (proxy == null) {
                io.getFilterChain().addLast("tls", tls);
            } else {
                io.getFilterChain().addLast("tunnel", new HttpTunnel(call.server(), proxy, () -> {
                    io.getFilterChain().addLast("tls", tls);
                    begin(io, tls);
                }));
            }
            caller.connected(channel);
            pulse.add(channel);
        });
    }

    private static void begin(IoSession io, TlsFilter tls) {
        try {
            tls.begin(io.getFilterChain().getNextFilter("tls"), io);
        } catch (javax.net.ssl.SSLException e) {
            io.getFilterChain().fireExceptionCaught(e);
        }
    }

    /** Makes engines without a host and a port, so that nothing is remembered to be resumed under the old certificate. */
    @FunctionalInterface
    interface SSLEngineMaker {
        SSLEngine make();
    }

    private record Line(WireChannel channel, Caller caller) {}

    private final class Door extends IoHandlerAdapter {
        @Override
        public void messageReceived(IoSession io, Object message) {
            Line line = line(io);
            if (line != null) {
                line.channel().received(((IoBuffer) message).buf());
                if (line.channel().isWaiting()) {
                    pulse.waits(line.channel());
                }
            }
        }

        @Override
        public void messageSent(IoSession io, Object message) {
            Line line = line(io);
            if (line != null) {
                line.channel().sent();
            }
        }

        @Override
        public void inputClosed(IoSession io) {
            io.closeNow();
        }

        @Override
        public void sessionClosed(IoSession io) {
            Line line = (Line) io.removeAttribute(CHANNEL);
            if (line != null) {
                line.channel().cut("closed the connection");
                pulse.remove(line.channel());
            }
        }

        @Override
        public void exceptionCaught(IoSession io, Throwable cause) {
            Line line = line(io);
            if (line == null) {
                io.closeNow();
                return;
            }
            line.caller().troubled(line.channel(), cause);
            line.channel().failed(String.valueOf(cause.getMessage()));
        }

        private @Nullable Line line(IoSession io) {
            return (Line) io.getAttribute(CHANNEL);
        }
    }

    /** Ends all its sessions. */
    @Override
    public void close() {
        pulse.channels().forEach(channel -> channel.cut("this program stops"));
        connector.dispose(true);
        pulse.close();
    }
}
