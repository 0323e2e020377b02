package packhorse.console.scheduler;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import com.sun.net.httpserver.HttpServer;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.ConsoleConfig;
import packhorse.console.ConsoleMain;
import packhorse.console.change.BuildReport;
import packhorse.console.change.ChangeOrder;
import packhorse.console.change.CommunicationsPlan;
import packhorse.console.change.CommunicationsPlan.Frequency;
import packhorse.console.change.CommunicationsPlan.Means;
import packhorse.console.change.Finding;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kinds;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.OutboxBook;
import packhorse.console.ledger.Stored;
import packhorse.console.notice.OutboxEntry;
import packhorse.console.office.OfficeKinds;
import packhorse.console.wave.DeploymentState;

/** Whether those of a communications plan hear of what is decided, from the decision to their mailbox. */
final class WholeConsoleTellsTest {
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");

    private record Taken(String path, Map<String, List<String>> headers, String text) {}

    @TempDir
    Path folder;

    private final MovableClock clock = new MovableClock(Theatre.BEGIN);
    private final List<Taken> taken = new CopyOnWriteArrayList<>();
    private final GreenMail mail = new GreenMail(new ServerSetup(0, "localhost", ServerSetup.PROTOCOL_SMTP));
    private final HttpServer web;
    private final HttpClient http = HttpClient.newHttpClient();

    WholeConsoleTellsTest() throws IOException {
        web = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    }

