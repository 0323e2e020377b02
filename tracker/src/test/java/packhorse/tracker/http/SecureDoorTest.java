package packhorse.tracker.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.core.identity.Admission;
import packhorse.core.identity.Credential;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.ToldDenials;
import packhorse.core.identity.Visitor;
import packhorse.core.testing.OutsideProgram;
import packhorse.core.testing.TestDeployment;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.IpAddress;
import packhorse.core.trust.HttpMetadataSource;
import packhorse.core.trust.HttpMetadataSource.Patience;
import packhorse.core.trust.HttpMetadataSource.Reach;
import packhorse.tracker.catalogue.Mirror;
import packhorse.tracker.catalogue.MirrorConfig;
import packhorse.tracker.catalogue.Repository;
import packhorse.tracker.enrol.EstDesk;
import packhorse.tracker.enrol.EstReply;
import packhorse.tracker.enrol.EstRequest;

/** The secure door over real sockets: who comes in, who does not, and that nobody holds it up. */
@Timeout(300)
final class SecureDoorTest {
    private static final String HOST = "127.20.4.1";
    private static final String TIMESTAMP = "/repository/metadata/timestamp.json";

    @TempDir
    private Path directory;

    private final ToldDenials denied = new ToldDenials();
    private final List<EstRequest> asked = new CopyOnWriteArrayList<>();
    private TestDeployment deployment;
    private MachineIdentity tracker;
    private Repository repository;
    private Mirror mirror;
    private Manifest release;
    private HttpDoor door;

    @BeforeEach
    void open() throws IOException {
        deployment = TestDeployment.create(directory.resolve("machines"));
        tracker = deployment.identity(DeploymentRole.TRACKER, "centre");
        repository = new Repository(directory);
        release = repository.publish("acme/editor", new byte[] {1, 2, 3}, false);
        mirror = Mirror.start(
                new MirrorConfig(
                        URI.create("https://192.0.2.10:7400"),
                        directory.resolve("data"),
                        repository.trustedRoot(),
                        Duration.ofMillis(100)),
                repository,
                InstantSource.system(),
                manifests -> {});
        door = door(tracker, 0);
        await().until(() -> !mirror.manifests().isEmpty());
    }

    private HttpDoor door(MachineIdentity identity, int port) throws IOException {
        EstDesk desk = request -> {
            asked.add(request);
            return new EstReply(200, "application/pkcs7-mime", Map.of("Retry-After", "7"), new byte[] {1, 2});
        };
        return HttpDoor.open(
                List.of(new InetSocketAddress(
                        InetAddress.getByAddress(IpAddress.parse(HOST).bytes()), port)),
                new SecureDoors(
                        identity,
                        new Admission(denied, EnumSet.allOf(DeploymentRole.class), InstantSource.system()),
                        mirror,
                        Optional.of(desk)));
    }

    @AfterEach
    void close() {
        door.close();
        mirror.close();
    }

    private int port() {
        return door.addresses().getFirst().getPort();
    }

    private HttpMetadataSource source(SSLContext tls) {
        return new HttpMetadataSource(
                List.of(URI.create("https://" + HOST + ":" + port() + "/repository/")),
                Patience.DEFAULT,
                Reach.by(tls));
    }

    private byte[] timestamp(SSLContext tls) throws IOException {
        return source(tls).fetch("metadata/timestamp.json", 1 << 20).orElseThrow();
    }

    private String refusal(SSLContext tls) {
        IOException refused = assertThrows(IOException.class, () -> timestamp(tls));
        String line = String.valueOf(refused.getMessage());
        assertEquals(1, line.lines().count(), line);
        return line;
    }

    private MachineIdentity agent() {
        return deployment.identity(DeploymentRole.AGENT, "berlin");
    }

    /** An HTTP/1.1 client that shows when a connection is closed. */
    private static final class Line implements AutoCloseable {
        private final Socket socket;

        Line(SSLContext tls, int port) throws IOException {
            socket = tls.getSocketFactory().createSocket(HOST, port);
            socket.setSoTimeout(60_000);
        }

