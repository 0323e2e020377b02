package packhorse.peer.gateway;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonReader;
import packhorse.core.message.v1.LocalRequest;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.core.topology.IpAddress;
import packhorse.core.topology.PeerAddress;

/** The page over plain HTTP, byte by byte: a browser would not send what must be refused. */
@Timeout(180)
final class UserPageTest {
    private static final long NOW = 1_800_000_000_000L;
    private static final String INSTALL = "{\"name\":\"acme/viewer\",\"platform\":\"any\",\"version\":\"2.1\"}";

    private final TellingAgent agent = new TellingAgent(NOW);
    private final Gateway gateway = Gateway.start(
            new PeerAddress(IpAddress.parse("127.31.32.1"), 17_500),
            GatewayNames.NONE,
            wish -> new CompletableFuture<>(),
            agent,
            new SecureRandom());

    private record Answer(int status, String head, String body) {
        String header(String name) {
            Matcher found = Pattern.compile("(?im)^" + name + ": (.*)$").matcher(head);
            return found.find() ? found.group(1).strip() : "";
        }
    }

    @AfterEach
    void stop() {
        gateway.close();
    }

    private String host() {
        return "127.31.32.1:" + gateway.port();
    }

    private Answer ask(String method, String path, String body, String... headers) throws IOException {
        List<String> lines = new ArrayList<>(List.of(method + " " + path + " HTTP/1.1", "Connection: close"));
        if (List.of(headers).stream().noneMatch(header -> header.startsWith("Host:"))) {
            lines.add("Host: " + host());
        }
        lines.addAll(List.of(headers));
        if (!body.isEmpty()) {
            lines.add("Content-Length: " + body.getBytes(StandardCharsets.UTF_8).length);
        }
        try (Socket socket = new Socket("127.31.32.1", gateway.port())) {
            socket.getOutputStream()
                    .write((String.join("\r\n", lines) + "\r\n\r\n" + body).getBytes(StandardCharsets.UTF_8));
            String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = text.indexOf("\r\n\r\n");
            return new Answer(Integer.parseInt(text.substring(9, 12)), text.substring(0, end), text.substring(end + 4));
        }
    }

    private Answer get(String path, String... headers) throws IOException {
        return ask("GET", path, "", headers);
    }

    private String token() throws IOException {
        return string(get("/page/state").body(), "token");
    }

    private static String string(String json, String key) {
        return JsonReader.parse(json.getBytes(StandardCharsets.UTF_8)) instanceof JsonObject object
                        && object.members().get(key) instanceof JsonString text
                ? text.value()
                : "";
    }

    private Answer post(String path, String body, String... more) throws IOException {
        List<String> headers = new ArrayList<>(List.of("Content-Type: application/json"));
        headers.addAll(List.of(more));
        return ask("POST", path, body, headers.toArray(String[]::new));
    }

    private Answer granted(String path, String body) throws IOException {
        return post(
                path, body, "X-Packhorse-Token: " + token(), "Origin: http://" + host(), "Sec-Fetch-Site: same-origin");
    }

    private List<LocalRequest.WhatCase> changes() {
        return agent.asked.stream()
                .map(LocalRequest::getWhatCase)
                .filter(what -> what != LocalRequest.WhatCase.STATUS)
                .toList();
    }

    @Test
    void thePageLoadsNothingButItsOwnFilesAndMayNotBeFramed() throws IOException {
        Answer page = get("/");
        assertEquals(200, page.status());
        String policy = page.header("Content-Security-Policy");
        assertTrue(policy.startsWith("default-src 'none'; script-src 'self';"), policy);
        assertTrue(policy.contains("frame-ancestors 'none'"), policy);
        assertFalse(policy.contains("unsafe"), policy);
        assertEquals("DENY", page.header("X-Frame-Options"));
        assertEquals("no-store", page.header("Cache-Control"));
        assertEquals("", page.header("Access-Control-Allow-Origin"));
        Matcher loaded = Pattern.compile("(?:src|href|action)=\"([^\"]*)\"").matcher(page.body());
        while (loaded.find()) {
            String link = loaded.group(1);
            assertTrue(link.startsWith("/page/") || link.startsWith("#") || link.equals("data:,"), link);
            if (link.startsWith("/page/")) {
                assertEquals(200, get(link).status(), link);
            }
        }
        assertFalse(Pattern.compile("<script(?![^>]*src)| on[a-z]+=|style=")
                .matcher(page.body())
                .find());
        assertTrue(get("/page/page.js").header("Content-Type").startsWith("text/javascript"));
        for (String file : List.of("/page/page.js", "/page/page.css")) {
            assertFalse(get(file).body().contains("://"), file + " names another place");
        }
    }

