package packhorse.tracker.http;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
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
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.OperationException;
import packhorse.core.bencode.Bencode.BDictionary;
import packhorse.core.bencode.Bencode.BString;
import packhorse.core.bencode.BencodeReader;
import packhorse.core.config.SiteMapFile;
import packhorse.core.content.InfoHash;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.message.FrameCodec;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.SwarmState;
import packhorse.core.message.v1.Welcome;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.IpAddress;
import packhorse.core.wire.WireClient;
import packhorse.core.wire.WireClientConfig;
import packhorse.core.wire.WireConfig;
import packhorse.core.wire.WireSession;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.catalogue.MirrorConfig;
import packhorse.tracker.catalogue.Repository;
import packhorse.tracker.governance.GovernanceConfig;
import packhorse.tracker.governance.GovernanceDesk;
import packhorse.tracker.session.AgentSessions;
import packhorse.tracker.session.ConsoleListener;
import packhorse.tracker.session.Governance;
import packhorse.tracker.session.OpenSwarmDesk;
import packhorse.tracker.session.SessionConfig;
import packhorse.tracker.session.SessionDoor;
import packhorse.tracker.udp.UdpCounts;

class HttpDoorTest {
    private static final String HOST = "127.20.2.1";

    @TempDir
    Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private Repository repository;
    private OpenSwarmDesk desk;
    private AgentSessions sessions;
    private Mirror mirror;
    private GovernanceDesk governance;
    private Path sheet;
    private HttpDoor door;
    private Manifest release;

    @BeforeEach
    void open() throws IOException {
        repository = new Repository(directory);
        release = repository.publish("acme/editor", new byte[] {1, 2, 3}, true);
        repository.publish("acme/secret", new byte[] {4, 5, 6}, false);
        desk = new OpenSwarmDesk(InstantSource.system(), new Random(1));
        sessions = AgentSessions.start(
                SessionConfig.DEFAULT,
                SiteMapFile.parse("sites.yaml", """
                    origins: [127.20.2.9]
                    sites:
                      - name: berlin
                        subnets: [127.20.2.0/29]
                        wan: {down: 1Mbit, up: 1Mbit}
                    """),
                InstantSource.system(),
                InstantSource.system(),
                desk,
                Governance.OPEN,
                DenyList.none());
        mirror = Mirror.start(
                new MirrorConfig(
                        URI.create("http://192.0.2.10:7400"),
                        directory.resolve("data"),
                        repository.trustedRoot(),
                        Duration.ofMillis(100)),
                repository,
                InstantSource.system(),
                manifests -> {
                    Map<InfoHash, Sha256> open = new HashMap<>();
                    manifests.forEach(v -> v.manifest()
                            .openSwarm()
                            .ifPresent(swarm -> open.put(
                                    swarm.infoHash(), v.manifest().pack().data().sha256())));
                    desk.know(open);
                });
        sheet = Files.writeString(directory.resolve("desired.yaml"), "desired: []\n");
        governance = GovernanceDesk.start(
                GovernanceConfig.of(directory.resolve("governance"), Optional.of(sheet)),
                mirror::contents,
                InstantSource.system());
        door = HttpDoor.open(
                List.of(address(HOST), address("::1")),
                new Doors(
                        sessions,
                        desk,
                        mirror,
                        governance::overview,
                        new Meters(sessions, desk, () -> new UdpCounts(0, 0, 0, 0, 0)),
                        () -> List.of("http://tracker/announce", "udp://tracker:7300/announce")));
        await().until(() -> desk.swarmCount() == 1);
    }

    @AfterEach
    void close() {
        door.close();
        governance.close();
        mirror.close();
        sessions.close();
    }

    private static InetSocketAddress address(String ip) throws IOException {
        return new InetSocketAddress(
                InetAddress.getByAddress(IpAddress.parse(ip).bytes()), 0);
    }

    private URI uri(int connector, String path) {
        InetSocketAddress address = door.addresses().get(connector);
        return URI.create("http://" + (connector == 0 ? HOST : "[::1]") + ":" + address.getPort() + path);
    }

