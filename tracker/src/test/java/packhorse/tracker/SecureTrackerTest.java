package packhorse.tracker;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.message.v1.AgentReport;
import packhorse.core.message.v1.DenyList;
import packhorse.core.message.v1.Endpoint;
import packhorse.core.message.v1.Envelope;
import packhorse.core.message.v1.Welcome;
import packhorse.core.testing.OutsideProgram;
import packhorse.core.topology.EndpointId;
import packhorse.core.topology.HostPort;
import packhorse.core.topology.IpAddress;
import packhorse.core.trust.CheapPassphrase;
import packhorse.core.trust.HttpMetadataSource;
import packhorse.core.trust.HttpMetadataSource.Patience;
import packhorse.core.trust.HttpMetadataSource.Reach;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.core.wire.WireClient;
import packhorse.core.wire.WireClientConfig;
import packhorse.core.wire.WireSession;
import packhorse.tracker.catalogue.Repository;
import packhorse.tracker.console.Kept;
import packhorse.tracker.enrol.AuthorityDirectory;
import packhorse.tracker.enrol.AuthorityDirectory.TokenWish;

/** Whole trackers with an authority on disk: machines join through the door, read, and are thrown out. */
@Timeout(300)
final class SecureTrackerTest {
    private static final String HOST = "127.20.5.1";
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    private Path directory;

    private final SecureRandom random = new SecureRandom();
    private AuthorityDirectory authority;
    private Repository repository;

    @BeforeEach
    void deployment() throws IOException {
        repository = new Repository(directory);
        Files.writeString(directory.resolve("sites.yaml"), "sites: []\norigins: [127.20.5.9]\n");
        Files.writeString(directory.resolve("phrase"), "a passphrase for tests\n");
        StretchedPassphrase phrase = CheapPassphrase.of("a passphrase for tests");
        authority = AuthorityDirectory.create(directory.resolve("ca"), phrase, phrase, CLOCK.instant(), random);
    }

    private TrackerMain tracker(String name, int secure, String standing) throws IOException {
        Path config = Files.writeString(
                directory.resolve(name + ".yaml"), """
                    listen: %s:0
                    agents: %s:0
                    secure: %s:%d
                    udp: []
                    sites: sites.yaml
                    origin: https://127.20.5.9:7400
                    data: %s
                    trustedRoot: root.json
                    %s
                    """.formatted(HOST, HOST, HOST, secure, name, standing));
        return TrackerMain.start(TrackerConfig.read(config), CLOCK, random);
    }

    private TrackerMain issuing(int port) throws IOException {
        return tracker("issuing", port, "ca: ca\ncaPassphraseFile: phrase\n");
    }

    private static URI url(TrackerMain tracker) {
        return URI.create(
                "https://" + HOST + ":" + tracker.secureAddresses().getFirst().getPort());
    }

    private JoinToken token(TrackerMain tracker, DeploymentRole role) {
        return authority.issueToken(
                new TokenWish(
                        url(tracker),
                        "berlin",
                        role,
                        List.of(),
                        Optional.empty(),
                        repository.trustedRoot(),
                        Duration.ofHours(1)),
                CLOCK.instant(),
                System::nanoTime,
                random);
    }

    private MachineIdentity join(JoinToken token, Path data) {
        return new Joining(data, Set.of(token.role()), Optional.empty(), CLOCK, random).join(token, false);
    }

    private static HttpMetadataSource repositoryOf(TrackerMain tracker, MachineIdentity machine) {
        return new HttpMetadataSource(
                List.of(url(tracker).resolve("/repository/")),
                Patience.DEFAULT,
                Reach.by(machine.context(Set.of(DeploymentRole.TRACKER))));
    }

    private static String refusal(HttpMetadataSource source) {
        try {
            var unused = source.fetch("metadata/timestamp.json", 1 << 20);
            return "";
        } catch (IOException e) {
            return String.valueOf(e.getMessage());
        }
    }

    @Test
    void aMachineJoinsThroughTheDoorReadsAndIsThrownOutWithinSeconds() throws IOException {
        try (TrackerMain tracker = issuing(0)) {
            JoinToken token = token(tracker, DeploymentRole.AGENT);
            Path data = directory.resolve("agent");
            MachineIdentity agent = join(token, data);
            assertEquals("berlin", agent.site());
            assertArrayEquals(
                    Files.readAllBytes(repository.trustedRoot()),
                    Files.readAllBytes(data.resolve(Joining.CATALOGUE_ROOT_FILE)));
            assertThrows(IdentityException.class, () -> join(token, directory.resolve("second")), "a token works once");

            HttpMetadataSource source = repositoryOf(tracker, agent);
            assertEquals("", refusal(source), "nothing is there yet, but it may ask");
            var denial = authority.register(System::nanoTime).revoke(agent.id().toString(), CLOCK.instant());
            assertTrue(denial.changed());
            await().atMost(Duration.ofSeconds(60)).until(() -> refusal(source).contains("was revoked"));
        }
    }

