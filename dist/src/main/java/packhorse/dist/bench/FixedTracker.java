package packhorse.dist.bench;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** A tracker that tells everybody of one seed, for clients that take peers from nobody else. */
final class FixedTracker implements AutoCloseable {
    private final HttpServer server;

    private FixedTracker(HttpServer server) {
        this.server = server;
    }

    static FixedTracker tellingOf(InetSocketAddress seed) {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(Ports.ADDRESS, 0), 0);
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            answer.writeBytes("d8:intervali60e5:peers6:".getBytes(StandardCharsets.US_ASCII));
            answer.writeBytes(seed.getAddress().getAddress());
            answer.write(seed.getPort() >> 8);
            answer.write(seed.getPort());
            answer.write('e');
            byte[] bytes = answer.toByteArray();
            server.createContext("/announce", exchange -> {
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                exchange.close();
            });
            server.start();
            return new FixedTracker(server);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    String url() {
        return "http://" + Ports.ADDRESS + ":" + server.getAddress().getPort() + "/announce";
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
