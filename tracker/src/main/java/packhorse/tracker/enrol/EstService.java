package packhorse.tracker.enrol;

import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSAbsentContent;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedDataGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;
import packhorse.core.identity.CertificateAuthority;
import packhorse.core.identity.CertificateAuthority.Subject;
import packhorse.core.identity.CertificateRequest;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.IdentityException;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Pem;
import packhorse.core.identity.RemoteIdentity;
import packhorse.core.identity.WrongSecrets;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.enrol.EnrolmentJournal.Change;
import packhorse.tracker.enrol.JournalEntry.Certified;
import packhorse.tracker.enrol.JournalEntry.TokenIssued;

/**
 * Enrolment over secure transport (EST, RFC 7030), without the transport.
 *
 * <p>What of the standard is spoken: {@code cacerts} (§4.1), {@code simpleenroll} (§4.2.1) with HTTP Basic, user = the
 * token's id, password = its secret; {@code simplereenroll} (§4.2.2) with the certificate that TLS showed; {@code csrattrs}
 * (§4.5), which is empty: an authority that ignores what a request claims has nothing to ask for. Beside it
 * {@code catalogue-root/SHA256}, the catalogue's root that a token pins, public like {@code cacerts}.
 *
 * <p><b>Once, whatever is lost.</b> The first request with a token fixes the key: the certificate is in the journal, flushed,
 * before the answer leaves. Whoever comes again with the token and the same key within the token's life gets that
 * certificate again; another key gets 401. A renewal that is asked for again is issued again: it names the same machine.
 *
 * <p><b>Late renewal.</b> A certificate that expired less than {@link MachineIdentity#RENEWAL_GRACE} ago renews too, but
 * only the newest one of its machine, or for the key that the newest was issued for (whose answer was lost): a disk that
 * was copied long ago is not a way in.
 */
final class EstService implements EstDesk {
    private static final Logger LOG = LoggerFactory.getLogger(EstService.class);

    private static final String CERTIFICATES = "application/pkcs7-mime";
    private static final String ISSUED = "application/pkcs7-mime; smime-type=certs-only";
    private static final Map<String, String> BASE64 = Map.of("Content-Transfer-Encoding", "base64");
    private static final Map<String, String> CHALLENGE = Map.of(
            "WWW-Authenticate",
            "Basic realm=\"packhorse join token: user = its id, password = its secret\", charset=\"UTF-8\"");
    /** Without a line: Bouncy Castle's client answers the challenge only when it has no body. */
    private static final EstReply CHALLENGED =
            new EstReply(EstReply.UNAUTHORIZED, "text/plain; charset=utf-8", CHALLENGE, new byte[0]);

    /** Of a machine that has no certificate yet; none is issued with it. */
    private static final BigInteger NO_SERIAL = BigInteger.ZERO;

    private static final String CATALOGUE_ROOT = "catalogue-root/";
    private static final String BASIC = "basic ";
    /** A token's id and secret in base64. */
    private static final int CREDENTIALS_CHARACTERS_MAX = 256;

    private final EnrolmentJournal journal;
    private final Supplier<CertificateAuthority> authority;
    private final Path catalogueRoots;
    private final InstantSource clock;
    private final SecureRandom random;
    private final WrongSecrets wrongSecrets = new WrongSecrets();
    private volatile TokenSource elsewhere = id -> Optional.empty();
    private volatile DenyList also = DenyList.none();

    /**
     * @param authority the one in force
     * @param catalogueRoots a directory of files named by their SHA-256
     */
    EstService(
            EnrolmentJournal journal,
            Supplier<CertificateAuthority> authority,
            Path catalogueRoots,
            InstantSource clock,
            SecureRandom random) {
        this.journal = journal;
        this.authority = authority;
        this.catalogueRoots = catalogueRoots;
        this.clock = clock;
        this.random = random;
    }

    /** A reply that ends the work on a request. */
    private static final class Refused extends Exception {
        private static final long serialVersionUID = 1;
        private final transient EstReply reply;

        Refused(EstReply reply) {
            super(reply.toString());
            this.reply = reply;
        }

        Refused(int status, String line) {
            this(EstReply.line(status, line));
        }
    }

