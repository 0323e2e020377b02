package packhorse.tracker.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.SecureRequestCustomizer;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.ssl.SslContextFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;

/**
 * An HTTP server with its doors, on one or several addresses: the plain one, or the secure one.
 *
 * <p>No connection waits for another: handshakes, requests and answers are read and written as bytes come, by whichever thread is
 * free, and a connection that says nothing for {@link #IDLE_MILLIS_MAX} is closed, be it in the middle of a handshake.
 */
public final class HttpDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HttpDoor.class);

    /** A request line with headers is never longer; an announce has about 400 bytes. */
    private static final int HEADER_BYTES_MAX = 16 << 10;

    /** A connection that says nothing for this long is closed; longer than any answer is held. */
    private static final int IDLE_MILLIS_MAX = 60_000;

    /** Connections that wait to be taken; agents that lost their tracker come back together. */
    private static final int BACKLOG = 1024;

    /**
     * Connections of one server at a time. Descriptors are the agents' sessions' first of all, and these connections are short;
     * more of them wait in the backlog.
     */
    private static final int CONNECTIONS_MAX = 1_000;

    /** While all are taken, one that says nothing makes room this soon: nobody keeps others out by silence. */
    private static final long IDLE_MILLIS_WHEN_FULL = 2_000;

    private final Javalin javalin;
    private final List<InetSocketAddress> addresses;

    private HttpDoor(Javalin javalin, List<InetSocketAddress> addresses) {
        this.javalin = javalin;
        this.addresses = addresses;
    }

    /** Opens the plain doors; throws {@link OperationException} with one line when an address cannot be had. */
    public static HttpDoor open(List<InetSocketAddress> addresses, Doors doors) {
        return open(addresses, "listen", Optional.empty(), doors.all());
    }

    /** Opens the secure doors; throws {@link OperationException} with one line when an address cannot be had. */
    public static HttpDoor open(List<InetSocketAddress> addresses, SecureDoors doors) {
        return open(addresses, "secure", Optional.of(doors.tls()), doors.all());
    }

    /** @param key of the configuration, for the line that says how to mend an address that cannot be had */
    private static HttpDoor open(
            List<InetSocketAddress> addresses,
            String key,
            Optional<SslContextFactory.Server> tls,
            List<Consumer<RoutesConfig>> doors) {
        List<ServerSocketChannel> sockets = new ArrayList<>();
        try {
            for (InetSocketAddress address : addresses) {
                sockets.add(listen(address, key));
            }
            Javalin javalin = Javalin.create(config -> configure(config, sockets, tls, doors));
            javalin.start();
            List<InetSocketAddress> bound = new ArrayList<>();
            for (int i = 0; i < addresses.size(); i++) {
                bound.add(new InetSocketAddress(
                        addresses.get(i).getAddress(), sockets.get(i).socket().getLocalPort()));
            }
            return new HttpDoor(javalin, List.copyOf(bound));
        } catch (RuntimeException e) {
            sockets.forEach(HttpDoor::abandon);
            throw e;
        }
    }

    /** Listens before the server is made, so that a port in use is one line and not a server's log. */
    private static ServerSocketChannel listen(InetSocketAddress address, String key) {
        try {
            ServerSocketChannel socket = ServerSocketChannel.open();
            try {
                socket.setOption(StandardSocketOptions.SO_REUSEADDR, true);
                return socket.bind(address, BACKLOG);
            } catch (IOException e) {
                abandon(socket);
                throw e;
            }
        } catch (IOException e) {
            throw new OperationException(
                    "the tracker cannot listen on " + address.getAddress().getHostAddress() + " port "
                            + address.getPort() + ": " + reason(e.getMessage())
                            + "; stop what uses it or change \"" + key + "\" in the tracker's configuration",
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

    private static void configure(
            JavalinConfig config,
            List<ServerSocketChannel> sockets,
            Optional<SslContextFactory.Server> tls,
            List<Consumer<RoutesConfig>> doors) {
        config.concurrency.useVirtualThreads = true;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.asyncTimeout = 0;
        config.http.defaultContentType = "text/plain; charset=utf-8";
        config.jetty.modifyHttpConfiguration(http -> {
            http.setRequestHeaderSize(HEADER_BYTES_MAX);
            http.setSendServerVersion(false);
            if (tls.isPresent()) {
                // Names are not compared: agents find a tracker by whatever address reaches it, and its certificate
                // says its role.
                http.addCustomizer(new SecureRequestCustomizer(false));
            }
        });
        config.jetty.modifyServer(server -> {
            NetworkConnectionLimit limit = new NetworkConnectionLimit(CONNECTIONS_MAX, server);
            limit.setEndPointIdleTimeout(IDLE_MILLIS_WHEN_FULL);
            server.addBean(limit);
        });
        for (ServerSocketChannel socket : sockets) {
            config.jetty.addConnector((server, http) -> {
                HttpConnectionFactory plain = new HttpConnectionFactory(http);
                ServerConnector connector = tls.map(secured -> new ServerConnector(server, secured, plain))
                        .orElseGet(() -> new ServerConnector(server, plain));
                connector.setIdleTimeout(IDLE_MILLIS_MAX);
                try {
                    connector.open(socket);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return (Connector) connector;
            });
        }
        config.routes.exception(Exception.class, HttpDoor::failed);
        config.routes.exception(
                OperationException.class,
                (failure, request) -> request.status(502).result(failure.getMessage() + "\n"));
        doors.forEach(door -> door.accept(config.routes));
    }

    private static void failed(Exception failure, io.javalin.http.Context request) {
        LOG.warn("{} {} failed: {}", request.method(), request.path(), failure.toString());
        request.status(500).result("the tracker failed to answer; its log says why\n");
    }

    private static String reason(@Nullable String message) {
        return message == null || message.contains("in use") ? "the port is in use" : message;
    }

    /** Where it listens, with the ports that the system chose where 0 was asked for. */
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    @Override
    public void close() {
        javalin.stop();
    }
}