    @BeforeEach
    void listen() {
        mail.start();
        web.createContext("/", exchange -> {
            taken.add(new Taken(
                    exchange.getRequestURI().getPath(),
                    Map.copyOf(exchange.getRequestHeaders()),
                    new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        web.start();
    }

    @AfterEach
    void stop() {
        mail.stop();
        web.stop(0);
    }

    private void seed(DeploymentState state, CommunicationsPlan.Line... lines) {
        Theatre.write(
                Theatre.embedded(folder),
                clock,
                Theatre.plan(),
                new CommunicationsPlan(List.of(lines)),
                Theatre.in(state, Theatre.plan()));
    }

    private ConsoleMain console(String... more) throws IOException {
        return ConsoleMain.start(ConsoleConfig.read(file(more)), clock, new SecureRandom());
    }

    private Path file(String... more) throws IOException {
        Files.writeString(folder.resolve("chat.url"), url("/chat") + "\n");
        Files.writeString(folder.resolve("itsm.secret"), SECRET + "\n");
        return Files.writeString(
                folder.resolve("console.yaml"),
                """
                state: .
                plain: true
                listen: [127.0.0.1:0]
                notify:
                  mail: {server: 'localhost:%d', security: none, from: packhorse@example.org}
                  chats: [{name: '#operations', urlFile: chat.url}]
                  webhooks: [{name: itsm, url: '%s', secretFile: itsm.secret, callbackSecretFile: itsm.secret}]
                """.formatted(mail.getSmtp().getPort(), url("/itsm")) + String.join("\n", more));
    }

    private String url(String path) {
        return "http://127.0.0.1:" + web.getAddress().getPort() + path;
    }

    private String ask(ConsoleMain console, String path, String token, String json) {
        HttpResponse<String> answer = send(console, path, token, json);
        assertTrue(answer.statusCode() < 300, answer.body());
        return answer.body();
    }

    private HttpResponse<String> send(ConsoleMain console, String path, String token, String json) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(
                        "http://127.0.0.1:" + console.addresses().getFirst().getPort() + "/api/v1" + path))
                .header("Content-Type", "application/json")
                .header("If-Match", "\"1\"")
                .method(path.endsWith("/plans") ? "PUT" : "POST", HttpRequest.BodyPublishers.ofString(json));
        if (!token.isEmpty()) {
            request.header("Authorization", "Bearer " + token);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    private String signIn(ConsoleMain console, String name) {
        Matcher token = TOKEN.matcher(
                ask(console, "/sessions", "", "{\"name\":\"" + name + "\",\"password\":\"correct horse battery\"}"));
        assertTrue(token.find());
        return token.group(1);
    }

    /** A coordinator who signed in. */
    private String olga(ConsoleMain console) throws IOException {
        String secret =
                Files.readString(folder.resolve(ConsoleMain.FIRST_SECRET)).strip();
        ask(
                console,
                "/accounts/first",
                "",
                "{\"secret\":\"" + secret
                        + "\",\"id\":\"adam\",\"name\":\"Adam\",\"password\":\"correct horse battery\"}");
        ask(
                console,
                "/accounts",
                signIn(console, "adam"),
                "{\"id\":\"olga\",\"name\":\"Olga\",\"roles\":[\"INSTALLATION_COORDINATOR\",\"TEST_SPECIALIST\"],\"password\":\"correct"
                        + " horse battery\"}");
        return signIn(console, "olga");
    }

    private String hold(ConsoleMain console, String token) {
        return ask(console, "/orders/" + Theatre.ID.order() + "/hold", token, "{\"why\":\"smoke in the cellar\"}");
    }

    @Test
    void aHoldReachesMailChatAndTheOtherSystemOfThePlan() throws Exception {
        seed(
                DeploymentState.NOTIFIED,
                Theatre.line("sales@example.org", Means.MAIL, Frequency.AT_ONCE),
                Theatre.line("#operations", Means.CHAT, Frequency.DAILY),
                Theatre.line("itsm", Means.WEBHOOK, Frequency.AT_ONCE));
        try (ConsoleMain console = console("  quiet: {from: '00:00', to: '23:59', zone: UTC}")) {
            String olga = olga(console);
            hold(console, olga);
            Awaitility.await().until(() -> mail.getReceivedMessages().length == 1 && taken.size() == 2);
            Awaitility.await()
                    .until(() -> metrics(console, olga).contains("packhorse_console_messages_told_total 3.0"));
            assertTrue(metrics(console, olga).contains("packhorse_console_scheduler_leader 1.0"));
        }
        MimeMessage received = mail.getReceivedMessages()[0];
        assertEquals("sales@example.org", received.getAllRecipients()[0].toString());
        assertTrue(received.getContent().toString().contains("smoke in the cellar"), "it comes at any hour");
        for (Taken one : taken) {
            assertTrue(one.text().contains("smoke in the cellar"), one.text());
            assertEquals(one.path().equals("/itsm"), one.headers().containsKey("Webhook-signature"));
        }
    }

    private HttpResponse<String> says(ConsoleMain console, String system, String secret, String id, String json)
            throws Exception {
        String seconds = Long.toString(clock.instant().getEpochSecond());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(Base64.getDecoder().decode(secret.substring("whsec_".length())), "HmacSHA256"));
        String signature = Base64.getEncoder()
                .encodeToString(mac.doFinal((id + "." + seconds + "." + json).getBytes(StandardCharsets.UTF_8)));
        return http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                + console.addresses().getFirst().getPort() + "/api/v1/external/" + system))
                        .header("Content-Type", "application/json")
                        .header("webhook-id", id)
                        .header("webhook-timestamp", seconds)
                        .header("webhook-signature", "v1," + signature)
                        .POST(HttpRequest.BodyPublishers.ofString(json))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void anotherSystemSetsItsIdOnceAndItsApprovalIsARemark() throws Exception {
        seed(DeploymentState.NOTIFIED);
        String linked =
                "{\"type\":\"external.linked\",\"data\":{\"about\":\"CO-2026-0001\",\"external\":\"CHG0030192\"}}";
        String approved =
                "{\"type\":\"external.remarked\",\"data\":{\"about\":\"CO-2026-0001\",\"external\":\"CHG0030192\","
                        + "\"decision\":\"approved\",\"by\":\"kim\",\"note\":\"fine\"}}";
        try (ConsoleMain console = console();
                Books books = new Books(Ledger.open(Theatre.embedded(folder)), clock)) {
            assertEquals(204, says(console, "itsm", SECRET, "m1", linked).statusCode());
            Stored<ChangeOrder> order = order(books);
            assertEquals(Optional.of("CHG0030192"), order.value().head().externalId());
            assertEquals(204, says(console, "itsm", SECRET, "m1", linked).statusCode());
            assertEquals(order.version(), order(books).version(), "what comes twice is taken once");
            assertEquals(400, says(console, "itsm", SECRET, "m1", approved).statusCode(), "one id, one message");

            assertEquals(204, says(console, "itsm", SECRET, "m2", approved).statusCode());
            ChangeOrder remarked = order(books).value();
            assertTrue(
                    remarked.comments().getLast().toString().contains("kim of itsm says approved"),
                    remarked.comments().toString());
            assertEquals(order.value().approvals(), remarked.approvals(), "whoever approves signs in");

            String other = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
            assertEquals(401, says(console, "itsm", other, "m3", linked).statusCode());
            assertEquals(404, says(console, "nobody", SECRET, "m4", linked).statusCode());
            assertEquals(
                    404,
                    says(console, "itsm", SECRET, "m5", linked.replace("0001", "0009"))
                            .statusCode());
        }
    }

    private static Stored<ChangeOrder> order(Books books) {
        return books.read(pages -> pages.get(Kinds.ORDER, Theatre.ID.order().toString()));
    }

    private String metrics(ConsoleMain console, String token) throws Exception {
        return http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + console.addresses().getFirst().getPort() + "/metrics"))
                                .header("Authorization", "Bearer " + token)
                                .build(),
                        HttpResponse.BodyHandlers.ofString())
                .body();
    }

    @Test
    void whatNoScannerLookedAtIsNotScannedAndNeverPasses() throws Exception {
        seed(DeploymentState.NOTIFIED);
        toTest();
        try (ConsoleMain console = console("", "scanner: {address: " + folder.resolve("no.ctl") + "}");
                Books books = new Books(Ledger.open(Theatre.embedded(folder)), clock)) {
            String olga = olga(console);
            for (String file : List.of("editor.deb", "editor.rpm&add=true")) {
                HttpResponse<String> answer = http.send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:"
                                        + console.addresses().getFirst().getPort() + "/api/v1/orders/"
                                        + Theatre.ID.order() + "/scans/content?name=" + file))
                                .header("Content-Type", "application/octet-stream")
                                .header("Authorization", "Bearer " + olga)
                                .POST(HttpRequest.BodyPublishers.ofString("content"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertEquals(200, answer.statusCode(), answer.body());
            }
            BuildReport.Scan scan = books.read(
                    pages -> pages.get(OfficeKinds.SCAN, Theatre.ID.order().toString())
                            .value()
                            .scan());
            assertEquals(Optional.empty(), scan.scanner());
            assertEquals(2, scan.unscanned().size(), "one for each file: " + scan);
            assertEquals(Finding.Answer.UNKNOWN, scan.finding().answer());
        }
    }

    /** The order as it was in its test: what it carries is tried, its gate is open. */
    private void toTest() {
        try (Books books = new Books(Ledger.open(Theatre.embedded(folder)), clock)) {
            books.write(Theatre.OLGA, pages -> {
                Stored<ChangeOrder> stored =
                        pages.get(Kinds.ORDER, Theatre.ID.order().toString());
                return pages.change(stored, Theatre.inTest(stored.value()));
            });
        }
    }

    @Test
    void whoCouldNeverBeToldIsNotPlannedToBe() throws Exception {
        seed(DeploymentState.NOTIFIED);
        try (ConsoleMain console = console()) {
            HttpResponse<String> refused = send(
                    console,
                    "/orders/" + Theatre.ID.order() + "/plans",
                    olga(console),
                    "{\"communications\":{\"lines\":[{\"stakeholder\":\"board\",\"address\":\"board\",\"means\":\"CHAT\","
                            + "\"occasions\":[\"HELD\"],\"frequency\":\"AT_ONCE\",\"call\":\"4711\"}]}}");
            assertEquals(400, refused.statusCode(), refused.body());
            assertTrue(refused.body().contains("no chat \\\"board\\\" is configured"), refused.body());
        }
    }

    /** What a console that is killed leaves: a process whose clock stands in the night. */
    static final class AtNight {
        private AtNight() {}

        public static void main(String... arguments) throws InterruptedException {
            ConsoleMain unusedConsole = ConsoleMain.start(
                    ConsoleConfig.read(Path.of(arguments[0])), InstantSource.fixed(Theatre.BEGIN), new SecureRandom());
            Thread.currentThread().join();
        }
    }

    @Test
    void whatIsDecidedAtNightIsToldInTheMorningAlthoughItsConsoleWasKilled() throws Exception {
        // Nobody is in the fleet, so that it is found to be not ready.
        seed(DeploymentState.STAGED, Theatre.line("sales@example.org", Means.MAIL, Frequency.HOURLY));
        String quiet = "  quiet: {from: '20:00', to: '07:00', zone: UTC}";
        Process night = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        AtNight.class.getName(),
                        file(quiet).toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("night.log").toFile())
                .start();
        try (Ledger ledger = Ledger.open(Theatre.embedded(folder))) {
            OutboxBook book = new OutboxBook(ledger);
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> book.in(OutboxBook.State.WAITING, 10).size() == 1);
            OutboxEntry entry = book.in(OutboxBook.State.WAITING, 10).getFirst().entry();
            assertEquals(Instant.parse("2026-03-02T07:00:00Z"), entry.due());
        } finally {
            night.destroyForcibly().waitFor();
        }
        assertEquals(0, mail.getReceivedMessages().length);
        clock.pass(Duration.ofHours(6));
        try (ConsoleMain morning = console(quiet)) {
            assertFalse(morning.addresses().isEmpty());
            Awaitility.await().until(() -> mail.getReceivedMessages().length == 1);
        }
        String said = mail.getReceivedMessages()[0].getContent().toString();
        assertTrue(said.contains("is not ready"), said);
    }
}
