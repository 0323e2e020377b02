package packhorse.seeder.origin;

import io.javalin.Javalin;
import io.javalin.config.RoutesConfig;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import java.util.function.Consumer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.UsageException;
import packhorse.core.identity.TlsProfile;

/**
 * A web server on one address, with TLS or without.
 *
 * <p>No connection waits for another: handshakes, requests and answers are read and written as bytes come, by whichever thread is
 * free. A connection that says nothing for {@link #IDLE_MILLIS_MAX} is closed, be it in the middle of a handshake.
 */
final class WebServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(WebServer.class);

    /** A tracker looks every 5 s, a publisher sends without a pause: longer than either is silent. */
    private static final int IDLE_MILLIS_MAX = 60_000;

    /** Connections that wait to be taken; trackers, publishers and people are few. */
    private static final int BACKLOG = 256;

    private static final int INTERNAL_ERROR = 500;

    private final Javalin javalin;
    private final int port;

    private WebServer(Javalin javalin, int port) {
        this.javalin = javalin;
        this.port = port;
    }

    /**
     * Opens a server.
     *
     * @param key of the configuration, for the line that says how to mend an address that cannot be had
     * @param tls what it shows; a client without a certificate may come in, since publishers have none. Absent: no TLS
     * @throws UsageException when the address cannot be had
     */
    static WebServer open(OriginConfig.Door door, String key, Optional<SSLContext> tls, Consumer<RoutesConfig> routes) {
        ServerSocketChannel socket = listen(door, key);
        try {
            Javalin javalin = Javalin.create(config -> {
                config.startup.showJavalinBanner = false;
                config.startup.showOldJavalinVersionWarning = false;
                config.startup.startupWatcherEnabled = false;
                config.concurrency.useVirtualThreads = true;
                config.jetty.modifyHttpConfiguration(http -> {
                    http.setSendServerVersion(false);
                    if (tls.isPresent()) {
                        // Names are not compared: the certificate says that this is the deployment's origin.
                        http.addCustomizer(new SecureRequestCustomizer(false));
                    }
                });
                config.jetty.addConnector((server, http) -> {
                    HttpConnectionFactory plain = new HttpConnectionFactory(http);
                    ServerConnector connector = tls.map(context -> new ServerConnector(server, secured(context), plain))
                            .orElseGet(() -> new ServerConnector(server, plain));
                    connector.setIdleTimeout(IDLE_MILLIS_MAX);
                    try {
                        connector.open(socket);
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                    return (Connector) connector;
                });
                config.routes.exception(IOException.class, WebServer::brokenOff);
                routes.accept(config.routes);
            });
            javalin.start();
            return new WebServer(javalin, socket.socket().getLocalPort());
        } catch (RuntimeException e) {
            abandon(socket);
            throw e;
        }
    }

    /** An answer that could not be finished; when it has begun, it ends short and the connection with it. */
    private static void brokenOff(IOException failure, Context request) {
        LOG.info("{} {} was broken off: {}", request.method(), request.path(), failure.getMessage());
        if (!request.res().isCommitted()) {
            request.status(INTERNAL_ERROR).result("the origin failed to answer; its log says why\n");
        }
    }

    private static SslContextFactory.Server secured(SSLContext context) {
        SSLParameters profile = TlsProfile.server(TlsProfile.ClientCertificate.WANTED);
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(context);
        tls.setIncludeProtocols(profile.getProtocols());
        tls.setIncludeCipherSuites(profile.getCipherSuites());
        tls.setWantClientAuth(profile.getWantClientAuth());
        return tls;
    }

    /** Listens before the server is made, so that a port in use is one line and not a server's log. */
    private static ServerSocketChannel listen(OriginConfig.Door door, String key) {
        try {
            ServerSocketChannel socket = ServerSocketChannel.open();
            try {
                socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                return socket.bind(
                        new InetSocketAddress(InetAddress.getByAddress(door.ip().bytes()), door.port()), BACKLOG);
            } catch (IOException e) {
                abandon(socket);
                throw e;
            }
        } catch (IOException e) {
            boolean used = e.getMessage() != null && e.getMessage().contains("in use");
            throw new UsageException(
                    "cannot listen on " + door.ip() + " port " + door.port() + ": "
                            + (used
                                    ? "the port is in use; stop who uses it or set " + key + ": to another"
                                    : "is it an address of this machine? set " + key + ":"),
                    e);
        }
    }

    private static void abandon(ServerSocketChannel socket) {
        try {
            socket.close();
        } catch (IOException e) {
            LOG.debug("a socket that never served did not close: {}", e.toString());
        }
    }

    /** Where it listens, also when the system chose. */
    int port() {
        return port;
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