        /** Status and body of an answer to a GET. */
        String get(String path) throws IOException {
            return ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n");
        }

        String ask(String request) throws IOException {
            socket.getOutputStream().write(request.getBytes(ISO_8859_1));
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = socket.getInputStream().read();
                if (next < 0) {
                    throw new IOException("closed after " + head);
                }
                head.append((char) next);
            }
            int length =
                    Integer.parseInt(head.toString().replaceAll("(?is).*\r\ncontent-length: *([0-9]+)\r\n.*", "$1"));
            String body = new String(socket.getInputStream().readNBytes(length), UTF_8);
            return head.substring("HTTP/1.1 ".length(), "HTTP/1.1 200".length()) + " " + body;
        }

        boolean isClosedByServer() throws IOException {
            return socket.getInputStream().read() < 0;
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    @Test
    void aMachineOfTheDeploymentReadsTheRepository() throws IOException {
        HttpMetadataSource source = source(agent().context(EnumSet.of(DeploymentRole.TRACKER)));
        assertArrayEquals(
                Files.readAllBytes(repository.directory().resolve("metadata/timestamp.json")),
                source.fetch("metadata/timestamp.json", 1 << 20).orElseThrow());
        String object = "objects/" + release.files().sha256();
        assertEquals(
                release.files().sha256(),
                Sha256.of(source.fetch(object, release.files().length()).orElseThrow()));
        assertEquals(Optional.empty(), source.fetch("objects/" + "ab".repeat(32), 100));
        repository.spoil("objects/" + release.pack().torrent().sha256());
        IOException spoiled = assertThrows(
                IOException.class,
                () -> source.fetch("objects/" + release.pack().torrent().sha256(), 1 << 20));
        assertTrue(String.valueOf(spoiled.getMessage()).contains("status 502"), spoiled.getMessage());
    }

    @Test
    void whoShowsNoCertificateIsToldSoAndTheConnectionIsClosed() throws IOException {
        SSLContext stranger =
                Visitor.context(deployment.root(), EnumSet.allOf(DeploymentRole.class), InstantSource.system());
        assertTrue(refusal(stranger).contains("status 403: the other end showed no certificate"), refusal(stranger));
        try (Line line = new Line(stranger, port())) {
            String answer = line.get(TIMESTAMP);
            assertTrue(answer.startsWith("403 "), answer);
            assertEquals(1, answer.lines().count(), answer);
            assertTrue(line.isClosedByServer());
        }
    }

    @Test
    void aForeignCertificateDoesNotGetThroughTheHandshake() {
        MachineIdentity foreign = deployment.intruder(DeploymentRole.AGENT, "berlin");
        assertTrue(
                refusal(foreign.context()).contains("refuses this machine's certificate"), refusal(foreign.context()));
        String other = refusal(deployment.foreign().context());
        assertTrue(other.contains("is of another deployment"), other);
        String wrongRole = refusal(agent().context(EnumSet.of(DeploymentRole.ORIGIN)));
        assertTrue(wrongRole.contains("but origin is expected here"), wrongRole);
    }

    @Test
    void anExpiredCertificateMayRenewButNotRead() throws IOException {
        MachineIdentity expired = deployment.expired(DeploymentRole.AGENT, "berlin");
        assertTrue(refusal(expired.context()).contains("status 403: the certificate of agent"));
        try (Line line = new Line(expired.context(), port())) {
            String answer =
                    line.ask("POST /.well-known/est/simplereenroll HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok");
            assertTrue(answer.startsWith("200 "), answer);
        }
        assertEquals(expired.id(), asked.getFirst().caller().orElseThrow().id());
        assertTrue(
                refusal(deployment.notYetValid(DeploymentRole.AGENT, "berlin").context())
                        .contains("refuses this machine's certificate"));
    }

    @Test
    void aRevokedMachineIsTurnedAwayAtItsNextRequestOnTheSameConnection() throws IOException {
        MachineIdentity agent = agent();
        try (Line line = new Line(agent.context(), port());
                Line other = new Line(agent().context(), port())) {
            assertTrue(line.get(TIMESTAMP).startsWith("200 "));
            assertTrue(other.get(TIMESTAMP).startsWith("200 "));
            denied.tell(1, java.util.Set.of(agent.id()));
            String answer = line.get(TIMESTAMP);
            assertTrue(answer.startsWith("403 the certificate of agent " + agent.id()), answer);
            assertTrue(line.isClosedByServer());
            assertTrue(other.get(TIMESTAMP).startsWith("200 "), "others are served");
        }
    }

    @Test
    void aRevokedMachineIsTurnedAwayOnAResumedSessionToo() throws Exception {
        MachineIdentity agent = agent();
        AtomicInteger handshakes = new AtomicInteger();
        SSLContext counting = counting(agent.id(), handshakes);
        for (int i = 0; i < 3; i++) {
            try (Line line = new Line(counting, port())) {
                assertTrue(line.get(TIMESTAMP).startsWith("200 "));
            }
        }
        assertEquals(1, handshakes.get(), "the second and the third session were resumed");
        denied.tell(1, java.util.Set.of(agent.id()));
        try (Line line = new Line(counting, port())) {
            assertTrue(line.get(TIMESTAMP).startsWith("403 "));
            assertTrue(line.isClosedByServer());
        }
        assertEquals(1, handshakes.get(), "and so was this one: no certificate was shown");
    }

    /** TLS of the machine {@code id} that counts how often a server shows its certificate: a resumed session does not. */
    private SSLContext counting(EndpointId id, AtomicInteger handshakes) throws GeneralSecurityException, IOException {
        Credential credential =
                deployment.credential(DeploymentRole.AGENT, "berlin", id, Instant.now(), Duration.ofHours(1));
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "own", credential.key(), new char[0], credential.chain().toArray(X509Certificate[]::new));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(keys.getKeyManagers(), new TrustManager[] {new Counting(handshakes)}, new SecureRandom());
        return context;
    }

