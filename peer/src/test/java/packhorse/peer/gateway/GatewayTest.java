package packhorse.peer.gateway;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.content.ContentHasher;
import packhorse.core.content.ContentHashes;
import packhorse.core.content.Pack;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Torrents;
import packhorse.core.content.VerifiedTorrent;
import packhorse.core.content.Version;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;
import packhorse.peer.agent.ContentSource;
import packhorse.peer.agent.ContentWish;
import packhorse.peer.agent.Deployment;
import packhorse.peer.agent.PieceWatch;
import packhorse.peer.agent.Watches;

@Timeout(180)
final class GatewayTest {
    private static final int LENGTH = 2_000_000;
    private static final PeerAddress FREE = new PeerAddress(IpAddress.parse("127.31.31.1"), 17_500);

    private final byte[] content = Deployment.content(31, LENGTH);
    private final VerifiedTorrent torrent = torrentOf(content);
    private final Pack pack = torrent.pack();
    private final List<ContentWish> wishes = new CopyOnWriteArrayList<>();
    private final List<String> hurried = new CopyOnWriteArrayList<>();
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    @TempDir
    Path directory;

    private PieceWatch watch = Watches.empty(Path.of("unset"), 1);
    private Gateway gateway = Gateway.start(FREE, GatewayNames.of(Set.of("depot.example.org")), this::open);