    @Test
    void aSecondTrackerFollowsTheDenialsAndRemembersThemWithoutTheAuthority() throws IOException {
        MachineIdentity agent;
        MachineIdentity single;
        try (TrackerMain first = issuing(0)) {
            var joined = join(token(first, DeploymentRole.TRACKER), directory.resolve("second/identity"));
            assertEquals(DeploymentRole.TRACKER, joined.role());
            agent = join(token(first, DeploymentRole.AGENT), directory.resolve("agent"));
            single = join(token(first, DeploymentRole.AGENT), directory.resolve("single"));
            try (TrackerMain second = tracker("second", 0, "")) {
                HttpMetadataSource source = repositoryOf(second, agent);
                assertEquals("", refusal(source));
                var unused =
                        authority.register(System::nanoTime).revoke(agent.id().toString(), CLOCK.instant());
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> refusal(source).contains("was revoked"));
                HttpMetadataSource bySerial = repositoryOf(second, single);
                assertEquals("", refusal(bySerial));
                var unusedSerial = authority
                        .register(System::nanoTime)
                        .revoke(single.self().serial().toString(16), CLOCK.instant());
                await().atMost(Duration.ofSeconds(60))
                        .until(() -> refusal(bySerial).contains("was revoked"));
            }
            HttpMetadataSource list = new HttpMetadataSource(
                    List.of(url(first).resolve("/v1/")), Patience.DEFAULT, Reach.by(agent.context()));
            IOException nosy = assertThrows(IOException.class, () -> list.fetch("denied", 1000));
            assertTrue(String.valueOf(nosy.getMessage()).contains("for tracker only"), nosy.getMessage());
        }
        try (TrackerMain second = tracker("second", 0, "")) {
            assertTrue(refusal(repositoryOf(second, agent)).contains("was revoked"), "from its disk");
            assertTrue(refusal(repositoryOf(second, single)).contains("was revoked"), "a single certificate too");
        }
    }

    @Test
    void whomAConsoleDeniedStaysOutUnderAFileAndWhatTheFileDeniesIsNews() throws IOException {
        long fromTheConsole = CLOCK.instant().toEpochMilli();
        MachineIdentity agent;
        MachineIdentity stolen;
        MachineIdentity sold;
        int port;
        try (TrackerMain first = issuing(0)) {
            port = first.secureAddresses().getFirst().getPort();
            agent = join(token(first, DeploymentRole.AGENT), directory.resolve("agent"));
            stolen = join(token(first, DeploymentRole.AGENT), directory.resolve("stolen"));
            sold = join(token(first, DeploymentRole.AGENT), directory.resolve("sold"));
            Kept.in(directory.resolve("issuing"), agent).denied().tell(fromTheConsole, Set.of(stolen.id()), Set.of());
        }
        try (TrackerMain again = issuing(port);
                Told told = new Told(agent, again)) {
            assertTrue(refusal(repositoryOf(again, stolen)).contains("was revoked"), "no file brings it back");
            await().atMost(Duration.ofSeconds(60)).until(() -> told.latest(0).contains(stolen.id()));
            var unused = authority.register(System::nanoTime).revoke(sold.id().toString(), CLOCK.instant());
            await().atMost(Duration.ofSeconds(60))
                    .until(() -> told.latest(fromTheConsole).equals(Set.of(stolen.id(), sold.id())));
        }
    }

    /** An agent that keeps the deny-lists it is told. */
    private static final class Told implements WireClient.Listener, AutoCloseable {
        private final List<DenyList> lists = new CopyOnWriteArrayList<>();
        private final WireClient client;

        Told(MachineIdentity agent, TrackerMain tracker) {
            HostPort at = new HostPort(HOST, tracker.agentAddresses().getFirst().getPort());
            client = WireClient.startAlone(
                    WireClientConfig.of(List.of(at), Optional.empty(), Optional.empty(), "packhorse test", 1),
                    agent,
                    this,
                    new Random(7),
                    CLOCK);
        }

        /** Whom the last list denies that is above the revision; nobody where there is none. */
        Set<EndpointId> latest(long above) {
            return lists.stream()
                    .filter(list -> list.getRevision() > above)
                    .reduce((one, next) -> next)
                    .map(list -> list.getAgentIdsList().stream()
                            .map(bytes -> EndpointId.ofBytes(bytes.toByteArray()))
                            .collect(Collectors.toSet()))
                    .orElse(Set.of());
        }

        @Override
        public void reached(String server, WireSession session, Welcome welcome) {
            var unused = session.send(Envelope.newBuilder()
                    .setVersion(2)
                    .setAgentReport(AgentReport.newBuilder()
                            .setIncarnation(1)
                            .setSequence(1)
                            .addListen(Endpoint.newBuilder()
                                    .setIp(ByteString.copyFrom(
                                            IpAddress.parse("127.0.0.1").bytes()))
                                    .setPort(7100)))
                    .build());
        }

        @Override
        public boolean received(WireSession session, Envelope message) {
            if (message.hasDenyList()) {
                lists.add(message.getDenyList());
            }
            return true;
        }

        @Override
        public void unreachable(String line) {
            // It tries again.
        }

        @Override
        public void refused(String line) {
            // What comes too early is refused, and tried again.
        }

        @Override
        public void close() {
            client.close();
        }
    }

    @Test
    void aRestartedTrackerHasANewCertificateOfTheSameMachine() throws IOException {
        MachineIdentity agent;
        int port;
        try (TrackerMain tracker = issuing(0)) {
            port = tracker.secureAddresses().getFirst().getPort();
            agent = join(token(tracker, DeploymentRole.AGENT), directory.resolve("agent"));
            assertEquals("", refusal(repositoryOf(tracker, agent)));
        }
        try (TrackerMain tracker = issuing(port)) {
            assertEquals("", refusal(repositoryOf(tracker, agent)));
            assertEquals(
                    1,
                    authority.register(System::nanoTime).machines().stream()
                            .filter(machine -> machine.role() == DeploymentRole.TRACKER)
                            .count());
        }
    }

    @Test
    void curlEnrolsWithATokenAndOpensslsRequest() throws Exception {
        String curl = OutsideProgram.require("curl").toString();
        String openssl = OutsideProgram.require("openssl").toString();
        try (TrackerMain tracker = issuing(0)) {
            JoinToken token = token(tracker, DeploymentRole.AGENT);
            run(openssl, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", "own.key");
            run(
                    openssl,
                    "req",
                    "-new",
                    "-key",
                    "own.key",
                    "-subj",
                    "/CN=ignored",
                    "-outform",
                    "DER",
                    "-out",
                    "own.csr");
            Files.writeString(
                    directory.resolve("own.b64"),
                    java.util.Base64.getMimeEncoder().encodeToString(Files.readAllBytes(directory.resolve("own.csr"))));
            String est = url(tracker) + "/.well-known/est/";
            String[] asStranger = {curl, "-sS", "--fail-with-body", "--tlsv1.3", "--cacert", "ca/deployment-ca.crt"};
            run(with(asStranger, "-o", "cacerts.p7", est + "cacerts"));
            run(with(
                    asStranger,
                    "-u",
                    token.id() + ":" + token.secret(),
                    "-H",
                    "Content-Type: application/pkcs10",
                    "-H",
                    "Content-Transfer-Encoding: base64",
                    "--data-binary",
                    "@own.b64",
                    "-o",
                    "own.p7",
                    est + "simpleenroll"));
            certificates(openssl, "own");
            certificates(openssl, "cacerts");
            Files.writeString(
                    directory.resolve("chain.crt"),
                    Files.readString(directory.resolve("own.crt"))
                            + Files.readString(directory.resolve("cacerts.crt")));
            run(with(
                    asStranger,
                    "--cert",
                    "chain.crt",
                    "--key",
                    "own.key",
                    "-H",
                    "Content-Type: application/pkcs10",
                    "-H",
                    "Content-Transfer-Encoding: base64",
                    "--data-binary",
                    "@own.b64",
                    "-o",
                    "renewed.p7",
                    est + "simplereenroll"));
            certificates(openssl, "renewed");
            assertTrue(Files.readString(directory.resolve("renewed.crt")).contains("BEGIN CERTIFICATE"));
        }
    }

    /** What EST answers is base64 of a PKCS#7 structure that holds nothing but certificates. */
    private void certificates(String openssl, String name) throws IOException, InterruptedException {
        byte[] der = java.util.Base64.getMimeDecoder().decode(Files.readAllBytes(directory.resolve(name + ".p7")));
        Files.write(directory.resolve(name + ".der"), der);
        run(openssl, "pkcs7", "-inform", "DER", "-in", name + ".der", "-print_certs", "-out", name + ".crt");
    }

    private static String[] with(String[] first, String... more) {
        return java.util.stream.Stream.of(first, more)
                .flatMap(java.util.stream.Stream::of)
                .toArray(String[]::new);
    }

    private void run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), () -> String.join(" ", command) + "\n" + said);
    }

    @Test
    void whatStandsInTheWayIsSaidInOneLine() {
        for (var wrong : List.of(
                List.of("", "there is no identity in"),
                List.of("ca: nowhere\ncaPassphraseFile: phrase", "nowhere"),
                List.of("ca: ca\ncaPassphraseFile: nothing", "cannot read the passphrase from"),
                List.of("ca: ca", "caPassphraseFile"),
                List.of("names: [a]", "set ca: DIR too"),
                List.of("ca: ca\ncaPassphraseFile: phrase\nidentity: x", "certifies itself"))) {
            UsageException e = assertThrows(
                    UsageException.class,
                    () -> tracker("wrong", 0, wrong.getFirst()).close());
            String line = String.valueOf(e.getMessage());
            assertTrue(line.contains(wrong.getLast()), line);
            assertEquals(1, line.lines().count(), line);
        }
    }
}