    @Override
    public EstReply answer(EstRequest request) {
        try {
            if (request.body().length > BODY_BYTES_MAX) {
                throw new Refused(
                        EstReply.TOO_LONG, "a request has at most " + BODY_BYTES_MAX + " bytes; send a PKCS #10 alone");
            }
            return switch (request.operation()) {
                case "cacerts" -> authorities(require(request, "GET"));
                case "csrattrs" -> nothing(require(request, "GET"));
                case "simpleenroll" -> enrol(require(request, "POST"));
                case "simplereenroll" -> reenrol(require(request, "POST"));
                default -> {
                    if (request.operation().startsWith(CATALOGUE_ROOT)) {
                        yield catalogueRoot(require(request, "GET"));
                    }
                    throw new Refused(
                            EstReply.NOT_FOUND,
                            "no such operation; there are cacerts, csrattrs, simpleenroll and simplereenroll");
                }
            };
        } catch (Refused e) {
            return e.reply;
        } catch (IdentityException e) {
            LOG.error("no certificate can be issued: {}", e.getMessage());
            return unavailable();
        } catch (OperationException e) {
            LOG.error("enrolment is stopped: {}", e.getMessage());
            return unavailable();
        }
    }

    private static EstReply unavailable() {
        return EstReply.line(
                EstReply.UNAVAILABLE,
                "the authority cannot issue certificates now; its own log says why",
                Map.of("Retry-After", "60"));
    }

    private static EstRequest require(EstRequest request, String method) throws Refused {
        if (!method.equals(request.method())) {
            throw new Refused(EstReply.line(
                    EstReply.BAD_METHOD, request.operation() + " is asked with " + method, Map.of("Allow", method)));
        }
        return request;
    }

    private EstReply authorities(EstRequest unused) {
        CertificateAuthority now = authority.get();
        return certificates(CERTIFICATES, List.of(now.root(), now.certificate()));
    }

    private static EstReply nothing(EstRequest unused) {
        return new EstReply(EstReply.NOTHING, "application/csrattrs", Map.of(), new byte[0]);
    }

    private EstReply catalogueRoot(EstRequest request) throws Refused {
        try {
            Sha256 wanted = Sha256.parse(request.operation().substring(CATALOGUE_ROOT.length()));
            return new EstReply(
                    EstReply.OK,
                    "application/json",
                    Map.of(),
                    Files.readAllBytes(catalogueRoots.resolve(wanted.hex())));
        } catch (IllegalArgumentException | NoSuchFileException e) {
            throw new Refused(EstReply.NOT_FOUND, "no such catalogue root; make a new token: packhorse ca token");
        } catch (IOException e) {
            throw new OperationException("a catalogue root cannot be read: " + e.getMessage(), e);
        }
    }

    /** Whom {@code list} denies gets no certificate either. */
    void denyAlso(DenyList list) {
        also = list;
    }

    private boolean denied(Books books, EndpointId endpoint, BigInteger serial) {
        return books.denied(endpoint, serial) || also.denied(endpoint, serial);
    }

    /** Asks {@code source} for tokens that are not in the journal. */
    void askFor(TokenSource source) {
        elsewhere = source;
    }

    /** A token that somebody else issued, written into the journal, so that it works once whatever becomes of whoever issued it. */
    private Optional<TokenIssued> brought(Credentials credentials, Instant now) {
        return elsewhere
                .token(credentials.id())
                .filter(token -> token.id().equals(credentials.id())
                        && MessageDigest.isEqual(
                                token.secret().bytes(), credentials.secret().bytes()))
                .map(token -> journal.update(books -> books.token(token.id())
                        .map(Change::none)
                        .orElseGet(() -> {
                            TokenIssued entry = new TokenIssued(
                                    now.truncatedTo(ChronoUnit.SECONDS),
                                    token.id(),
                                    token.secret(),
                                    token.site(),
                                    token.role(),
                                    token.names(),
                                    token.endpoint(),
                                    token.expiry().truncatedTo(ChronoUnit.SECONDS));
                            return new Change<>(List.of(entry), entry);
                        })));
    }

    private record Credentials(String id, Sha256 secret) {}

