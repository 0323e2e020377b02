package packhorse.core.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.trust.HttpMetadataSource.Patience;
import packhorse.core.trust.TrustException.Kind;

/** Real sockets on loopback; servers that answer well, too much, too slowly, elsewhere or not at all. */
final class HttpMetadataSourceTest {
    /** Short windows, so that a drip is noticed while a test waits; 10 000 bytes per window is far above the drip. */
    private static final Patience IMPATIENT =
            new Patience(Duration.ofSeconds(6), Duration.ofMillis(600), 10_000, Optional.empty());

    private static final String HEAD = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n";

    /** What a server does with a connection once it was asked. */
    private interface Answer {
        void to(OutputStream out) throws IOException;
    }

    @TempDir
    private Path temporary;

    private final ForgedRepository repository = new ForgedRepository();
    private final AtomicReference<InetAddress> asker = new AtomicReference<>(InetAddress.getLoopbackAddress());
    private final ScheduledExecutorService pace = Executors.newSingleThreadScheduledExecutor();
    private HttpServer honest = create();

    private static HttpServer create() {
        try {
            return HttpServer.create(new InetSocketAddress("127.10.1.1", 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @BeforeEach
    void start() {
        honest.createContext("/repository/", exchange -> {
            asker.set(exchange.getRemoteAddress().getAddress());
            String path = exchange.getRequestURI().getPath().substring("/repository/".length());
            if (path.equals("elsewhere")) {
                exchange.getResponseHeaders().add("Location", "/repository/metadata/timestamp.json");
                exchange.sendResponseHeaders(302, -1);
            } else if (path.equals("broken")) {
                exchange.sendResponseHeaders(500, -1);
            } else {
                byte[] body = repository.files.get(path);
                byte[] sent = body == null ? "no such file".repeat(1000).getBytes(UTF_8) : body;
                exchange.sendResponseHeaders(body == null ? 404 : 200, sent.length);
                exchange.getResponseBody().write(sent);
            }
            exchange.close();
        });
        honest.start();
    }

    @AfterEach
    void stop() {
        honest.stop(0);
        pace.shutdownNow();
    }

    private URI base() {
        return URI.create("http://127.10.1.1:" + honest.getAddress().getPort() + "/repository");
    }

    private static HttpMetadataSource source(URI... bases) {
        return new HttpMetadataSource(List.of(bases), Patience.DEFAULT);
    }

    private static HttpMetadataSource impatient(ServerSocket server) {
        return new HttpMetadataSource(List.of(at(server)), IMPATIENT);
    }

    @Test
    void aClientRefreshesOverHttp() {
        VerifiedFixture release = VerifiedFixture.release("1:1.0+b~rc1-1");
        repository.add(release.path(), release.bytes());
        repository.next();
        TufClient client = new TufClient(source(base()), TrustedStore.open(temporary), () -> ForgedRepository.BIRTH);
        client.initialise(repository.rootBytes(1));
        assertEquals(2, client.refresh().version());
        assertArrayEquals(release.bytes(), client.manifest(release.id()).bytes());
    }

    @Test
    void aMissingFileIsEmptyAndAnythingElseNamesTheStatus() throws IOException {
        assertEquals(Optional.empty(), source(base()).fetch("metadata/9.root.json", 100));
        IOException broken =
                assertThrows(IOException.class, () -> source(base()).fetch("broken", 100));
        assertTrue(
                String.valueOf(broken.getMessage()).endsWith("/broken answers with status 500"), broken.getMessage());
    }

    @Test
    void aRedirectIsRefused() {
        IOException refusal =
                assertThrows(IOException.class, () -> source(base()).fetch("elsewhere", 100_000));
        assertTrue(String.valueOf(refusal.getMessage()).endsWith("status 302"), refusal.getMessage());
    }

    @Test
    void aFileOfExactlyTheBoundIsReadAndOneByteMoreIsNot() throws IOException {
        byte[] file = repository.file("metadata/timestamp.json");
        assertArrayEquals(
                file,
                source(base()).fetch("metadata/timestamp.json", file.length).orElseThrow());
        TrustException refusal = assertThrows(
                TrustException.class, () -> source(base()).fetch("metadata/timestamp.json", file.length - 1));
        assertEquals(Kind.TOO_LONG, refusal.kind());
    }

    @Test
    void anEndlessAnswerIsCutAtTheBound() throws IOException {
        CompletableFuture<Long> sent = new CompletableFuture<>();
        try (ServerSocket server = serve(out -> {
            long bytes = 0;
            byte[] junk = new byte[64 * 1024];
            try {
                while (true) {
                    out.write(junk);
                    bytes += junk.length;
                }
            } finally {
                sent.complete(bytes);
            }
        })) {
            TrustException refusal = assertThrows(
                    TrustException.class, () -> source(at(server)).fetch("metadata/timestamp.json", 16 * 1024));
            assertEquals(Kind.TOO_LONG, refusal.kind());
            assertTrue(sent.orTimeout(60, TimeUnit.SECONDS).join() < 64 << 20, "the connection was closed");
        }
    }

    @Test
    void aDrippingAnswerIsCut() throws IOException {
        try (ServerSocket server = serve(out -> drip(out, new byte[1], 20))) {
            TrustException refusal = assertThrows(
                    TrustException.class, () -> impatient(server).fetch("metadata/timestamp.json", 16 * 1024));
            assertEquals(Kind.TOO_SLOW, refusal.kind());
        }
    }

    @Test
    void anAnswerThatNeverEndsTheHeaderIsCut() throws IOException {
        try (ServerSocket server = new ServerSocket(0, 5, InetAddress.getByName("127.10.1.2"))) {
            TrustException refusal = assertThrows(
                    TrustException.class, () -> impatient(server).fetch("metadata/timestamp.json", 16 * 1024));
            assertEquals(Kind.TOO_SLOW, refusal.kind());
        }
    }

    @Test
    void anAnswerAboveTheLeastRateIsCutAtTheDeadline() throws IOException {
        Patience patience = new Patience(Duration.ofSeconds(9), Duration.ofSeconds(3), 1, Optional.empty());
        try (ServerSocket server = serve(out -> drip(out, new byte[100], 10))) {
            TrustException refusal = assertThrows(
                    TrustException.class,
                    () -> new HttpMetadataSource(List.of(at(server)), patience).fetch("x", 1 << 20));
            assertEquals(Kind.TOO_SLOW, refusal.kind());
            assertTrue(String.valueOf(refusal.getMessage()).contains("was not done"), refusal.getMessage());
        }
    }

    @Test
    void aSourceThatIsNotThereIsNamedAndTheNextOneIsAsked() throws IOException {
        URI gone;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getByName("127.10.1.3"))) {
            gone = at(closed);
        }
        IOException unreachable =
                assertThrows(IOException.class, () -> source(gone).fetch("metadata/timestamp.json", 100));
        assertTrue(String.valueOf(unreachable.getMessage()).contains(gone.toString()), unreachable.getMessage());
        assertTrue(
                source(gone, base()).fetch("metadata/timestamp.json", 16 * 1024).isPresent());
        TufClient client =
                new TufClient(source(gone, base()), TrustedStore.open(temporary), () -> ForgedRepository.BIRTH);
        client.initialise(repository.rootBytes(1));
        assertEquals(1, client.refresh().version());
    }

    @Test
    void itConnectsFromTheAddressItIsBoundTo() throws IOException {
        InetAddress own = InetAddress.getByName("127.10.1.9");
        assertTrue(new HttpMetadataSource(List.of(base()), Patience.DEFAULT.boundTo(own))
                .fetch("metadata/timestamp.json", 16 * 1024)
                .isPresent());
        assertEquals(own, asker.get());
    }

    @Test
    void whatIsNoBaseUrlIsRefused() {
        for (String bad : List.of("ftp://192.0.2.1/", "repository", "http:///x")) {
            assertThrows(IllegalArgumentException.class, () -> source(URI.create(bad)));
        }
    }

    /** Writes {@code drop} again and again until the other side has enough. */
    private void drip(OutputStream out, byte[] drop, long everyMillis) throws IOException {
        ScheduledFuture<?> dripping = pace.scheduleAtFixedRate(
                () -> {
                    try {
                        out.write(drop);
                        out.flush();
                    } catch (IOException e) {
                        throw new UncheckedIOException(e);
                    }
                },
                0,
                everyMillis,
                TimeUnit.MILLISECONDS);
        try {
            dripping.get(30, TimeUnit.SECONDS);
        } catch (ExecutionException | InterruptedException | TimeoutException e) {
            throw new IOException("the client went away", e);
        }
    }

    /** A server for one connection: reads the request's first bytes, sends a head without length, then {@code answer}. */
    private static ServerSocket serve(Answer answer) throws IOException {
        ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.10.1.2"));
        Thread.ofVirtual().start(() -> {
            try (Socket socket = server.accept()) {
                int first = socket.getInputStream().read();
                if (first >= 0) {
                    OutputStream out = socket.getOutputStream();
                    out.write(HEAD.getBytes(US_ASCII));
                    out.flush();
                    answer.to(out);
                }
            } catch (IOException e) {
                // The client went away, which is what these tests want.
            }
        });
        return server;
    }

    private static URI at(ServerSocket server) {
        return URI.create("http://" + server.getInetAddress().getHostAddress() + ":" + server.getLocalPort() + "/");
    }
}
