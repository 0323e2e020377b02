package packhorse.tracker.http;

import io.javalin.Javalin;
import io.javalin.config.JavalinConfig;
import io.javalin.config.RoutesConfig;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;

/** The HTTP server with all its doors, on one or several addresses. */
public final class HttpDoor implements AutoCloseable {
    /** A request line with headers is never longer; an announce has about 400 bytes. */
    private static final int HEADER_BYTES_MAX = 16 << 10;

    /** A connection that says nothing for this long is closed; longer than any answer is held. */
    private static final int IDLE_MILLIS_MAX = 60_000;

    private final Javalin javalin;
    private final List<InetSocketAddress> addresses;

    private HttpDoor(Javalin javalin, List<InetSocketAddress> addresses) {
        this.javalin = javalin;
        this.addresses = addresses;
    }

    /** Opens the doors; throws {@link OperationException} with one line when an address cannot be had. */
    public static HttpDoor open(List<InetSocketAddress> addresses, Doors doors) {
        List<ServerConnector> connectors = new ArrayList<>();
        Javalin javalin = Javalin.create(config -> configure(config, addresses, connectors, doors.all()));
        try {
            javalin.start();
        } catch (RuntimeException e) {
            javalin.stop();
            throw cannotListen(addresses, e);
        }
        List<InetSocketAddress> bound = new ArrayList<>();
        for (int i = 0; i < addresses.size(); i++) {
            bound.add(new InetSocketAddress(
                    addresses.get(i).getAddress(), connectors.get(i).getLocalPort()));
        }
        return new HttpDoor(javalin, List.copyOf(bound));
    }

    private static void configure(
            JavalinConfig config,
            List<InetSocketAddress> addresses,
            List<ServerConnector> connectors,
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
        });
        for (InetSocketAddress address : addresses) {
            config.jetty.addConnector((server, http) -> {
                ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
                connector.setHost(address.getAddress().getHostAddress());
                connector.setPort(address.getPort());
                connector.setIdleTimeout(IDLE_MILLIS_MAX);
                connectors.add(connector);
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
        org.slf4j.LoggerFactory.getLogger(HttpDoor.class)
                .warn("{} {} failed: {}", request.method(), request.path(), failure.toString());
        request.status(500).result("the tracker failed to answer; its log says why\n");
    }

    private static OperationException cannotListen(List<InetSocketAddress> addresses, RuntimeException failure) {
        String where = String.join(
                ", ",
                addresses.stream()
                        .map(address -> address.getAddress().getHostAddress() + " port " + address.getPort())
                        .toList());
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException) {
                return new OperationException(
                        "the tracker cannot listen on " + where + ": " + reason(cause.getMessage())
                                + "; stop what uses it or change \"listen\" in the tracker's configuration",
                        failure);
            }
        }
        return new OperationException("the tracker cannot listen on " + where + ": " + failure.getMessage(), failure);
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
