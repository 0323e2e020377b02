package packhorse.tracker.enrol;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.est.ESTException;
import org.bouncycastle.est.ESTService;
import org.bouncycastle.est.EnrollmentResponse;
import org.bouncycastle.est.jcajce.JcaHttpAuthBuilder;
import org.bouncycastle.est.jcajce.JsseESTServiceBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.Credential;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.testing.OutsideProgram;
import packhorse.core.trust.CheapPassphrase;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.tracker.TrackerConfig;
import packhorse.tracker.TrackerMain;
import packhorse.tracker.catalogue.Repository;
import packhorse.tracker.enrol.AuthorityDirectory.TokenWish;

/** Clients that are not ours enrol and renew at a whole tracker's door: curl with openssl, and Bouncy Castle's EST client. */
@Timeout(300)
final class EstContractTest {
    private static final String HOST = "127.20.6.3";
    private static final InstantSource CLOCK = InstantSource.system();

    @TempDir
    private Path directory = Path.of("");

    private final SecureRandom random = new SecureRandom();
    private AuthorityDirectory authority = new AuthorityDirectory(Path.of(""));
    private Repository repository;
    private TrackerMain tracker;

    @BeforeEach
    void start() throws IOException {
        repository = new Repository(directory);
        Files.writeString(directory.resolve("sites.yaml"), "sites: []\norigins: [127.20.6.9]\n");
        Files.writeString(directory.resolve("phrase"), "a passphrase for tests\n");
        StretchedPassphrase phrase = CheapPassphrase.of("a passphrase for tests");
        authority = AuthorityDirectory.create(directory.resolve("ca"), phrase, phrase, CLOCK.instant(), random);
        Path config = Files.writeString(directory.resolve("tracker.yaml"), """
            listen: %s:0
            agents: %s:0
            secure: %s:0
            udp: []
            sites: sites.yaml
            origin: https://127.20.6.9:7400
            data: tracker
            trustedRoot: root.json
            ca: ca
            caPassphraseFile: phrase
            """.formatted(HOST, HOST, HOST));
        tracker = TrackerMain.start(TrackerConfig.read(config), CLOCK, random);
    }

    @AfterEach
    void stop() {
        tracker.close();
    }

    private String url() {
        return "https://" + HOST + ":" + tracker.secureAddresses().getFirst().getPort();
    }

    private JoinToken token() {
        return authority.issueToken(
                new TokenWish(
                        java.net.URI.create(url()),
                        "north",
                        DeploymentRole.AGENT,
                        List.of(),
                        Optional.empty(),
                        repository.trustedRoot(),
                        Duration.ofHours(1)),
                CLOCK.instant(),
                System::nanoTime,
                random);
    }

