package packhorse.core.identity;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedTrustManager;
import packhorse.core.UsageException;
import packhorse.core.durable.DurableFiles;

/**
 * Makes this machine one of a deployment's: a key of its own, and a certificate by the right of a join token.
 *
 * <p><b>Problem.</b> The machine knows nobody yet, and must not tell the token's secret to a stranger. <b>Order.</b>
 * <ol>
 *   <li>Ask the address in the token for its authorities, believing nobody (RFC 7030 §4.1.1). The root whose public key has
 *       the digest in the token is the deployment's; no other can be.
 *   <li>Connect again, believing that root only. Fetch the catalogue's root, and compare it with its digest in the token.
 *   <li>Only now send the secret, with a request for a key that was made here and is on the disk already. When the answer is
 *       lost, the next try sends the same key and gets the same certificate.
 *   <li>Check the certificate, write everything, last the certificate.
 * </ol>
 * A crash at any line leaves a machine that has joined, or one that can join with the same token again.
 */
public final class Joining {
    /** The catalogue's first root, beside the identity. */
    public static final String CATALOGUE_ROOT_FILE = "root.json";
    /** Where the authority was that this machine joined by; renewal asks there when its configuration names no other. */
    static final String AUTHORITY_FILE = "authority-url";
    /** The key that the next certificate is for. */
    static final String NEXT_KEY_FILE = "identity.key.next";

    /** A clock that is off by more makes certificates look expired or not yet valid sooner or later. */
    private static final Duration CLOCK_OFF_MAX = Duration.ofMinutes(5);

    private final Path directory;
    private final Set<DeploymentRole> mayBe;
    private final Optional<InetSocketAddress> proxy;
    private final InstantSource clock;
    private final SecureRandom random;

    /**
     * @param directory gets the identity; made when it is not there
     * @param mayBe the roles that make sense for whoever joins; never empty
     * @param proxy an HTTP proxy on the way, if there is one
     */
    public Joining(
            Path directory,
            Set<DeploymentRole> mayBe,
            Optional<InetSocketAddress> proxy,
            InstantSource clock,
            SecureRandom random) {
        this.directory = directory;
        this.mayBe = EnumSet.copyOf(mayBe);
        this.proxy = proxy;
        this.clock = clock;
        this.random = random;
    }

