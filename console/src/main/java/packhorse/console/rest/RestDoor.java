package packhorse.console.rest;

import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import io.javalin.http.Context;
import io.javalin.http.HandlerType;
import io.javalin.http.HttpResponseException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
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
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.TlsProfile;

/**
 * The HTTP server: its addresses, TLS and bounds. What it answers says the routing table; how a request is let in says {@link Porter}.
 *
 * <p>Each request has a virtual thread, so whoever reads slowly holds up nobody. A connection that says nothing for
 * {@link #IDLE_MILLIS_MAX} is closed.
 */
public final class RestDoor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RestDoor.class);

    /** A token, a filter of the longest kind and what browsers add. */
    private static final int HEADER_BYTES_MAX = 16 << 10;

    /** A connection that says nothing for this long is closed; events say something more often. */
    private static final int IDLE_MILLIS_MAX = 60_000;

    /** Connections at a time: people, scripts and those who listen to events. */
    private static final int CONNECTIONS_MAX = 2_000;

    /** While all are taken, one that says nothing makes room this soon: nobody keeps others out by silence. */
    private static final long IDLE_MILLIS_WHEN_FULL = 2_000;

    private static final int BACKLOG = 256;

    private final Javalin javalin;
    private final Porter porter;
    private final List<InetSocketAddress> addresses;

    private RestDoor(Javalin javalin, Porter porter, List<InetSocketAddress> addresses) {
        this.javalin = javalin;
        this.porter = porter;
        this.addresses = addresses;
    }

    /**
     * Opens the door.
     *
     * @param identity whose certificate it shows; empty: no TLS
     * @throws OperationException with one line when an address cannot be had
     */
    public static RestDoor open(
            List<InetSocketAddress> addresses, Optional<MachineIdentity> identity, RestParts parts) {
        List<ServerSocketChannel> sockets = new ArrayList<>();
        Porter porter = new Porter(parts);
        try {
            for (InetSocketAddress address : addresses) {
                sockets.add(listen(address));
            }
            Javalin javalin = Javalin.create(config -> configure(config, sockets, identity.map(RestDoor::tls), porter));
            javalin.start();
            List<InetSocketAddress> bound = new ArrayList<>();
            for (int i = 0; i < addresses.size(); i++) {
                bound.add(new InetSocketAddress(
                        addresses.get(i).getAddress(), sockets.get(i).socket().getLocalPort()));
            }
            return new RestDoor(javalin, porter, List.copyOf(bound));
        } catch (RuntimeException e) {
            sockets.forEach(RestDoor::abandon);
            porter.close();
            throw e;
        }
    }

    /** Listens before the server is made, so that a port in use is one line and not a server's log. */
    private static ServerSocketChannel listen(InetSocketAddress address) {
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
            String message = String.valueOf(e.getMessage());
            throw new OperationException(
                    "the console cannot listen on " + address.getAddress().getHostAddress() + " port "
                            + address.getPort() + ": " + (message.contains("in use") ? "the port is in use" : message)
                            + "; stop what uses it or change \"listen\" in the console's configuration",
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

    /** People and programs have no certificate: they sign in. */
    private static SslContextFactory.Server tls(MachineIdentity identity) {
        SSLParameters profile = TlsProfile.server(TlsProfile.ClientCertificate.NONE);
        SslContextFactory.Server tls = new SslContextFactory.Server();
        tls.setSslContext(identity.context());
        tls.setIncludeProtocols(profile.getProtocols());
        tls.setIncludeCipherSuites(profile.getCipherSuites());
        return tls;
    }

    private static void configure(
            JavalinConfig config,
            List<ServerSocketChannel> sockets,
            Optional<SslContextFactory.Server> tls,
            Porter porter) {
        config.concurrency.useVirtualThreads = true;
        config.startup.showJavalinBanner = false;
        config.startup.showOldJavalinVersionWarning = false;
        config.startup.startupWatcherEnabled = false;
        config.http.asyncTimeout = 0;
        config.http.prefer405over404 = true;
        config.http.compressionStrategy = CompressionStrategy.NONE;
        config.http.defaultContentType = Problem.MEDIA_TYPE;
        config.jetty.modifyHttpConfiguration(http -> {
            http.setRequestHeaderSize(HEADER_BYTES_MAX);
            http.setSendServerVersion(false);
            if (tls.isPresent()) {
                // Names are not compared: a console is reached by whatever address its people know.
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
        config.routes.before(context -> Headers.secure(context, tls.isPresent()));
        config.routes.exception(Exception.class, porter::failed);
        config.routes.exception(HttpResponseException.class, porter::failed);
        for (Route route : porter.routes()) {
            config.routes.addHttpHandler(method(route.verb()), route.path(), context -> porter.handle(route, context));
        }
    }

    private static HandlerType method(Verb verb) {
        return switch (verb) {
            case GET -> HandlerType.GET;
            case POST -> HandlerType.POST;
            case PUT -> HandlerType.PUT;
            case DELETE -> HandlerType.DELETE;
        };
    }

    /** The address at the other end of a connection, whatever headers say. */
    static InetAddress callerOf(Context request) {
        String address = request.req().getRemoteAddr();
        String bare = address.startsWith("[") ? address.substring(1, address.length() - 1) : address;
        int zone = bare.indexOf('%');
        try {
            return InetAddress.getByName(zone < 0 ? bare : bare.substring(0, zone));
        } catch (java.net.UnknownHostException e) {
            throw new IllegalStateException("a connection comes from \"" + address + "\", which is no address", e);
        }
    }

    /** Where it listens, with the ports that the system chose where 0 was asked for. */
    public List<InetSocketAddress> addresses() {
        return addresses;
    }

    /** The routing table. */
    List<Route> routes() {
        return porter.routes();
    }

    /** Sends those who listen to events away, then closes. */
    @Override
    public void close() {
        porter.close();
        @Nullable Object unused = javalin.stop();
    }
}