    private EstReply enrol(EstRequest request) throws Refused {
        Instant now = clock.instant();
        Duration wait = wrongSecrets.wait(request.from(), now);
        if (!wait.isZero()) {
            throw new Refused(EstReply.line(
                    EstReply.TOO_MANY,
                    "too many wrong tokens from this address; wait " + (wait.toSeconds() + 1) + " s",
                    Map.of("Retry-After", Long.toString(wait.toSeconds() + 1))));
        }
        Credentials credentials = credentials(request);
        TokenIssued token = journal.look(books -> books.token(credentials.id()))
                .or(() -> {
                    journal.refresh();
                    return journal.look(books -> books.token(credentials.id()));
                })
                .or(() -> brought(credentials, now))
                .filter(found -> MessageDigest.isEqual(
                        found.secret().bytes(), credentials.secret().bytes()))
                .orElse(null);
        if (token == null) {
            wrongSecrets.wrong(request.from(), now);
            throw unauthorized("unknown token; copy it whole, or ask for a new one: packhorse ca token");
        }
        wrongSecrets.right(request.from());
        if (!now.isBefore(token.expiry())) {
            throw unauthorized("the token expired on " + token.expiry() + "; ask for a new one: packhorse ca token");
        }
        CertificateRequest asked = csr(request);
        Sha256 key = Sha256.of(asked.key().getEncoded());
        Optional<byte[]> certificate = journal.update(books -> use(books, token, asked, key, now));
        return certificates(certificate.orElseThrow(() ->
                unauthorized("the token was used already, by another machine; ask for a new one: packhorse ca token")));
    }

    /** The certificate for {@code token}, issued now or before; empty when another key has it, or nobody may any more. */
    private Change<Optional<byte[]>> use(
            Books books, TokenIssued token, CertificateRequest asked, Sha256 key, Instant now) {
        Optional<Certified> before = books.usedFor(token.id());
        if (before.isPresent()) {
            Certified use = before.get();
            return Change.none(
                    use.key().equals(key) && !denied(books, use.endpoint(), use.serial())
                            ? use.certificate().map(Base64.getDecoder()::decode)
                            : Optional.empty());
        }
        EndpointId endpoint = token.endpoint().orElseGet(this::newEndpoint);
        if (denied(books, endpoint, NO_SERIAL)) {
            return Change.none(Optional.empty());
        }
        X509Certificate issued = authority
                .get()
                .issue(asked.key(), new Subject(endpoint, token.role(), token.site(), token.names()), now);
        byte[] der = der(issued);
        Certified entry = new Certified(
                now.truncatedTo(ChronoUnit.SECONDS),
                endpoint,
                token.role(),
                token.site(),
                token.names(),
                issued.getSerialNumber(),
                key,
                issued.getNotAfter().toInstant(),
                Optional.of(token.id()),
                Optional.of(Base64.getEncoder().encodeToString(der)));
        LOG.info(
                "{} {} of {} joined by the token {}: serial {}",
                token.role().word(),
                endpoint,
                token.site(),
                token.id(),
                issued.getSerialNumber().toString(16));
        return new Change<>(List.of(entry), Optional.of(der));
    }

    private EstReply reenrol(EstRequest request) throws Refused {
        Instant now = clock.instant();
        RemoteIdentity caller = request.caller()
                .orElseThrow(() -> new Refused(EstReply.line(
                        EstReply.UNAUTHORIZED,
                        "a renewal shows the certificate that it renews; a new machine joins by a token:"
                                + " simpleenroll",
                        CHALLENGE)));
        if (now.isBefore(caller.notBefore()) || !now.isBefore(caller.notAfter().plus(MachineIdentity.RENEWAL_GRACE))) {
            throw new Refused(
                    EstReply.FORBIDDEN,
                    "the certificate expired on " + caller.notAfter()
                            + ", too long ago to be renewed; join anew with the"
                            + " same endpoint: packhorse ca token --endpoint " + caller.id());
        }
        CertificateRequest asked = csr(request);
        Sha256 key = Sha256.of(asked.key().getEncoded());
        Renewed renewed = journal.update(books -> renew(books, caller, asked, key, now));
        return switch (renewed) {
            case Renewed.Issued issued -> issued.reply();
            case Renewed.No no -> throw new Refused(EstReply.FORBIDDEN, no.why());
        };
    }

    /** What a renewal comes to. */
    private sealed interface Renewed {
        record Issued(EstReply reply) implements Renewed {}

        record No(String why) implements Renewed {}
    }