    @Test
    void stateAndOffersAreToldAsTheAgentSaysThem() throws IOException {
        String state = get("/page/state").body();
        assertTrue(state.contains("\"name\":\"acme/office\""), state);
        assertTrue(state.contains("\"health\":\"drift\""), state);
        assertTrue(state.contains("\"step\":\"putting it in place\""), state);
        assertTrue(state.contains("\"deferUntilMillis\":" + (NOW + TellingAgent.DAY_MILLIS)), state);
        assertTrue(state.contains("\"restartMillis\":" + (NOW + 900_000)), state);
        String offers = get("/page/offers").body();
        assertTrue(offers.contains("\"name\":\"acme/firmware\""), offers);
        assertTrue(offers.contains("\"irreversible\":true"), offers);
    }

    @Test
    void buttonsAskTheAgentAndDoNotWaitForTheEnd() throws IOException {
        Answer installed = granted("/page/install", INSTALL);
        assertEquals(200, installed.status(), installed.body());
        assertEquals("local:1", string(installed.body(), "action"));
        assertEquals(
                200,
                granted("/page/rollback", "{\"name\":\"acme/editor\",\"platform\":\"any\"}")
                        .status());
        Answer deferred = granted("/page/defer", "{\"action\":\"order-17\",\"millis\":3600000}");
        assertTrue(deferred.body().contains("\"deferredMillis\":" + (NOW + 3_600_000)), deferred.body());
        assertEquals(
                List.of(LocalRequest.WhatCase.INSTALL, LocalRequest.WhatCase.ROLLBACK, LocalRequest.WhatCase.DEFER),
                changes());
        assertTrue(agent.asked.stream()
                .filter(LocalRequest::hasInstall)
                .allMatch(asked -> asked.getInstall().getDetach()
                        && asked.getInstall().getVersion().equals("2.1")));
        assertEquals(
                200,
                granted("/page/install", INSTALL.replace("\"any\"", "\"bundle\""))
                        .status());
    }

    @Test
    void whatTheAgentRefusesIsSaidInItsWords() throws IOException {
        Answer refused = granted("/page/install", INSTALL.replace("viewer", "forbidden"));
        assertEquals(409, refused.status());
        assertEquals("acme/forbidden is not for this machine; ask whoever runs it", string(refused.body(), "reason"));
    }

