package packhorse.tracker.enrol;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.identity.Credential;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.identity.ToldDenials;
import packhorse.core.testing.Cases;
import packhorse.tracker.enrol.EnrolmentJournal.Change;
import packhorse.tracker.enrol.JournalEntry.Denied;

/** What the authority answers, to machines that behave and to strangers that do not. */
final class EstServiceTest {
    @TempDir
    private Path directory = Path.of("");

    private Enrolment world;
    private KeyPair pair;

    @BeforeEach
    void open() {
        world = new Enrolment(directory);
        pair = Credential.newKey(world.random);
    }

    private static X509Certificate issued(EstReply reply) {
        assertEquals(200, reply.status(), () -> Enrolment.text(reply));
        List<X509Certificate> all = all(reply);
        assertEquals(1, all.size(), "RFC 7030 section 4.2.3: only the certificate that was issued");
        return all.getFirst();
    }

    private static List<X509Certificate> all(EstReply reply) {
        try {
            return CertificateFactory.getInstance("X.509")
                    .generateCertificates(
                            new ByteArrayInputStream(Base64.getMimeDecoder().decode(reply.body())))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static void refused(int status, String line, EstReply reply) {
        String text = Enrolment.text(reply);
        assertEquals(status, reply.status(), text);
        assertEquals(1, text.lines().count(), text);
        assertTrue(text.contains(line), text);
    }

    private byte[] request(KeyPair key, KeyPair signer, String subject) throws Exception {
        return Base64.getEncoder()
                .encode(new JcaPKCS10CertificationRequestBuilder(new X500Name(subject), key.getPublic())
                        .build(new JcaContentSignerBuilder(
                                        signer.getPrivate().getAlgorithm().equals("RSA")
                                                ? "SHA256withRSA"
                                                : "SHA256withECDSA")
                                .build(signer.getPrivate()))
                        .getEncoded());
    }

    @Test
    void cacertsAreTheRootAndTheIssuingAuthority() {
        EstReply reply = world.get("cacerts");
        assertEquals("application/pkcs7-mime", reply.contentType());
        assertEquals("base64", reply.headers().get("Content-Transfer-Encoding"));
        assertEquals(
                List.of(
                        world.deployment.root().getSubjectX500Principal(),
                        world.deployment.authority().certificate().getSubjectX500Principal()),
                all(reply).stream()
                        .map(X509Certificate::getSubjectX500Principal)
                        .sorted((a, b) -> b.getName().compareTo(a.getName()))
                        .toList());
        assertEquals(204, world.get("csrattrs").status());
        assertEquals(404, world.get("fullcmc").status());
        assertEquals(Enrolment.CATALOGUE_ROOT, Enrolment.text(world.get("catalogue-root/" + Enrolment.catalogue())));
        refused(404, "no such catalogue root", world.get("catalogue-root/" + "0".repeat(64)));
        refused(404, "no such catalogue root", world.get("catalogue-root/../journal"));
        refused(405, "is asked with GET", world.post("cacerts", Optional.empty(), Optional.empty(), new byte[0]));
        refused(405, "is asked with POST", world.get("simpleenroll"));
    }

    @Test
    void aTokenMakesWhatItSaysWhateverTheRequestClaims() throws Exception {
        JoinToken token = world.token();
        X509Certificate certificate = issued(
                world.enrol(token, request(pair, pair, "CN=00000000000000000000000000000000,OU=centre,O=tracker")));
        RemoteIdentity self = RemoteIdentity.of(certificate);
        assertEquals(DeploymentRole.AGENT, self.role());
        assertEquals("north", self.site());
        assertNotEquals("00000000000000000000000000000000", self.id().toString());
        assertEquals(world.clock.instant().minusSeconds(60), self.notBefore());
        assertEquals(world.clock.instant().plus(Duration.ofHours(24)), self.notAfter());
        assertEquals(List.of("1.3.6.1.5.5.7.3.2"), certificate.getExtendedKeyUsage(), "clientAuth alone");
        assertEquals(-1, certificate.getBasicConstraints());
        assertEquals(pair.getPublic(), certificate.getPublicKey());
    }

    @Test
    void aTrackersTokenCarriesItsNames() throws Exception {
        JoinToken token = world.token(
                java.net.URI.create("https://t.example.org:7302"),
                DeploymentRole.TRACKER,
                "centre",
                Optional.empty(),
                List.of("t.example.org", "192.0.2.7", "2001:db8::7"));
        X509Certificate certificate = issued(world.enrol(token, Enrolment.csr(pair)));
        assertEquals(4, certificate.getSubjectAlternativeNames().size());
        assertEquals(2, certificate.getExtendedKeyUsage().size());
        KeyPair next = Credential.newKey(world.random);
        X509Certificate renewed = issued(world.reenrol(RemoteIdentity.of(certificate), Enrolment.csr(next)));
        assertEquals(
                certificate.getSubjectAlternativeNames().toString(),
                renewed.getSubjectAlternativeNames().toString(),
                "a renewal keeps them, though TLS does not tell them");
    }

    @Test
    void aLostAnswerIsGivenAgainToTheSameKeyAndToNobodyElse() {
        JoinToken token = world.token();
        EstReply first = world.enrol(token, Enrolment.csr(pair));
        EstReply again = world.enrol(token, Enrolment.csr(pair));
        assertArrayEquals(issuedBytes(first), issuedBytes(again));
        refused(401, "was used already", world.enrol(token, Enrolment.csr(Credential.newKey(world.random))));
        EstService restarted = new EstService(
                EnrolmentJournal.open(directory.resolve("journal"), System::nanoTime),
                world.deployment::authority,
                directory,
                world.clock,
                world.random);
        EstReply afterwards = restarted.answer(new EstRequest(
                "POST",
                "simpleenroll",
                Optional.of(Enrolment.basic(token)),
                Optional.empty(),
                Enrolment.address(9),
                Enrolment.csr(pair)));
        assertArrayEquals(issuedBytes(first), issuedBytes(afterwards));
        world.clock.turn(Duration.ofHours(1));
        refused(401, "expired", world.enrol(token, Enrolment.csr(pair)));
    }

    private static byte[] issuedBytes(EstReply reply) {
        try {
            return issued(reply).getEncoded();
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void ofManyThatUseOneTokenAtOnceOneWins() throws Exception {
        JoinToken token = world.token();
        try (ExecutorService many = Executors.newFixedThreadPool(8)) {
            Callable<Integer> one = () -> world.enrol(token, Enrolment.csr(Credential.newKey(world.random)))
                    .status();
            List<Future<Integer>> answers = many.invokeAll(java.util.Collections.nCopies(16, one));
            int won = 0;
            for (Future<Integer> answer : answers) {
                won += answer.get() == 200 ? 1 : 0;
            }
            assertEquals(1, won);
        }
        int machines = world.journal.look(books -> books.machines().size());
        assertEquals(1, machines);
    }

    @Test
    void wrongSecretsAreAllOneLineAndWaitLongerEachTime() {
        JoinToken token = world.token();
        String unknown = "unknown token";
        String other = "A".repeat(43);
        refused(401, unknown, post(Enrolment.basic(token.id(), other)));
        refused(401, unknown, post(Enrolment.basic("AAAAAAAAAAAA", token.secret())));
        refused(401, "user = its id", post("Bearer " + token.secret()));
        refused(401, "user = its id", post("Basic " + "A".repeat(1000)));
        refused(400, "no base64", post("Basic ???"));
        refused(401, "user = its id", post(Enrolment.basic("", "")));
        EstReply without = world.post("simpleenroll", Optional.empty(), Optional.empty(), Enrolment.csr(pair));
        assertEquals(401, without.status());
        assertEquals(0, without.body().length, "Bouncy Castle's client wants the challenge without a body");
        assertTrue(String.valueOf(without.headers().get("WWW-Authenticate")).startsWith("Basic"));
        for (int i = 0; i < 4; i++) {
            refused(401, unknown, post(Enrolment.basic(token.id(), other)));
        }
        refused(429, "wait 2 s", post(Enrolment.basic(token.id(), other)));
        refused(429, "wait 2 s", world.enrol(token, Enrolment.csr(pair)));
        EstReply neighbour = world.est.answer(new EstRequest(
                "POST",
                "simpleenroll",
                Optional.of(Enrolment.basic(token)),
                Optional.empty(),
                Enrolment.address(2),
                "junk".getBytes(StandardCharsets.US_ASCII)));
        assertEquals(400, neighbour.status(), "another address is not held up");
        world.clock.turn(Duration.ofSeconds(2));
        refused(401, unknown, post(Enrolment.basic(token.id(), other)));
        refused(429, "wait 3 s", world.enrol(token, Enrolment.csr(pair)));
        world.clock.turn(Duration.ofMinutes(5));
        assertEquals(
                200, world.enrol(token, Enrolment.csr(pair)).status(), "the right one opens, and all is forgotten");
    }

    private EstReply post(String authorization) {
        return world.post("simpleenroll", Optional.of(authorization), Optional.empty(), Enrolment.csr(pair));
    }

    @Test
    void badRequestsAreNamedAndUseNothingUp() throws Exception {
        JoinToken token = world.token();
        refused(400, "certification request", world.enrol(token, new byte[0]));
        refused(400, "certification request", world.enrol(token, "%%%".getBytes(StandardCharsets.US_ASCII)));
        refused(
                400,
                "certification request",
                world.enrol(token, Base64.getEncoder().encode(new byte[] {48, 3, 2, 1, 1})));
        refused(413, "at most", world.enrol(token, new byte[EstDesk.BODY_BYTES_MAX + 1]));
        byte[] long8k = Base64.getEncoder().encode(new byte[9000]);
        refused(400, "more than", world.enrol(token, long8k));
        KeyPair other = Credential.newKey(world.random);
        refused(400, "its signature is not by its own key", world.enrol(token, request(pair, other, "CN=x")));
        KeyPairGenerator rsa = KeyPairGenerator.getInstance("RSA");
        rsa.initialize(2048);
        KeyPair weak = rsa.generateKeyPair();
        refused(400, "not on the curve P-256", world.enrol(token, request(weak, weak, "CN=x")));
        KeyPairGenerator p384 = KeyPairGenerator.getInstance("EC");
        p384.initialize(new ECGenParameterSpec("secp384r1"));
        KeyPair wide = p384.generateKeyPair();
        refused(400, "not on the curve P-256", world.enrol(token, request(wide, wide, "CN=x")));
        assertEquals(200, world.enrol(token, Enrolment.csr(pair)).status(), "the token is still good");
    }

    @Test
    void noTurnedBitOfARequestGetsACertificateForAnotherKey() {
        byte[] good = packhorse.core.identity.CertificateRequest.encode(pair);
        JoinToken token = world.token();
        Cases.run(300, random -> {
            byte[] bad = Cases.withFlippedBit(good, random.nextInt(good.length * 8));
            EstReply reply = world.enrol(token, Base64.getEncoder().encode(bad));
            if (reply.status() == 200) { // a bit that says nothing, such as one of a length written otherwise
                assertEquals(pair.getPublic(), issued(reply).getPublicKey());
            } else {
                refused(400, "certification request", reply);
            }
        });
        Cases.run(300, random -> {
            byte[] junk = Cases.bytes(random, random.nextInt(600));
            assertEquals(400, world.enrol(token, junk).status());
        });
        assertEquals(200, world.enrol(token, Enrolment.csr(pair)).status());
    }

    @Test
    void aRenewalNamesTheMachineOfTheOldCertificate() throws Exception {
        RemoteIdentity old = RemoteIdentity.of(issued(world.enrol(world.token(), Enrolment.csr(pair))));
        world.clock.turn(Duration.ofHours(16));
        KeyPair next = Credential.newKey(world.random);
        X509Certificate certificate = issued(world.reenrol(old, request(next, next, "CN=tracker,OU=centre")));
        RemoteIdentity now = RemoteIdentity.of(certificate);
        assertEquals(old.id(), now.id());
        assertEquals(old.role(), now.role());
        assertEquals(old.site(), now.site());
        assertNotEquals(old.serial(), now.serial());
        assertEquals(world.clock.instant().plus(Duration.ofHours(24)), now.notAfter());
        refused(
                401,
                "shows the certificate that it renews",
                world.post("simplereenroll", Optional.empty(), Optional.empty(), Enrolment.csr(next)));
        refused(400, "certification request", world.reenrol(now, new byte[] {1}));
    }

    @Test
    void whoIsDeniedRenewsNothingAndRejoinsOnlyAsSomebodyElse() {
        JoinToken token = world.token();
        RemoteIdentity bad = RemoteIdentity.of(issued(world.enrol(token, Enrolment.csr(pair))));
        new Register(world.journal).revoke(bad.id().toString(), world.clock.instant());
        assertTrue(world.journal.denyList().denied(bad.id(), bad.serial()));
        refused(403, "was revoked", world.reenrol(bad, Enrolment.csr(Credential.newKey(world.random))));
        refused(401, "was used already", world.enrol(token, Enrolment.csr(pair)));
        JoinToken sameAgain = world.token(token.url(), DeploymentRole.AGENT, "north", Optional.of(bad.id()), List.of());
        assertEquals(
                401,
                world.enrol(sameAgain, Enrolment.csr(Credential.newKey(world.random)))
                        .status());
        RemoteIdentity anew = RemoteIdentity.of(issued(world.enrol(world.token(), Enrolment.csr(pair))));
        assertNotEquals(bad.id(), anew.id());
        var unused = world.journal.update(books -> new Change<>(
                List.of(new Denied(
                        world.clock.instant(), books.revision() + 1, Optional.empty(), Optional.of(anew.serial()))),
                true));
        refused(403, "was revoked", world.reenrol(anew, Enrolment.csr(Credential.newKey(world.random))));
    }

    @Test
    void whoIsDeniedFromAboveGetsNoCertificateUntilAdmitted() {
        RemoteIdentity bad = RemoteIdentity.of(issued(world.enrol(world.token(), Enrolment.csr(pair))));
        ToldDenials above = new ToldDenials();
        world.est.denyAlso(above);
        assertTrue(above.tell(1, Set.of(bad.id())));
        refused(403, "was revoked", world.reenrol(bad, Enrolment.csr(Credential.newKey(world.random))));
        JoinToken sameAgain = world.token(
                URI.create("https://127.20.6.1:7302"), DeploymentRole.AGENT, "north", Optional.of(bad.id()), List.of());
        KeyPair next = Credential.newKey(world.random);
        assertEquals(401, world.enrol(sameAgain, Enrolment.csr(next)).status());
        assertTrue(above.tell(2, Set.of()));
        assertEquals(
                bad.id(),
                RemoteIdentity.of(issued(world.enrol(sameAgain, Enrolment.csr(next))))
                        .id());
    }

    @Test
    void aMachineThatSleptRenewsLateUnlessItsDiskIsAnOldCopy() {
        RemoteIdentity first = RemoteIdentity.of(issued(world.enrol(world.token(), Enrolment.csr(pair))));
        world.clock.turn(Duration.ofDays(20));
        KeyPair next = Credential.newKey(world.random);
        RemoteIdentity second = RemoteIdentity.of(issued(world.reenrol(first, Enrolment.csr(next))));
        world.clock.turn(Duration.ofHours(1));
        issued(world.reenrol(first, Enrolment.csr(next)));
        refused(
                403,
                "was its disk restored or copied?",
                world.reenrol(first, Enrolment.csr(Credential.newKey(world.random))));
        Instant end = second.notAfter().plus(MachineIdentity.RENEWAL_GRACE);
        world.clock.turn(Duration.between(world.clock.instant(), end));
        refused(403, "too long ago", world.reenrol(second, Enrolment.csr(Credential.newKey(world.random))));
    }

    @Test
    void anExpiredIssuingAuthorityStopsItAndSaysSoInItsLog() {
        JoinToken token = world.token();
        world.clock.turn(Duration.ofDays(91));
        JoinToken fresh = world.token();
        refused(401, "expired", world.enrol(token, Enrolment.csr(pair)));
        refused(503, "its own log says why", world.enrol(fresh, Enrolment.csr(pair)));
    }
}