    private HttpResponse<byte[]> get(int connector, String path) {
        try {
            return client.send(
                    HttpRequest.newBuilder(uri(connector, path)).build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static String text(HttpResponse<byte[]> response) {
        return new String(response.body(), StandardCharsets.UTF_8);
    }

    @Test
    void announceKnowsOpenReleasesOnly() {
        String open = percent(release.openSwarm().orElseThrow().infoHash().bytes());
        BDictionary answer = bencode(get(0, "/announce?info_hash=" + open + AS_CLIENT));
        assertEquals(30L, answer.integer("interval").orElseThrow(), "nobody is there yet");
        assertEquals(1L, answer.integer("incomplete").orElseThrow());
        String hybrid = percent(release.pack().infoHash().bytes());
        assertTrue(failure(get(0, "/announce?info_hash=" + hybrid + AS_CLIENT)).startsWith("unknown info-hash"));
        assertTrue(failure(get(0, "/scrape?info_hash=" + hybrid)).startsWith("unknown info-hash"));
        BDictionary files =
                bencode(get(0, "/scrape?info_hash=" + open)).dictionary("files").orElseThrow();
        assertEquals(1, files.entries().size());
    }

    private static final String AS_CLIENT = "&peer_id=-TS0001-000000000000&port=6881&left=3&uploaded=0&downloaded=0";

    @Test
    void clientsSeeEachOtherInBothForms() {
        String open = percent(release.openSwarm().orElseThrow().infoHash().bytes());
        String question = "/announce?info_hash=" + open + AS_CLIENT;
        get(1, question);
        get(0, question.replace("6881", "6882"));
        BDictionary compact = bencode(get(0, question.replace("6881", "6883")));
        assertEquals(6, compact.string("peers").orElseThrow().length());
        assertEquals(18, compact.string("peers6").orElseThrow().length());
        BDictionary plain = bencode(get(0, question.replace("6881", "6883") + "&compact=0"));
        assertEquals(2, plain.list("peers").orElseThrow().items().size());
        BDictionary none = bencode(get(0, question.replace("6881", "6883") + "&numwant=0"));
        assertEquals(0, none.string("peers").orElseThrow().length());
        get(1, question + "&event=stopped");
        BDictionary after = bencode(get(0, question.replace("6881", "6883")));
        assertTrue(after.string("peers6").isEmpty());
    }

    @Test
    void malformedAnnouncesGetAReason() {
        String open = percent(release.openSwarm().orElseThrow().infoHash().bytes());
        Map<String, String> reasons = Map.of(
                "/announce",
                "info_hash is missing",
                "/announce?info_hash=abc" + AS_CLIENT,
                "info_hash has 20 bytes, not 3",
                "/announce?info_hash=" + open + "&port=1",
                "peer_id is missing",
                "/announce?info_hash=" + open + "&peer_id=x&port=1",
                "peer_id has 20 bytes, not 1",
                "/announce?info_hash=" + open + AS_CLIENT.replace("6881", "0"),
                "port is not between 1 and 65535",
                "/announce?info_hash=" + open + AS_CLIENT.replace("6881", "x"),
                "port is not a whole number",
                "/announce?info_hash=" + open + AS_CLIENT + "&left=9",
                "left stands 2 times",
                "/scrape",
                "a scrape names 1 to 74 info-hashes");
        reasons.forEach((path, reason) -> assertEquals(reason, failure(get(0, path)), path));
        assertThrows(IllegalArgumentException.class, () -> AnnounceQuery.parse("info_hash=%4"));
        assertThrows(IllegalArgumentException.class, () -> AnnounceQuery.parse("info_hash=%zz"));
        assertThrows(IllegalArgumentException.class, () -> AnnounceQuery.parse("a=1&".repeat(200)));
        assertArrayEquals(
                new byte[] {(byte) 0xff, 'a'},
                AnnounceQuery.parse("x=%FFa").bytes("x").orElseThrow());
    }

    @Test
    void openReleasesAreListedWithTorrentsThatAnnounceHere() throws Exception {
        assertEquals("/open/acme/editor/1.0/any.torrent\n", text(get(0, "/open")));
        BDictionary torrent = bencode(get(0, "/open/acme/editor/1.0/any.torrent"));
        assertEquals(
                "http://tracker/announce",
                torrent.string("announce").orElseThrow().text());
        InfoHash infoHash = InfoHash.of(torrent.dictionary("info").orElseThrow().encode());
        assertEquals(release.openSwarm().orElseThrow().infoHash(), infoHash);
        assertEquals(404, get(0, "/open/acme/secret/1.0/any.torrent").statusCode());
    }

    @Test
    void repositoryIsNotShownWithoutTls() {
        assertEquals(404, get(0, "/repository/metadata/timestamp.json").statusCode());
    }

    @Test
    void stateIsShownToPeopleAndCounters() throws Exception {
        TestDeployment deployment = TestDeployment.create(directory.resolve("machines"));
        try (SessionDoor agents = SessionDoor.open(
                        List.of(address(HOST)),
                        deployment.identity(DeploymentRole.TRACKER, "centre"),
                        WireConfig.DEFAULT,
                        sessions,
                        DenyList.none(),
                        report -> {},
                        ConsoleListener.NONE,
                        InstantSource.system());
                WireClient agent = WireClient.startAlone(
                        WireClientConfig.of(
                                List.of(new HostPort(
                                        HOST, agents.addresses().getFirst().getPort())),
                                Optional.empty(),
                                Optional.empty(),
                                "test",
                                1),
                        deployment.identity(DeploymentRole.AGENT, "berlin"),
                        new Silent(),
                        new Random(1),
                        InstantSource.system())) {
            await().until(() -> agent.send(report()));
            showsState();
        }
    }

    /** An agent that takes whatever it is told. */
    private static final class Silent implements WireClient.Listener {
        @Override
        public void reached(String server, WireSession session, Welcome welcome) {}

        @Override
        public boolean received(WireSession session, Envelope message) {
            return true;
        }

        @Override
        public void unreachable(String line) {}

        @Override
        public void refused(String line) {}
    }

    private static Envelope report() {
        return Envelope.newBuilder()
                .setVersion(FrameCodec.VERSION)
                .setAgentReport(AgentReport.newBuilder()
                        .setIncarnation(1)
                        .setSequence(1)
                        .addListen(Endpoint.newBuilder()
                                .setIp(ByteString.copyFrom(new byte[] {127, 20, 2, 2}))
                                .setPort(7000))
                        .addSwarms(SwarmState.newBuilder()
                                .setPack(ByteString.copyFrom(new byte[32]))
                                .setPiecesTotal(3)))
                .build();
    }

    private void showsState() {
        await().until(() -> JsonFields.of(JsonReader.parse(get(0, "/v1/swarms").body()), "swarms")
                        .ignoreUnknown()
                        .objects("swarms")
                        .size()
                == 1);
        assertEquals("ok\n", text(get(0, "/healthz")));
        String metrics = text(get(0, "/metrics"));
        assertTrue(metrics.contains("packhorse_tracker_agents 1.0"), metrics);
        assertTrue(metrics.contains("# HELP packhorse_tracker_announces_total"), metrics);
        assertFalse(metrics.contains("NaN"), metrics);
    }

    @Test
    void aBrokenFileOfDesiredStatesIsSaidWhereWatchersLook() throws IOException {
        JsonFields before = JsonFields.of(JsonReader.parse(get(0, "/v1/desired").body()), "desired")
                .ignoreUnknown();
        assertEquals(sheet.toString(), before.string("file"));
        assertEquals("", before.string("trouble"));
        Files.writeString(sheet, "desierd: []\n");
        await().until(() -> text(get(0, "/healthz")).startsWith("ok, but the desired states before stay in force"));
        assertEquals(1, text(get(0, "/healthz")).lines().count());
    }

    @Test
    void portInUseIsSaidInOneLine() {
        OperationException e = assertThrows(
                OperationException.class,
                () -> HttpDoor.open(
                        List.of(door.addresses().getFirst()),
                        new Doors(
                                sessions,
                                desk,
                                mirror,
                                governance::overview,
                                new Meters(sessions, desk, () -> new UdpCounts(0, 0, 0, 0, 0)),
                                List::of)));
        String line = String.valueOf(e.getMessage());
        assertTrue(line.contains(HOST + " port " + door.addresses().getFirst().getPort()), line);
        assertTrue(line.contains("the port is in use"), line);
    }

    private static BDictionary bencode(HttpResponse<byte[]> response) {
        assertEquals(200, response.statusCode());
        if (BencodeReader.parse(response.body()) instanceof BDictionary dictionary) {
            return dictionary;
        }
        throw new AssertionError("no dictionary: " + text(response));
    }

    private static String failure(HttpResponse<byte[]> response) {
        return bencode(response)
                .string("failure reason")
                .map(BString::text)
                .orElseThrow(() -> new AssertionError(text(response)));
    }

    private static String percent(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (byte b : bytes) {
            out.append(String.format("%%%02x", b & 0xff));
        }
        return out.toString();
    }
}
