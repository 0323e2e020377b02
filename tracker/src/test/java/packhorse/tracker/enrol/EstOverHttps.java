package packhorse.tracker.enrol;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsExchange;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.identity.TlsProfile;
import packhorse.core.identity.TlsProfile.ClientCertificate;

/** The JDK's own HTTPS server before an {@link EstDesk}: another server than the product's, which can lose answers. */
final class EstOverHttps implements AutoCloseable {
    private static final String HOST = "127.20.6.1";

    private final HttpsServer server;
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    /** Every request that arrived. */
    final List<EstRequest> asked = new CopyOnWriteArrayList<>();
    /** Answers to simpleenroll and simplereenroll that are lost on their way from now on. */
    final AtomicInteger losing = new AtomicInteger();

    EstOverHttps(SSLContext context, EstDesk desk) throws IOException {
        this(context, desk, 0);
    }

    EstOverHttps(SSLContext context, EstDesk desk, int port) throws IOException {
        server = HttpsServer.create(new InetSocketAddress(HOST, port), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(context) {
            @Override
            public void configure(HttpsParameters parameters) {
                parameters.setSSLParameters(TlsProfile.server(ClientCertificate.WANTED));
            }
        });
        server.createContext(EstDesk.PATH, exchange -> answer((HttpsExchange) exchange, desk));
        server.setExecutor(executor);
        server.start();
    }

    private void answer(HttpsExchange exchange, EstDesk desk) throws IOException {
        try (HttpExchange closing = exchange) {
            EstRequest request = new EstRequest(
                    closing.getRequestMethod(),
                    closing.getRequestURI().getPath().substring(EstDesk.PATH.length()),
                    Optional.ofNullable(closing.getRequestHeaders().getFirst("Authorization")),
                    caller(exchange),
                    closing.getRemoteAddress().getAddress(),
                    closing.getRequestBody().readNBytes(EstDesk.BODY_BYTES_MAX + 1));
            asked.add(request);
            EstReply reply = desk.answer(request);
            if (request.operation().startsWith("simple") && losing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                return;
            }
            reply.headers().forEach(closing.getResponseHeaders()::set);
            closing.getResponseHeaders().set("Content-Type", reply.contentType());
            closing.sendResponseHeaders(reply.status(), reply.body().length == 0 ? -1 : reply.body().length);
            closing.getResponseBody().write(reply.body());
        }
    }

    private static Optional<RemoteIdentity> caller(HttpsExchange exchange) {
        try {
            return Optional.of(RemoteIdentity.of(exchange.getSSLSession()));
        } catch (IdentityException e) {
            return Optional.empty();
        }
    }

    URI url() {
        return URI.create("https://" + HOST + ":" + server.getAddress().getPort());
    }

    /** Whether anybody sent a secret. */
    boolean sawASecret() {
        return asked.stream().anyMatch(request -> request.authorization().isPresent());
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }
}
