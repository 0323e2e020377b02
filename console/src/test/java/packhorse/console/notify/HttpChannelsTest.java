package packhorse.console.notify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.notice.Attempt;
import packhorse.console.notice.Message;
import packhorse.console.notify.WebhookChannel.Hook;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;

final class HttpChannelsTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final String OLDER = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

    private record Taken(String path, Headers headers, String text) {
        byte[] body() {
            return text.getBytes(StandardCharsets.UTF_8);
        }
    }

    @TempDir
    private Path folder = Path.of("");

    private final List<Taken> taken = new CopyOnWriteArrayList<>();
    private final HttpServer server;

    private int status = 200;
    private Map<String, String> answers = Map.of();
    private long bodyBytes;

    HttpChannelsTest() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void start() {
        serve(server);
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void serve(HttpServer http) {
        http.createContext("/", exchange -> {
            taken.add(new Taken(
                    exchange.getRequestURI().getPath(),
                    exchange.getRequestHeaders(),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            answers.forEach(exchange.getResponseHeaders()::set);
            exchange.sendResponseHeaders(status, bodyBytes == 0 ? -1 : bodyBytes);
            try (OutputStream out = exchange.getResponseBody()) {
                byte[] some = new byte[1 << 16];
                for (long left = bodyBytes; left > 0; left -= some.length) {
                    out.write(some, 0, (int) Math.min(some.length, left));
                }
            } catch (IOException e) {
                // The client had enough.
            }
            exchange.close();
        });
        http.start();
    }

    private URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    private Path secrets(String... lines) throws IOException {
        return Files.write(folder.resolve("secret"), List.of(lines));
    }

    private Attempt webhook(URI url, Path secrets, Optional<Path> trust, String... texts) {
        try (WebhookChannel channel =
                new WebhookChannel(List.of(new Hook("itsm", url, secrets)), trust, InstantSource.fixed(Parcels.NOON))) {
            return channel.deliver(Parcels.parcel(Means.WEBHOOK, "itsm", texts));
        }
    }

    private static String header(Taken one, String name) {
        return String.valueOf(one.headers().getFirst(name));
    }

    @Test
    void whatIsSignedIsWhatTheStandardsOwnExampleSays() {
        // The example of Standard Webhooks' reference libraries.
        assertEquals(
                "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
                WebhookSecret.parse(SECRET)
                        .sign(
                                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                                java.time.Instant.ofEpochSecond(1614265330),
                                "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void aReceiverProvesAWebhookWithEitherOfTwoSecrets() throws IOException {
        assertInstanceOf(Attempt.Sent.class, webhook(url("/hook"), secrets(SECRET, OLDER), Optional.empty(), "a\nb"));
        Taken one = taken.getFirst();
        assertEquals("0123456789abcdef", header(one, "webhook-id"));
        for (String secret : List.of(SECRET, OLDER)) {
            WebhookSecret its = WebhookSecret.parse(secret);
            assertTrue(its.signed(
                    header(one, "webhook-signature"),
                    header(one, "webhook-id"),
                    header(one, "webhook-timestamp"),
                    one.body()));
            byte[] changed = one.body().clone();
            changed[5] ^= 1;
            assertFalse(its.signed(
                    header(one, "webhook-signature"),
                    header(one, "webhook-id"),
                    header(one, "webhook-timestamp"),
                    changed));
        }
        JsonFields event = JsonFields.of(JsonReader.parse(one.body()), "event").ignoreUnknown();
        assertEquals("order.held", event.string("type"));
        assertEquals("2026-03-02T12:00:00Z", event.string("timestamp"));
        assertEquals("CO-2026-0001", event.object("data").string("about"));
        assertEquals("a\nb", event.object("data").string("message"));
    }

    @Test
    void whatWasGatheredIsOneListOfEvents() throws IOException {
        assertInstanceOf(Attempt.Sent.class, webhook(url("/"), secrets(SECRET), Optional.empty(), "one", "two"));
        JsonFields event = JsonFields.of(JsonReader.parse(taken.getFirst().body()), "event")
                .ignoreUnknown();
        assertEquals("digest", event.string("type"));
        assertEquals(2, event.object("data").objects("events").size());
    }

    @ParameterizedTest
    @CsvSource({"204, Sent", "301, Failed", "307, Failed", "404, Failed", "410, Refused", "429, Failed", "500, Failed"})
    void whatTheReceiverAnswersDecides(int code, String outcome) throws IOException {
        status = code;
        answers = Map.of("Location", url("/elsewhere").toString(), "Retry-After", "120");
        Attempt attempt = webhook(url("/hook"), secrets(SECRET), Optional.empty(), "x");
        assertEquals(outcome, attempt.getClass().getSimpleName(), attempt.toString());
        assertEquals(List.of("/hook"), taken.stream().map(Taken::path).toList(), "no redirect is followed");
        if (code == 429) {
            assertEquals(Optional.of(Duration.ofMinutes(2)), ((Attempt.Failed) attempt).wish());
        }
    }

    @Test
    void anEndlessAnswerIsNotReadToItsEnd() throws IOException {
        bodyBytes = 1L << 40;
        assertInstanceOf(Attempt.Sent.class, webhook(url("/"), secrets(SECRET), Optional.empty(), "x"));
    }

    @Test
    void aServerThatIsNotTheOneNamedGetsNothing() throws Exception {
        TestTls tls = TestTls.make(folder);
        HttpsServer https = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        https.setHttpsConfigurator(new HttpsConfigurator(tls.server()));
        serve(https);
        try {
            int port = https.getAddress().getPort();
            URI right = URI.create("https://localhost:" + port + "/");
            URI other = URI.create("https://127.0.0.1:" + port + "/");
            Path secret = secrets(SECRET);
            assertInstanceOf(Attempt.Failed.class, webhook(right, secret, Optional.empty(), "x"));
            assertInstanceOf(Attempt.Failed.class, webhook(other, secret, Optional.of(tls.certificate()), "x"));
            assertEquals(0, taken.size());
            assertInstanceOf(Attempt.Sent.class, webhook(right, secret, Optional.of(tls.certificate()), "x"));
        } finally {
            https.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"whsec_short", "", "whsec_%%%", "one\ntwo\nthree"})
    void aSecretThatIsNoneSendsNothingAndIsNotRepeated(String text) throws IOException {
        Attempt attempt = webhook(url("/"), secrets(text), Optional.empty(), "x");
        assertInstanceOf(Attempt.Failed.class, attempt);
        assertFalse(attempt.toString().contains("whsec_short"), attempt.toString());
        assertEquals(0, taken.size());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://itsm.example.org/",
                "https://user:pass@itsm.example.org/",
                "file:///etc/passwd",
                "itsm",
                "",
                "https:///x",
                "http://127.evil.example/"
            })
    void anAddressThatIsNotSafeIsRefused(String text) {
        assertThrows(IllegalArgumentException.class, () -> HttpPost.checked(text));
    }

    @Test
    void aRoomGetsATextInWhichNothingIsALinkOrACall() throws IOException {
        Path address = Files.writeString(folder.resolve("url"), url("/room") + "\n");
        try (ChatChannel channel = new ChatChannel(
                List.of(new ChatChannel.Room("#ops", address, ChatChannel.Form.SLACK)), Optional.empty())) {
            assertInstanceOf(
                    Attempt.Sent.class,
                    channel.deliver(Parcels.parcel(Means.CHAT, "#ops", "<!channel> see <http://x|here> & go")));
            assertInstanceOf(Attempt.Failed.class, channel.deliver(Parcels.parcel(Means.CHAT, "#nobody", "x")));
        }
        assertEquals(
                "{\"text\":\"*CO-2026-0001: held*\\n&lt;!channel&gt; see &lt;http://x|here&gt; &amp; go\"}",
                new String(taken.getFirst().body(), StandardCharsets.UTF_8));
    }

    @Test
    void aCardSaysTheWordsAndNothingInThemIsMarkup() {
        byte[] body = ChatChannel.body(ChatChannel.Form.TEAMS, new Message("held", "[click](http://x) *now*\nsecond"))
                .getBytes(StandardCharsets.UTF_8);
        JsonFields message = JsonFields.of(JsonReader.parse(body), "message");
        assertEquals("message", message.string("type"));
        JsonFields card = message.objects("attachments").getFirst().object("content");
        assertEquals("AdaptiveCard", card.string("type"));
        assertEquals(
                "\\[click\\]\\(http://x\\) \\*now\\*\n\nsecond",
                card.objects("body").get(1).string("text"));
    }

    private static ExternalCallback.Reading callback(String body, Map<String, String> changes, long ageSeconds) {
        WebhookSecret secret = WebhookSecret.parse(SECRET);
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        java.time.Instant signed = Parcels.NOON.minusSeconds(ageSeconds);
        Map<String, String> headers = new TreeMap<>(Map.of(
                "Webhook-Id",
                "m1",
                "Webhook-Timestamp",
                Long.toString(signed.getEpochSecond()),
                "Webhook-Signature",
                "v1a,AAAA " + secret.sign("m1", signed, bytes)));
        headers.putAll(changes);
        return ExternalCallback.read(headers, bytes, List.of(WebhookSecret.parse(OLDER), secret), Parcels.NOON);
    }

    private static final String LINKED =
            "{\"type\":\"external.linked\",\"data\":{\"about\":\"CO-2026-0001\",\"external\":\"CHG0030192\"}}";

    @Test
    void anotherSystemsIdIsTakenFromASignedMessage() {
        assertEquals(
                new ExternalCallback.Reading.Linked("m1", "CO-2026-0001", "CHG0030192"), callback(LINKED, Map.of(), 0));
        assertEquals(
                new ExternalCallback.Reading.Remarked("m1", "PR-2026-0007", "INC1", "resolved", "kim", "was the disk"),
                callback(
                        "{\"type\":\"external.remarked\",\"data\":{\"about\":\"PR-2026-0007\",\"external\":\"INC1\","
                                + "\"decision\":\"resolved\",\"by\":\"kim\",\"note\":\"was the\\ndisk\",\"more\":1}}",
                        Map.of(),
                        0));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Webhook-Id | m2 | 0 | 401",
                "Webhook-Id | '' | 0 | 401",
                "Webhook-Timestamp | 1772452801 | 0 | 401",
                "Webhook-Timestamp | now | 0 | 401",
                "Webhook-Signature | '' | 0 | 401",
                "Webhook-Signature | v1,%%% | 0 | 401",
                "X | x | 301 | 401",
                "X | x | -301 | 401",
            })
    void whatIsChangedReplayedOrNotSignedIsRefused(String name, String value, long age, int code) {
        ExternalCallback.Reading reading = callback(LINKED, Map.of(name, value), age);
        assertEquals(
                code,
                assertInstanceOf(ExternalCallback.Reading.Refused.class, reading)
                        .status());
        assertInstanceOf(ExternalCallback.Reading.Linked.class, callback(LINKED, Map.of(), age > 0 ? 300 : -300));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "{\"type\":\"external.linked\"}",
                "{\"type\":\"order.approve\",\"data\":{\"about\":\"CO-2026-0001\",\"external\":\"x\"}}",
                "{\"type\":\"external.linked\",\"data\":{\"about\":\"../x\",\"external\":\"x\"}}",
                "{\"type\":\"external.linked\",\"data\":{\"about\":\"CO-2026-0001\",\"external\":\" \"}}",
                "{\"type\":\"external.linked\",\"data\":{\"about\":\"CO-2026-0001\",\"external\":7}}"
            })
    void whatIsSignedAndMakesNoSenseIsRefusedInOneLine(String body) {
        ExternalCallback.Reading.Refused refused =
                assertInstanceOf(ExternalCallback.Reading.Refused.class, callback(body, Map.of(), 0));
        assertEquals(400, refused.status());
        assertEquals(1, refused.reason().lines().count(), refused.reason());
    }

    @Test
    void aBodyWithoutEndIsNotEvenHashed() {
        assertEquals(
                413,
                assertInstanceOf(
                                ExternalCallback.Reading.Refused.class,
                                callback(" ".repeat(ExternalCallback.BODY_BYTES_MAX + 1), Map.of(), 0))
                        .status());
    }
}