    /** Where the machine in {@code directory} joined. */
    public static Optional<URI> authority(Path directory) {
        Path file = directory.resolve(AUTHORITY_FILE);
        try {
            return Files.exists(file)
                    ? Optional.of(URI.create(Files.readString(file).strip()))
                    : Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new UsageException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * Joins.
     *
     * @param replace whether an identity that is there already is given up
     * @throws UsageException when the token is for another role, or the machine has an identity
     * @throws IdentityException when the authority is not reached, not the one the token names, or says no
     */
    public MachineIdentity join(JoinToken token, boolean replace) {
        if (!mayBe.contains(token.role())) {
            throw new UsageException(
                    "this token makes a machine " + token.role().word() + ", and here only "
                            + mayBe.stream().map(DeploymentRole::word).collect(Collectors.joining(" or "))
                            + " makes sense; ask for a token with --role "
                            + mayBe.iterator().next().word());
        }
        if (MachineIdentity.isIn(directory) && !replace) {
            throw new UsageException("this machine has an identity already, in "
                    + directory.resolve(MachineIdentity.CERTIFICATE_FILE)
                    + "; --replace gives it up and joins anew, the token was not used");
        }
        X509Certificate root = root(token);
        KeyPair pair = nextKey(directory, random);
        byte[] catalogueRoot;
        X509Certificate certificate;
        List<X509Certificate> issuers;
        try (EstClient client = new EstClient(token.url(), believing(root), proxy)) {
            catalogueRoot = client.catalogueRoot(token.catalogue());
            issuers = client.authorities().certificates();
            certificate = client.enrol(CertificateRequest.encode(pair), token);
        } catch (EstClient.RefusedException e) {
            throw new IdentityException(token.url() + " refuses: " + e.getMessage(), e);
        }
        Credential credential = credential(pair, certificate, issuers, root);
        RemoteIdentity self = RemoteIdentity.of(certificate);
        if (self.role() != token.role() || !self.site().equals(token.site())) {
            throw new IdentityException("the authority made this machine " + self + ", but the token says "
                    + token.role().word() + " of " + token.site() + "; nothing was written");
        }
        DurableFiles files = new DurableFiles();
        files.replace(directory.resolve(MachineIdentity.ROOT_FILE), Pem.encode(List.of(root)));
        files.replace(directory.resolve(CATALOGUE_ROOT_FILE), catalogueRoot);
        files.replace(directory.resolve(AUTHORITY_FILE), (token.url() + "\n").getBytes(StandardCharsets.UTF_8));
        keep(directory, credential);
        return MachineIdentity.open(directory, clock);
    }

    private X509Certificate root(JoinToken token) {
        EstClient.Authorities found;
        try (EstClient stranger = new EstClient(token.url(), MachineIdentity.context(null, new Anybody()), proxy)) {
            found = stranger.authorities();
        } catch (EstClient.RefusedException e) {
            throw new IdentityException(token.url() + " refuses: " + e.getMessage(), e);
        }
        X509Certificate root = found.certificates().stream()
                .filter(one -> JoinToken.pin(one).equals(token.root()))
                .findFirst()
                .orElseThrow(() -> new IdentityException(token.url()
                        + " is of another deployment than the token, or somebody stands between;"
                        + " the token was not used"));
        Instant now = clock.instant();
        found.time()
                .filter(there -> Duration.between(there, now).abs().compareTo(CLOCK_OFF_MAX) > 0)
                .ifPresent(there -> {
                    throw new IdentityException("this machine's clock says " + now.truncatedTo(ChronoUnit.SECONDS)
                            + ", the deployment's " + there
                            + ": set it (timedatectl set-ntp true) and join again, the token was not used");
                });
        if (!now.isBefore(token.expiry())) {
            throw new IdentityException(
                    "the token expired on " + token.expiry() + "; ask for a new one: packhorse ca token");
        }
        return root;
    }

    private SSLContext believing(X509Certificate root) {
        return MachineIdentity.context(
                null, new DeploymentTrust(root, clock, Set.of(DeploymentRole.TRACKER), Duration.ZERO));
    }

    /** The certificate with what leads from it to the root, once all of it is proved. */
    static Credential credential(
            KeyPair pair, X509Certificate certificate, List<X509Certificate> issuers, X509Certificate root) {
        if (!certificate.getPublicKey().equals(pair.getPublic())) {
            throw new IdentityException(
                    "the authority answered with a certificate for another key; nothing was written");
        }
        X509Certificate issuer = issuers.stream()
                .filter(one -> one.getSubjectX500Principal().equals(certificate.getIssuerX500Principal()))
                .findFirst()
                .orElseThrow(() -> new IdentityException(
                        "the authority's certificate is not signed by any authority it names; nothing was written"));
        try {
            certificate.verify(issuer.getPublicKey());
            issuer.verify(root.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new IdentityException(
                    "the authority's certificate does not lead to the deployment's root; nothing was written", e);
        }
        return new Credential(pair.getPrivate(), List.of(certificate, issuer));
    }

    /** The key that the next certificate will be for; made once, so that a retry asks for the same. */
    static KeyPair nextKey(Path directory, SecureRandom random) {
        Path file = directory.resolve(NEXT_KEY_FILE);
        if (Files.exists(file)) {
            try {
                return Pem.readPair(file);
            } catch (UsageException e) {
                // What a crash or a person left there is no key; nobody vouched for it, so it is made anew.
            }
        }
        KeyPair pair = Credential.newKey(random);
        new DurableFiles().replacePrivate(file, Pem.encode(pair));
        return pair;
    }

    /** Writes key and certificate so that a crash between them leaves what {@link #finish} completes. */
    static void keep(Path directory, Credential credential) {
        DurableFiles files = new DurableFiles();
        files.replace(directory.resolve(MachineIdentity.CERTIFICATE_FILE), Pem.encode(credential.chain()));
        files.move(directory.resolve(NEXT_KEY_FILE), directory.resolve(MachineIdentity.KEY_FILE));
    }

    /** Gives the next key its name when a crash came between certificate and key. */
    static void finish(Path directory) {
        Path next = directory.resolve(NEXT_KEY_FILE);
        Path key = directory.resolve(MachineIdentity.KEY_FILE);
        X509Certificate certificate = Pem.readCertificates(directory.resolve(MachineIdentity.CERTIFICATE_FILE))
                .getFirst();
        if (Files.exists(next)
                && Credential.belong(Pem.readKey(next), certificate.getPublicKey())
                && !(Files.exists(key) && Credential.belong(Pem.readKey(key), certificate.getPublicKey()))) {
            new DurableFiles().move(next, key);
        }
    }

    /** Believes anybody, for the one question that needs no belief. */
    private static final class Anybody extends X509ExtendedTrustManager {
        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {
            // The answer is compared with the token's pins.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {
            // As above.
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {
            // As above.
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine)
                throws CertificateException {
            throw new CertificateException("nobody connects to a machine that joins");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket)
                throws CertificateException {
            throw new CertificateException("nobody connects to a machine that joins");
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            throw new CertificateException("nobody connects to a machine that joins");
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