    private Change<Renewed> renew(
            Books books, RemoteIdentity caller, CertificateRequest asked, Sha256 key, Instant now) {
        if (denied(books, caller.id(), caller.serial())) {
            return Change.none(new Renewed.No(
                    "the certificate of " + caller + " was revoked; whoever runs the deployment can say why"));
        }
        Optional<Certified> newest = books.machine(caller.id());
        BigInteger newestSerial = newest.map(Certified::serial).orElse(caller.serial());
        if (!caller.current(now)
                && !newestSerial.equals(caller.serial())
                && !newest.map(Certified::key).equals(Optional.of(key))) {
            return Change.none(new Renewed.No("the certificate expired, and the machine " + caller.id()
                    + " has a newer one: was its disk restored or copied? Join anew with the same endpoint:"
                    + " packhorse ca token --endpoint " + caller.id()));
        }
        List<String> names = newest.map(Certified::names).orElse(List.of());
        X509Certificate issued =
                authority.get().issue(asked.key(), new Subject(caller.id(), caller.role(), caller.site(), names), now);
        Certified entry = new Certified(
                now.truncatedTo(ChronoUnit.SECONDS),
                caller.id(),
                caller.role(),
                caller.site(),
                names,
                issued.getSerialNumber(),
                key,
                issued.getNotAfter().toInstant(),
                Optional.empty(),
                Optional.empty());
        return new Change<>(List.of(entry), new Renewed.Issued(certificates(ISSUED, List.of(issued))));
    }

    private static Credentials credentials(EstRequest request) throws Refused {
        String header = request.authorization().orElseThrow(() -> new Refused(CHALLENGED));
        if (header.length() > CREDENTIALS_CHARACTERS_MAX || !header.regionMatches(true, 0, BASIC, 0, BASIC.length())) {
            throw unauthorized("a token is sent with HTTP Basic: user = its id, password = its secret");
        }
        try {
            String pair = new String(
                    Base64.getDecoder().decode(header.substring(BASIC.length()).strip()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            if (colon > 0) {
                return new Credentials(pair.substring(0, colon), JoinToken.digest(pair.substring(colon + 1)));
            }
        } catch (IllegalArgumentException e) {
            throw new Refused(EstReply.BAD_REQUEST, "the header Authorization is no base64");
        }
        throw unauthorized("a token is sent with HTTP Basic: user = its id, password = its secret");
    }

    private static Refused unauthorized(String line) {
        return new Refused(EstReply.line(EstReply.UNAUTHORIZED, line, CHALLENGE));
    }

    private static CertificateRequest csr(EstRequest request) throws Refused {
        try {
            String text = new String(request.body(), StandardCharsets.US_ASCII).replaceAll("\\s", "");
            return CertificateRequest.parse(Base64.getDecoder().decode(text));
        } catch (IllegalArgumentException e) {
            throw new Refused(
                    EstReply.BAD_REQUEST,
                    "the body is no certification request in base64 (RFC 7030 section 4.2.1): "
                            + String.valueOf(e.getMessage()).replaceAll("\\s+", " "));
        }
    }

    private EndpointId newEndpoint() {
        byte[] id = new byte[EndpointId.LENGTH_BYTES];
        random.nextBytes(id);
        return EndpointId.ofBytes(id);
    }

    private static byte[] der(X509Certificate certificate) {
        try {
            return certificate.getEncoded();
        } catch (CertificateEncodingException e) {
            throw new AssertionError("a certificate of our own has its bytes", e);
        }
    }

    private static EstReply certificates(byte[] der) {
        try {
            return certificates(ISSUED, List.of(Pem.certificate(der)));
        } catch (CertificateException e) {
            throw new OperationException("the journal holds a certificate that cannot be read", e);
        }
    }

    /** A certs-only message of PKCS #7 (RFC 5272 §4.1), in base64. */
    private static EstReply certificates(String type, List<X509Certificate> certificates) {
        try {
            CMSSignedDataGenerator message = new CMSSignedDataGenerator();
            for (X509Certificate certificate : certificates) {
                message.addCertificate(new JcaX509CertificateHolder(certificate));
            }
            byte[] der = message.generate(new CMSAbsentContent()).getEncoded("DER");
            return new EstReply(
                    EstReply.OK, type, BASE64, Base64.getMimeEncoder().encode(der));
        } catch (CMSException | CertificateEncodingException | IOException e) {
            throw new OperationException("certificates could not be packed: " + e.getMessage(), e);
        }
    }
}
