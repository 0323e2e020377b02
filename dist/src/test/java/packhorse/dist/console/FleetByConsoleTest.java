package packhorse.dist.console;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.console.ConsoleConfig;
import packhorse.console.ConsoleMain;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.topology.HostPort;
import packhorse.seeder.sign.KeyDirectory;
import packhorse.tracker.TrackerConfig;
import packhorse.tracker.TrackerMain;
import packhorse.tracker.enrol.AuthorityDirectory;
import packhorse.tracker.enrol.AuthorityDirectory.TokenWish;

/**
 * A tracker without a site map of its own and a console, both whole and on real sockets: who joins, where sites are and who is thrown out
 * is what people say to the console.
 */
@Timeout(180)
final class FleetByConsoleTest {
    private static final String HOST = "127.20.74.1";
    private static final InstantSource CLOCK = InstantSource.system();
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Pattern TOKEN = Pattern.compile("\"token\":\"([^\"]+)\"");

    private final SecureRandom random = new SecureRandom();
    private final HttpClient http = HttpClient.newHttpClient();
    private Path directory;
    private TrackerMain tracker;
    private ConsoleMain console;
    private String session = "";

    @BeforeEach
    void start(@TempDir Path folder) throws IOException {
        directory = folder;
        char[] phrase = "a passphrase for tests".toCharArray();
        Files.writeString(directory.resolve("phrase"), "a passphrase for tests\n");
        KeyDirectory.create(
                directory.resolve("keys"),
                KeyDirectory.Quorum.parse("1/1"),
                KeyDirectory.Quorum.parse("1/1"),
                phrase,
                phrase,
                random,
                CLOCK.instant());
        AuthorityDirectory authority =
                AuthorityDirectory.create(directory.resolve("ca"), phrase, phrase, CLOCK.instant(), random);
        Path config = Files.writeString(directory.resolve("tracker.yaml"), """
            listen: %s:0
            agents: %s:0
            secure: %s:0
            udp: []
            console: true
            origin: https://127.20.74.9:7400
            data: tracker
            trustedRoot: keys/root.json
            ca: ca
            caPassphraseFile: phrase
            """.formatted(HOST, HOST, HOST));
        tracker = TrackerMain.start(TrackerConfig.read(config), CLOCK, random);
        JoinToken own = authority.issueToken(
                new TokenWish(
                        URI.create(url(tracker.secureAddresses().getFirst())),
                        "centre",
                        DeploymentRole.CONSOLE,
                        List.of(HOST),
                        Optional.empty(),
                        directory.resolve("keys/root.json"),
                        Duration.ofHours(1)),
                CLOCK.instant(),
                System::nanoTime,
                random);
        join(own, "console/identity", DeploymentRole.CONSOLE);
        Files.writeString(directory.resolve("sites.yaml"), """
            sites:
              - name: berlin
                subnets: [127.0.0.0/8]
                wan: {down: 100Mbit, up: 20Mbit}
            """);
        Path yaml = Files.writeString(directory.resolve("console.yaml"), """
            state: console
            plain: true
            listen: 127.0.0.1:0
            trackers: %s
            sites: sites.yaml
            """.formatted(
                        at(tracker.agentAddresses().getFirst())));
        console = ConsoleMain.start(ConsoleConfig.read(yaml), CLOCK, random);
        session = signedIn();
    }

    @AfterEach
    void close() {
        console.close();
        tracker.close();
        http.close();
    }

    private static String url(InetSocketAddress address) {
        return "https://" + at(address);
    }

    private static HostPort at(InetSocketAddress address) {
        return new HostPort(address.getAddress().getHostAddress(), address.getPort());
    }

    private MachineIdentity join(JoinToken token, String where, DeploymentRole role) {
        return new Joining(directory.resolve(where), Set.of(role), Optional.empty(), CLOCK, random).join(token, false);
    }