    @BeforeEach
    void somethingToServe() throws IOException {
        watch = Watches.empty(Files.write(directory.resolve("content"), content), pack.pieceCount());
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private static VerifiedTorrent torrentOf(byte[] bytes) {
        ContentHasher hasher = new ContentHasher(bytes.length);
        hasher.update(bytes);
        ContentHashes hashes = hasher.finish();
        return Torrents.check(
                Torrents.pack(hashes, false), Torrents.hybrid(hashes).bytes());
    }

    private CompletableFuture<ContentSource> open(ContentWish wish) {
        wishes.add(wish);
        return switch (wish) {
            case ContentWish.Content there
            when there.pack().equals(pack.data().sha256()) -> CompletableFuture.completedFuture(source());
            case ContentWish.Content other -> CompletableFuture.failedFuture(new UsageException("no such pack"));
            case ContentWish.Release release
            when release.name().product().equals("tool") -> CompletableFuture.completedFuture(source());
            case ContentWish.Release release
            when release.name().product().equals("broken") ->
                CompletableFuture.failedFuture(new OperationException("the tracker is away"));
            case ContentWish.Release other -> CompletableFuture.failedFuture(new UsageException("no such release"));
        };
    }

    private ContentSource source() {
        ReleaseId id = new ReleaseId(ReleaseName.parse("acme/tool"), Version.parse("1.0"), Platform.ANY);
        return new ContentSource(id, "content.bin", torrent, watch, (first, last) -> hurried.add(first + "-" + last));
    }

    private void everythingIsThere() {
        for (int piece = 0; piece < pack.pieceCount(); piece++) {
            Watches.add(watch, piece);
        }
    }

    @Test
    void aPieceThatTheEngineCallsVerifiedIsProvenBeforeItIsSent() throws Exception {
        byte[] bent = content.clone();
        bent[pack.pieceLength() + 5] ^= 1;
        Files.write(directory.resolve("content"), bent);
        everythingIsThere();
        assertThrows(IOException.class, () -> get("/releases/acme/tool/1.0/any"));
        HttpResponse<byte[]> before =
                get("/releases/acme/tool/1.0/any", "Range", "bytes=0-" + (pack.pieceLength() - 1));
        assertArrayEquals(Arrays.copyOfRange(content, 0, pack.pieceLength()), before.body());
    }

    private String raw(String... headers) throws IOException {
        try (Socket socket = new Socket("127.31.31.1", gateway.port())) {
            String head = "GET /releases/acme/tool/1.0/any HTTP/1.1\r\nConnection: close\r\n"
                    + String.join("\r\n", headers)
                    + "\r\n\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    /** A page that looks for what is installed here, or has gigabytes fetched. */
    @Test
    void aPageOfAnotherSiteGetsNothingAndHasNothingFetched() throws Exception {
        everythingIsThere();
        for (String site : List.of("cross-site", "same-site")) {
            String refused = raw("Host: localhost", "Sec-Fetch-Site: " + site, "Sec-Fetch-Mode: no-cors");
            assertTrue(refused.startsWith("HTTP/1.1 403"), refused);
        }
        // DNS rebinding: for its browser that page is of this very origin.
        String rebound = raw("Host: evil.example:" + gateway.port(), "Sec-Fetch-Site: same-origin");
        assertTrue(rebound.startsWith("HTTP/1.1 403"), rebound);
        assertEquals(List.of(), wishes);
        String followed = raw("Host: localhost", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate");
        assertTrue(followed.startsWith("HTTP/1.1 200"), followed.substring(0, 20));
        assertTrue(followed.contains("X-Content-Type-Options: nosniff"));
        assertTrue(followed.contains("Cross-Origin-Resource-Policy: same-origin"));
    }

    /** As the browsers do that do not say for whom they ask. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://evil.example",
                "Origin: null",
                "Origin: https://localhost",
                "Origin: http://localhost:7500",
                "Referer: https://evil.example/page",
                "Referer: http://localhost.evil.example/",
                "Referer: http://localhost:7500/page",
                "Referer: http://localhost@evil.example/"
            })
    void aPageOfAnotherSiteThatTheBrowserOnlyNamesGetsNothingAndHasNothingFetched(String named) throws Exception {
        everythingIsThere();

        for (String more : List.of("Accept: */*", "Upgrade-Insecure-Requests: 1")) {
            String refused = raw("Host: localhost", named, more);
            assertTrue(refused.startsWith("HTTP/1.1 403"), refused);
        }

        assertEquals(List.of(), wishes);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Origin: http://localhost", "Referer: http://localhost/", "Referer: http://LOCALHOST/page"})
    void itsOwnPageMayAskAlsoWhereTheBrowserOnlyNamesIt(String named) throws Exception {
        everythingIsThere();

        String answer = raw("Host: localhost", named);

        assertTrue(answer.startsWith("HTTP/1.1 200"), answer.substring(0, 20));
    }

    @ParameterizedTest
    @ValueSource(strings = {"iframe", "frame", "embed", "object"})
    void whatAPageLeadsItsFramesToIsNoLinkThatSomebodyFollows(String frame) throws Exception {
        everythingIsThere();

        String refused = raw(
                "Host: localhost",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Mode: navigate",
                "Sec-Fetch-Dest: " + frame);

        assertTrue(refused.startsWith("HTTP/1.1 403"), refused);
        assertEquals(List.of(), wishes);
        String followed = raw(
                "Host: localhost",
                "Sec-Fetch-Site: cross-site",
                "Sec-Fetch-Mode: navigate",
                "Sec-Fetch-Dest: document");
        assertTrue(followed.startsWith("HTTP/1.1 200"), followed.substring(0, 20));
    }

    @Test
    void aLinkToAnAddressBeyondThisMachineIsFollowedThoughTheBrowserSaysLittle() {
        assertTrue(Caller.follows(null, null, "1", false));
        assertFalse(Caller.follows(null, null, null, false));
        assertFalse(Caller.follows(null, null, "1", true), "of this machine's addresses they say more");
        assertFalse(Caller.follows("no-cors", "image", "1", false));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.31.31.1",
                "127.31.31.1:17500",
                "192.0.2.7",
                "[2001:db8::5]:7500",
                "localhost:1",
                "Depot.Example.org.:80"
            })
    void itAnswersToAddressesAndToTheNamesItWasGiven(String host) throws Exception {
        everythingIsThere();

        String answer = raw("Host: " + host);

        assertTrue(answer.startsWith("HTTP/1.1 200"), answer.substring(0, 20));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "depot.example.org.evil.example",
                "192.0.2.7.evil.example",
                "example.org",
                "x",
                "1.2.3.4.5",
                "[evil]"
            })
    void byAnyOtherNameNothingIsFetched(String host) throws Exception {
        everythingIsThere();

        String answer = raw("Host: " + host);

        assertTrue(answer.startsWith("HTTP/1.1 40"), answer);
        assertTrue(host.startsWith("[") || answer.contains("gatewayNames:"), answer);
        assertEquals(List.of(), wishes);
    }

    @Test
    void wholeContentAndRangesAreServed() throws Exception {
        everythingIsThere();
        HttpResponse<byte[]> all = get("/releases/acme/tool/1.0/any");
        assertEquals(200, all.statusCode());
        assertArrayEquals(content, all.body());
        String etag = all.headers().firstValue("ETag").orElseThrow();
        assertEquals("\"" + pack.data().sha256() + "\"", etag);

        HttpResponse<byte[]> part = get("/packs/" + pack.data().sha256(), "Range", "bytes=600000-1300000");
        assertEquals(206, part.statusCode());
        assertArrayEquals(Arrays.copyOfRange(content, 600_000, 1_300_001), part.body());
        assertEquals(
                "bytes 600000-1300000/" + LENGTH,
                part.headers().firstValue("Content-Range").orElseThrow());
        assertArrayEquals(
                Arrays.copyOfRange(content, LENGTH - 7, LENGTH),
                get("/releases/acme/tool/latest", "Range", "bytes=-7").body());

        HttpResponse<byte[]> beyond = get("/releases/acme/tool/1.0/any", "Range", "bytes=" + LENGTH + "-");
        assertEquals(416, beyond.statusCode());
        assertEquals(
                "bytes */" + LENGTH,
                beyond.headers().firstValue("Content-Range").orElseThrow());
        assertEquals(
                304, get("/releases/acme/tool/1.0/any", "If-None-Match", etag).statusCode());
        assertEquals(
                200,
                get("/releases/acme/tool/1.0/any", "Range", "bytes=0-1", "If-Range", "\"another\"")
                        .statusCode());
        assertEquals(
                206,
                get("/releases/acme/tool/1.0/any", "Range", "bytes=0-1", "If-Range", etag)
                        .statusCode());
    }

    @Test
    void headSaysTheLengthAndWaitsForNothing() throws Exception {
        HttpResponse<Void> head = http.send(
                HttpRequest.newBuilder(uri("/releases/acme/tool/1.0/any"))
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        assertEquals(200, head.statusCode());
        assertEquals(LENGTH, head.headers().firstValueAsLong("Content-Length").orElseThrow());
        assertEquals(List.of(), List.copyOf(hurried));
    }

    @Test
    void bytesComeAsSoonAsTheirPieceIsVerifiedAndNotBefore() throws Exception {
        CompletableFuture<HttpResponse<InputStream>> answer = http.sendAsync(
                HttpRequest.newBuilder(uri("/releases/acme/tool/1.0/any")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        org.awaitility.Awaitility.await().until(() -> hurried.contains("0-" + (pack.pieceCount() - 1)));
        assertFalse(answer.isDone());

        Watches.add(watch, 0);

        try (InputStream in = answer.get().body()) {
            assertArrayEquals(Arrays.copyOf(content, pack.pieceLength()), in.readNBytes(pack.pieceLength()));
            assertEquals(0, in.available());
            Path moved = Files.move(directory.resolve("content"), directory.resolve("promoted"));
            Watches.move(watch, moved);
            for (int piece = pack.pieceCount() - 1; piece > 0; piece--) {
                Watches.add(watch, piece);
            }
            assertArrayEquals(Arrays.copyOfRange(content, pack.pieceLength(), LENGTH), in.readAllBytes());
        }
    }

    @Test
    void aRangeThatIsThereIsServedWhileTheRestIsNot() throws Exception {
        Watches.add(watch, 2);
        int from = 2 * pack.pieceLength();
        HttpResponse<byte[]> part = get("/releases/acme/tool/1.0/any", "Range", "bytes=" + from + "-" + (from + 99));
        assertEquals(206, part.statusCode());
        assertArrayEquals(Arrays.copyOfRange(content, from, from + 100), part.body());
    }

    @Test
    void aStreamThatCannotGoOnIsBrokenOff() throws Exception {
        Watches.add(watch, 0);
        CompletableFuture<HttpResponse<InputStream>> answer = http.sendAsync(
                HttpRequest.newBuilder(uri("/releases/acme/tool/1.0/any")).build(),
                HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream in = answer.get().body()) {
            assertEquals(pack.pieceLength(), in.readNBytes(pack.pieceLength()).length);
            Watches.fail(watch, "the disk is full");
            assertThrows(IOException.class, in::readAllBytes);
        }
        HttpResponse<byte[]> next = get("/releases/acme/tool/1.0/any", "Range", "bytes=-1");
        assertEquals(502, next.statusCode());
        assertEquals("the disk is full\n", new String(next.body(), java.nio.charset.StandardCharsets.UTF_8));
    }

    @Test
    void whatIsNotThereIsSaid() throws Exception {
        assertEquals(404, get("/releases/acme/nothing/1.0/any").statusCode());
        assertEquals(502, get("/releases/acme/broken/1.0/any").statusCode());
        assertEquals(404, get("/packs/" + "0".repeat(64)).statusCode());
        assertEquals(400, get("/packs/xyz").statusCode());
        assertEquals(400, get("/releases/acme/UPPER/1.0/any").statusCode());
        assertEquals(404, get("/elsewhere").statusCode());
        UsageException taken = assertThrows(
                UsageException.class,
                () -> Gateway.start(new PeerAddress(FREE.ip(), gateway.port()), GatewayNames.NONE, this::open));
        assertTrue(taken.toString().contains("gateway"), taken.toString());
    }

    private URI uri(String path) {
        return URI.create("http://" + FREE.ip() + ":" + gateway.port() + path);
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = HttpRequest.newBuilder(uri(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }
}