    /** A page of somebody else's name that was made to lead to this machine. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:80",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "127.evil.example",
                "192.0.2.1",
                "0.0.0.0",
                "[::]",
                "[::ffff:127.0.0.1]",
                "localhost:80@evil.example",
                "localhost."
            })
    void aHostThatIsNoLoopbackNameIsRefusedWhateverItAsks(String host) throws IOException {
        for (String path : List.of("/", "/page/state", "/page/offers", "/page/page.js")) {
            int status = get(path, "Host: " + host).status();
            assertTrue(status == 403 || status == 400, path + " " + status);
        }
        String token = token();
        int status = post("/page/install", INSTALL, "Host: " + host, "X-Packhorse-Token: " + token)
                .status();
        assertTrue(status == 403 || status == 400, "" + status);
        assertEquals(List.of(), changes());
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:7100", "127.0.0.1", "127.31.32.1:9", "[::1]:7000"})
    void everyLoopbackNameIsGood(String host) throws IOException {
        assertEquals(200, get("/", "Host: " + host).status());
        assertEquals(200, get("/page/state", "Host: " + host).status());
    }

    @Test
    void anotherPageInTheSameBrowserCanNeitherLookNorAct() throws IOException {
        String token = "X-Packhorse-Token: " + token();
        assertEquals(403, get("/page/state", "Sec-Fetch-Site: cross-site").status());
        assertEquals(403, get("/page/state", "Sec-Fetch-Site: same-site").status());
        assertEquals(
                200,
                get("/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")
                        .status());
        assertEquals(
                403,
                get("/", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: no-cors")
                        .status());
        assertEquals(
                403,
                post("/page/install", INSTALL, token, "Sec-Fetch-Site: cross-site")
                        .status());
        assertEquals(
                403,
                post("/page/install", INSTALL, token, "Origin: http://evil.example")
                        .status());
        assertEquals(403, post("/page/install", INSTALL, token, "Origin: null").status());
        assertEquals(
                403,
                post("/page/install", INSTALL, token, "Origin: http://127.31.32.1:1")
                        .status());
        assertEquals(
                403,
                post("/page/install", INSTALL, token, "Origin: https://" + host())
                        .status());
        for (String type : List.of("text/plain", "application/x-www-form-urlencoded", "multipart/form-data")) {
            assertEquals(
                    403,
                    ask("POST", "/page/install", INSTALL, token, "Content-Type: " + type)
                            .status());
        }
        assertEquals(403, post("/page/install", INSTALL).status());
        assertEquals(
                403,
                post("/page/install", INSTALL, "X-Packhorse-Token: " + "0".repeat(32))
                        .status());
        assertEquals(404, get("/page/install", token).status());
        assertEquals(List.of(), changes());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{",
                "{\"name\":\"../x\",\"platform\":\"any\",\"version\":\"1\"}",
                "{\"name\":\"acme/viewer\",\"platform\":\"any\",\"version\":\"../1\"}",
                "{\"name\":\"acme/viewer\",\"platform\":\"a b\",\"version\":\"1\"}",
                "{\"name\":\"acme/viewer\",\"platform\":\"any\",\"version\":1}",
                "{\"force\":true,\"name\":\"acme/viewer\",\"platform\":\"any\",\"version\":\"1\"}"
            })
    void aWishThatIsNoneIsRefusedInOneLine(String body) throws IOException {
        Answer refused = granted("/page/install", body);
        assertEquals(400, refused.status(), refused.body());
        assertEquals(1, string(refused.body(), "reason").lines().count(), refused.body());
        assertEquals(List.of(), changes());
    }

    @Test
    void aWishThatNeverEndsIsNotRead() throws IOException {
        assertEquals(
                413,
                granted("/page/install", "{\"name\":\"" + "x".repeat(10_000) + "\"}")
                        .status());
        assertEquals(
                400,
                granted("/page/defer", "{\"action\":\"order-17\",\"millis\":99999999999999}")
                        .status());
        assertEquals(List.of(), changes());
    }

    private String askedBy(int user) throws Exception {
        Process process = new ProcessBuilder(
                        OutsideProgram.require("setpriv").toString(),
                        "--reuid=" + user,
                        "--regid=" + user,
                        "--clear-groups",
                        OutsideProgram.require("curl").toString(),
                        "--silent",
                        "http://" + host() + "/page/state")
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), said);
        return said;
    }

    /** The swarm process that somebody took over is such a one, and a web server's script. */
    @Test
    void aServiceOfThisMachineIsNoPersonAtIt() throws Exception {
        OnlyAs.root();
        assertEquals(token(), string(askedBy(1_000), "token"));
        for (int service : new int[] {33, 999, 61_200, 65_534}) {
            assertEquals(
                    "this page is for the persons at this machine, not for the service of user " + service,
                    string(askedBy(service), "reason"));
        }
    }

    /** Its row is root's then, and without an inode. */
    @Test
    void whoWasGoneBeforeHeWasLookedAtIsNobody() throws Exception {
        InetSocketAddress here = new InetSocketAddress("127.31.32.1", gateway.port());
        LocalUsers users = LocalUsers.ofMachine();
        InetSocketAddress theirs;
        try (Socket socket = new Socket("127.31.32.1", gateway.port())) {
            theirs = (InetSocketAddress) socket.getLocalSocketAddress();
            assertEquals(Optional.empty(), users.objection(theirs, here));
            socket.getOutputStream().write("GET / HTTP/1.1\r\n".getBytes(StandardCharsets.US_ASCII));
        }
        assertTrue(users.objection(theirs, here).isPresent());
    }

    @Test
    void whereTheGatewayHasNoPageThereIsNone() throws IOException {
        try (Gateway bare = Gateway.start(
                        new PeerAddress(IpAddress.parse("127.31.32.2"), 17_500),
                        GatewayNames.NONE,
                        wish -> new CompletableFuture<>());
                Socket socket = new Socket("127.31.32.2", bare.port())) {
            socket.getOutputStream()
                    .write("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                            .getBytes(StandardCharsets.UTF_8));
            String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(text.startsWith("HTTP/1.1 404"), text);
        }
    }
}