    private HttpResponse<String> ask(String verb, String path, String body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://" + at(console.addresses().getFirst()) + "/api/v1" + path))
                .method(
                        verb,
                        body.isEmpty()
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json");
        if (!session.isEmpty()) {
            request.header("Authorization", "Bearer " + session);
        }
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private String asked(String verb, String path, String body) {
        HttpResponse<String> answer = ask(verb, path, body);
        assertTrue(answer.statusCode() < 300, () -> verb + " " + path + ": " + answer.body());
        return answer.body();
    }

    private static String token(String body) {
        Matcher token = TOKEN.matcher(body);
        assertTrue(token.find(), body);
        return token.group(1);
    }

    private String signedIn() throws IOException {
        String secret = Files.readString(directory.resolve("console").resolve(ConsoleMain.FIRST_SECRET))
                .strip();
        String password = "correct horse battery";
        asked(
                "POST",
                "/accounts/first",
                "{\"secret\":\"%s\",\"id\":\"adam\",\"name\":\"Adam\",\"password\":\"%s\"}"
                        .formatted(secret, password));
        return token(asked("POST", "/sessions", "{\"name\":\"adam\",\"password\":\"%s\"}".formatted(password)));
    }

    private Town.Agent agent(MachineIdentity identity) {
        return new Town.Agent(identity, at(tracker.agentAddresses().getFirst()));
    }

    @Test
    void aTokenOfTheConsoleLetsAMachineInAndADenialThrowsItOut() {
        JoinToken token = JoinToken.parse(token(asked("POST", "/join-tokens", "{\"site\":\"berlin\"}")));
        MachineIdentity joined = join(token, "agent", DeploymentRole.AGENT);
        assertEquals("berlin", joined.site());
        await("the token is used up")
                .atMost(SOON)
                .until(() -> asked("GET", "/join-tokens", "").contains("\"state\":\"USED\""));
        assertThrows(IdentityException.class, () -> join(token, "another", DeploymentRole.AGENT));
        String machines = asked("GET", "/machines", "");
        assertTrue(machines.contains(joined.self().serial().toString(16)), machines);
        try (Town.Agent agent = agent(joined)) {
            await("it is where the console's site map says")
                    .atMost(SOON)
                    .until(() -> asked("GET", "/endpoints?filter=online%3D%3Dtrue%3Bsite%3D%3Dberlin", "")
                            .contains(joined.id().toString()));
            asked("POST", "/denials", "{\"endpoint\":\"" + joined.id() + "\",\"why\":\"stolen\"}");
            await("its session is cut and no other one opened")
                    .atMost(SOON)
                    .until(() -> agent.refusals.stream().anyMatch(line -> line.contains("was revoked")));
            assertEquals(
                    409,
                    ask("POST", "/join-tokens", "{\"site\":\"berlin\",\"endpoint\":\"" + joined.id() + "\"}")
                            .statusCode(),
                    "nobody joins again as one that is denied");
            asked("DELETE", "/denials/" + joined.id(), "");
            await("it may take part again")
                    .atMost(SOON)
                    .until(() -> asked("GET", "/endpoints?filter=online%3D%3Dtrue", "")
                            .contains(joined.id().toString()));
        }
    }

    @Test
    void aTokenThatWasTakenBackOpensNothing() {
        JoinToken token = JoinToken.parse(token(asked("POST", "/join-tokens", "{\"site\":\"berlin\"}")));
        asked("POST", "/join-tokens/" + token.id() + "/revoke", "");
        IdentityException refused =
                assertThrows(IdentityException.class, () -> join(token, "agent", DeploymentRole.AGENT));
        assertTrue(
                String.valueOf(refused.getMessage()).contains("unknown token"), String.valueOf(refused.getMessage()));
        assertEquals(404, ask("POST", "/join-tokens", "{\"site\":\"nowhere\"}").statusCode());
    }

    @Test
    void aSiteThatIsWrittenMovesWhoIsThere() {
        JoinToken token = JoinToken.parse(token(asked("POST", "/join-tokens", "{\"site\":\"berlin\"}")));
        MachineIdentity joined = join(token, "agent", DeploymentRole.AGENT);
        try (Town.Agent agent = agent(joined)) {
            await().atMost(SOON)
                    .until(() -> asked("GET", "/endpoints?filter=online%3D%3Dtrue%3Bsite%3D%3Dberlin", "")
                            .contains(joined.id().toString()));
            HttpResponse<String> berlin = ask("GET", "/sites/berlin", "");
            HttpRequest request = HttpRequest.newBuilder(
                            URI.create("http://" + at(console.addresses().getFirst()) + "/api/v1/sites/berlin"))
                    .DELETE()
                    .header("Authorization", "Bearer " + session)
                    .header("If-Match", berlin.headers().firstValue("ETag").orElseThrow())
                    .build();
            assertEquals(
                    204,
                    http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                            .join()
                            .statusCode());
            asked(
                    "POST",
                    "/sites",
                    "{\"name\":\"paris\",\"zone\":\"Europe/Paris\",\"subnets\":[\"127.0.0.0/8\"],"
                            + "\"down\":\"10Mbit\",\"up\":\"10Mbit\"}");
            await("the tracker goes by the console's map")
                    .atMost(SOON)
                    .until(() -> asked("GET", "/endpoints?filter=online%3D%3Dtrue%3Bsite%3D%3Dparis", "")
                            .contains(joined.id().toString()));
            assertTrue(agent.refusals.isEmpty(), () -> String.join("; ", agent.refusals));
        }
    }
}