    private record Counting(AtomicInteger handshakes) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {
            throw new AssertionError("a client");
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            handshakes.incrementAndGet();
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }

    @Test
    void olderTlsIsRefused() throws IOException {
        try (SSLSocket old = (SSLSocket) agent().context().getSocketFactory().createSocket(HOST, port())) {
            old.setEnabledProtocols(new String[] {"TLSv1.2"});
            assertThrows(IOException.class, old::startHandshake);
        }
        try (Socket plain = new Socket(HOST, port())) {
            plain.setSoTimeout(60_000);
            plain.getOutputStream().write("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(ISO_8859_1));
            byte[] answer = plain.getInputStream().readAllBytes();
            assertTrue(!new String(answer, ISO_8859_1).startsWith("HTTP"), "nothing is answered in plain");
        }
        HttpMetadataSource plain = new HttpMetadataSource(
                List.of(URI.create("http://" + HOST + ":" + port() + "/repository/")), Patience.DEFAULT);
        assertThrows(IOException.class, () -> plain.fetch("metadata/timestamp.json", 100));
    }

    @Test
    void halfHandshakesAndSlowRequestsHoldNobodyUp() throws IOException {
        List<Socket> stuck = new ArrayList<>();
        try {
            for (int i = 0; i < 300; i++) {
                Socket socket = new Socket(HOST, port());
                stuck.add(socket);
                // Nothing, or the beginning of a ClientHello that announces more than ever comes.
                socket.getOutputStream().write(i % 2 == 0 ? new byte[0] : new byte[] {22, 3, 1, 2, 0, 1, 0, 1});
            }
            for (int i = 0; i < 50; i++) {
                Socket slow = agent().context().getSocketFactory().createSocket(HOST, port());
                stuck.add(slow);
                slow.getOutputStream().write(("GET " + TIMESTAMP + " HTTP/1.1\r\nHost:").getBytes(ISO_8859_1));
            }
            long before = System.nanoTime();
            assertTrue(timestamp(agent().context()).length > 0);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before);
            // Each of those that are stuck is held for minutes.
            assertTrue(millis < 30_000, millis + " ms");
        } finally {
            for (Socket socket : stuck) {
                socket.close();
            }
        }
    }