    private String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), US_ASCII);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(0, process.exitValue(), () -> String.join(" ", command) + ": " + said);
        return said;
    }

    /** Asks with curl, and lets openssl turn the answer into PEM. */
    private String curl(String operation, String... options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                OutsideProgram.require("curl").toString(),
                "-sS",
                "--fail-with-body",
                "--tlsv1.3",
                "--cacert",
                "ca/deployment-ca.crt",
                "-o",
                "answer",
                "-w",
                "%{http_code} %{content_type}"));
        command.addAll(List.of(options));
        command.add(url() + "/.well-known/est/" + operation);
        return run(command.toArray(String[]::new));
    }

    private String pem() throws IOException, InterruptedException {
        String openssl = OutsideProgram.require("openssl").toString();
        run(openssl, "base64", "-d", "-in", "answer", "-out", "answer.p7");
        return run(openssl, "pkcs7", "-inform", "DER", "-in", "answer.p7", "-print_certs");
    }

    private void request(String name) throws IOException, InterruptedException {
        String openssl = OutsideProgram.require("openssl").toString();
        run(openssl, "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", name + ".key");
        run(openssl, "req", "-new", "-key", name + ".key", "-subj", "/CN=whatever", "-outform", "DER", "-out", "der");
        Files.writeString(
                directory.resolve(name + ".b64"),
                Base64.getMimeEncoder().encodeToString(Files.readAllBytes(directory.resolve("der"))));
    }

    private RemoteIdentity identity(String file) {
        return RemoteIdentity.of(packhorse.core.identity.Pem.readCertificates(directory.resolve(file))
                .getFirst());
    }

    @Test
    void curlAndOpensslFetchEnrolAndRenew() throws Exception {
        assertEquals("200 application/pkcs7-mime", curl("cacerts"));
        Files.writeString(directory.resolve("chain.pem"), pem());
        assertEquals(204, Integer.parseInt(curl("csrattrs").substring(0, 3)));

        JoinToken token = token();
        request("first");
        String[] enrol = {
            "-u",
            token.id() + ":" + token.secret(),
            "-H",
            "Content-Type: application/pkcs10",
            "--data-binary",
            "@first.b64"
        };
        assertTrue(curl("simpleenroll", enrol).startsWith("200 application/pkcs7-mime"));
        Files.writeString(directory.resolve("first.crt"), pem());
        RemoteIdentity first = identity("first.crt");
        assertEquals("north", first.site());
        String openssl = OutsideProgram.require("openssl").toString();
        assertTrue(run(openssl, "verify", "-CAfile", "chain.pem", "first.crt").contains("OK"));
        run(
                openssl,
                "verify",
                "-CAfile",
                "ca/deployment-ca.crt",
                "-untrusted",
                "chain.pem",
                "-x509_strict",
                "-purpose",
                "sslclient",
                "first.crt");

        // The chain that TLS shows: the certificate and who issued it.
        Files.writeString(
                directory.resolve("shown.pem"),
                Files.readString(directory.resolve("first.crt")) + Files.readString(directory.resolve("chain.pem")));
        request("second");
        String[] renew = {
            "--cert",
            "shown.pem",
            "--key",
            "first.key",
            "-H",
            "Content-Type: application/pkcs10",
            "--data-binary",
            "@second.b64"
        };
        assertTrue(curl("simplereenroll", renew).startsWith("200 application/pkcs7-mime"));
        Files.writeString(directory.resolve("second.crt"), pem());
        RemoteIdentity second = identity("second.crt");
        assertEquals(first.id(), second.id());
        assertEquals(DeploymentRole.AGENT, second.role());
        assertNotEquals(first.serial(), second.serial());

        String refused = assertThrows(
                        AssertionError.class, () -> curl("simplereenroll", "--data-binary", "@second.b64"))
                .getMessage();
        assertTrue(String.valueOf(refused).contains("401"), refused);
        request("third");
        enrol[5] = "@third.b64";
        assertThrows(AssertionError.class, () -> curl("simpleenroll", enrol), "a token works once");
        assertTrue(Files.readString(directory.resolve("answer")).contains("was used already"));
        var unused = authority.register(System::nanoTime).revoke(first.id().toString(), CLOCK.instant());
        org.awaitility.Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> {
            try {
                curl("simplereenroll", renew);
                return false;
            } catch (AssertionError e) {
                return true;
            }
        });
        assertTrue(Files.readString(directory.resolve("answer")).contains("was revoked"));
    }

    private PKCS10CertificationRequest csr(KeyPair pair) throws Exception {
        return new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=whatever"), pair.getPublic())
                .build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate()));
    }

    private JsseESTServiceBuilder builder() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("root", authority.root());
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        return new JsseESTServiceBuilder(
                        HOST + ":" + tracker.secureAddresses().getFirst().getPort(),
                        (X509TrustManager) trust.getTrustManagers()[0])
                .withTimeout(20_000);
    }

    private static X509Certificate only(EnrollmentResponse response) throws Exception {
        List<X509CertificateHolder> all = new ArrayList<>(response.getStore().getMatches(null));
        assertEquals(1, all.size());
        return new JcaX509CertificateConverter().getCertificate(all.getFirst());
    }

    @Test
    void bouncyCastlesClientFetchesEnrolsAndRenews() throws Exception {
        ESTService service = builder().build();
        List<X509CertificateHolder> authorities =
                new ArrayList<>(service.getCACerts().getCertificateStore().getMatches(null));
        assertEquals(2, authorities.size());

        JoinToken token = token();
        KeyPair pair = Credential.newKey(random);
        JcaHttpAuthBuilder auth =
                new JcaHttpAuthBuilder(token.id(), token.secret().toCharArray());
        X509Certificate first = only(service.simpleEnroll(
                false,
                csr(pair),
                new JcaHttpAuthBuilder(token.id(), token.secret().toCharArray())
                        .setNonceGenerator(random)
                        .build()));
        assertEquals("north", RemoteIdentity.of(first).site());
        assertThrows(
                ESTException.class,
                () -> service.simpleEnroll(
                        false,
                        csr(Credential.newKey(random)),
                        auth.setNonceGenerator(random).build()));

        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(
                "machine", pair.getPrivate(), new char[0], new X509Certificate[] {first, authority.issuing()});
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, new char[0]);
        ESTService known = builder().withKeyManagers(keys.getKeyManagers()).build();
        KeyPair next = Credential.newKey(random);
        X509Certificate second = only(known.simpleEnroll(true, csr(next), null));
        assertEquals(RemoteIdentity.of(first).id(), RemoteIdentity.of(second).id());
        assertEquals(next.getPublic(), second.getPublicKey());
    }
}