    @Test
    void aRestartWithARenewedCertificateIsSeenByWhoeverComesBack() throws IOException {
        MachineIdentity agent = agent();
        SSLContext tls = agent.context(EnumSet.of(DeploymentRole.TRACKER));
        byte[] before = timestamp(tls);
        int port = port();
        door.close();
        door = door(deployment.identity(DeploymentRole.TRACKER, "centre", tracker.id()), port);
        assertArrayEquals(before, timestamp(tls), "a session of before is not resumed but made anew");
    }

    @Test
    void aRenewedCertificateIsShownToNewConnectionsWhileOldOnesStay() throws IOException {
        try (Line old = new Line(agent().context(), port())) {
            assertTrue(old.get(TIMESTAMP).startsWith("200 "));
            tracker.renewed(deployment.credential(
                    DeploymentRole.TRACKER, "centre", tracker.id(), Instant.now(), Duration.ofHours(1)));
            assertTrue(old.get(TIMESTAMP).startsWith("200 "));
            try (SSLSocket next =
                    (SSLSocket) agent().context().getSocketFactory().createSocket(HOST, port())) {
                next.startHandshake();
                assertEquals(tracker.certificate(), next.getSession().getPeerCertificates()[0]);
            }
        }
    }

    @Test
    void enrolmentIsOpenToStrangersAndItsBodiesAreBounded() throws IOException {
        SSLContext stranger =
                Visitor.context(deployment.root(), EnumSet.of(DeploymentRole.TRACKER), InstantSource.system());
        String post = "POST /.well-known/est/simpleenroll HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YTpi\r\n";
        try (Line line = new Line(stranger, port())) {
            assertEquals("200 \u0001\u0002", line.ask(post + "Content-Length: 3\r\n\r\nabc"));
            EstRequest request = asked.getFirst();
            assertEquals("POST simpleenroll", request.method() + " " + request.operation());
            assertEquals(Optional.of("Basic YTpi"), request.authorization());
            assertEquals(Optional.empty(), request.caller());
            assertEquals("abc", new String(request.body(), UTF_8));
            assertTrue(line.get("/.well-known/est/catalogue-root/ab").startsWith("200 "));
            assertEquals("catalogue-root/ab", asked.get(1).operation());
        }
        try (Line line = new Line(stranger, port())) {
            String answer = line.ask(post + "Content-Length: 99999999\r\n\r\n");
            assertTrue(answer.startsWith("413 "), answer);
            assertTrue(line.isClosedByServer());
        }
        assertEquals(2, asked.size(), "nobody decides about what is too long");
    }

    @Test
    void curlGetsThroughWithTheDeploymentsRootAndTheMachinesName() throws Exception {
        Path curl = OutsideProgram.require("curl");
        Path machine = deployment.write(DeploymentRole.AGENT, "berlin", directory.resolve("agent"));
        HttpDoor local = HttpDoor.open(
                List.of(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0)),
                new SecureDoors(
                        tracker,
                        new Admission(denied, EnumSet.allOf(DeploymentRole.class), InstantSource.system()),
                        mirror,
                        Optional.empty()));
        try {
            Process process = new ProcessBuilder(
                            curl.toString(),
                            "-sS",
                            "--fail-with-body",
                            "--tlsv1.3",
                            "--cacert",
                            machine.resolve(MachineIdentity.ROOT_FILE).toString(),
                            "--cert",
                            machine.resolve(MachineIdentity.CERTIFICATE_FILE).toString(),
                            "--key",
                            machine.resolve(MachineIdentity.KEY_FILE).toString(),
                            "https://127.0.0.1:" + local.addresses().getFirst().getPort() + TIMESTAMP)
                    .redirectErrorStream(true)
                    .start();
            byte[] answer = process.getInputStream().readAllBytes();
            assertEquals(0, process.waitFor(), new String(answer, UTF_8));
            assertArrayEquals(Files.readAllBytes(repository.directory().resolve("metadata/timestamp.json")), answer);
        } finally {
            local.close();
        }
    }
}
