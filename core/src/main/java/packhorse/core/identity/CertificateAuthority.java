package packhorse.core.identity;

import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Date;
import java.util.HexFormat;
import java.util.List;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x500.X500NameBuilder;
import org.bouncycastle.asn1.x500.style.BCStyle;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509ExtensionUtils;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import packhorse.core.topology.EndpointId;

/**
 * Vouches for a deployment's machines: two tiers, P-256 throughout (RFC 5280).
 *
 * <p><b>Problem.</b> The key that certificates lead to must survive the theft of any server that is reachable, yet machines
 * want a new certificate every day. <b>Answer.</b> A root that lives ten years signs nothing but issuing authorities, and its
 * key stays offline; an issuing authority lives ninety days on a server, so its theft ends within a season without touching a
 * machine. Machines trust the root alone and are shown the issuing certificate in each handshake.
 *
 * <p>A certificate names what the authority knows, never what a request claims: common name = endpoint, organisational unit =
 * home site, one URI {@code spiffe://packhorse/ROLE/ENDPOINT}; those with an address carry DNS names or addresses too and may
 * serve TLS to outsiders. Certificates begin a minute early, so that a clock a little slow takes them, and never outlive
 * their issuer.
 */
public final class CertificateAuthority {
    /** The root outlives the machines that trust it, or each would have to be visited. */
    static final Duration ROOT_LIFETIME = Duration.ofDays(3652);

    /** A stolen issuing key is worth this long at most; a person renews it four times a year. */
    static final Duration ISSUING_LIFETIME = Duration.ofDays(90);

    /** How early a certificate begins: machines that never met a time server are off by less. */
    public static final Duration BACKDATED = Duration.ofSeconds(60);

    /** Host names and addresses in one certificate; a server with more names has a better one. */
    static final int NAMES_MAX = 16;

    private static final String SIGNATURE = "SHA256withECDSA";
    /** 128 random bits with the top one clear and never zero: RFC 5280 §4.1.2.2 wants it positive, at most 20 bytes. */
    private static final int SERIAL_BITS = 127;

    private static final int DEPLOYMENT_ID_BYTES = 8;

    private final PrivateKey key;
    private final X509Certificate certificate;
    private final X509Certificate root;
    private final SecureRandom random;

    /**
     * @param key the issuing key
     * @param certificate the issuing certificate
     * @param root of the deployment
     * @throws IdentityException when they do not belong together
     */
    public CertificateAuthority(
            PrivateKey key, X509Certificate certificate, X509Certificate root, SecureRandom random) {
        if (!Credential.belong(key, certificate.getPublicKey())) {
            throw new IdentityException(
                    "the issuing key is not that of the issuing certificate; restore both from one backup");
        }
        try {
            certificate.verify(root.getPublicKey());
        } catch (GeneralSecurityException e) {
            throw new IdentityException(
                    "the issuing certificate is not signed by this deployment's root; restore both from one backup", e);
        }
        this.key = key;
        this.certificate = certificate;
        this.root = root;
        this.random = random;
    }

    /**
     * A root: a key and the certificate it signed for itself.
     *
     * @param key to be carried away
     * @param certificate what machines trust
     */
    public record Root(PrivateKey key, X509Certificate certificate) {
        /** A new deployment's root. Its name is random, so that two deployments are told apart by it. */
        public static Root create(Instant now, SecureRandom random) {
            byte[] deployment = new byte[DEPLOYMENT_ID_BYTES];
            random.nextBytes(deployment);
            X500Principal name =
                    new X500Principal("CN=Packhorse root " + HexFormat.of().formatHex(deployment));
            KeyPair pair = Credential.newKey(random);
            Draft draft = new Draft(
                    name(name), pair.getPublic(), now.minus(BACKDATED), now.plus(ROOT_LIFETIME), serial(random));
            try {
                X509v3CertificateBuilder builder = draft.builder(name(name));
                authority(builder, 1);
                identifiers(builder, pair.getPublic(), pair.getPublic());
                return new Root(pair.getPrivate(), sign(builder, pair.getPrivate()));
            } catch (CertIOException e) {
                throw new AssertionError("extensions of our own making encode", e);
            }
        }

        /** A new issuing authority under this root. */
        public CertificateAuthority issuing(Instant now, SecureRandom random) {
            KeyPair pair = Credential.newKey(random);
            BigInteger serial = serial(random);
            X500Principal name = new X500Principal("CN=Packhorse issuing authority " + serial.toString(16));
            Draft draft = new Draft(
                    name(name),
                    pair.getPublic(),
                    now.minus(BACKDATED),
                    earlier(now.plus(ISSUING_LIFETIME), certificate),
                    serial);
            try {
                X509v3CertificateBuilder builder = draft.builder(name(certificate.getSubjectX500Principal()));
                authority(builder, 0);
                identifiers(builder, pair.getPublic(), certificate.getPublicKey());
                return new CertificateAuthority(pair.getPrivate(), sign(builder, key), certificate, random);
            } catch (CertIOException e) {
                throw new AssertionError("extensions of our own making encode", e);
            }
        }

        /** Names the certificate, never the key. */
        @Override
        public String toString() {
            return certificate.getSubjectX500Principal().toString();
        }
    }

    /**
     * Whom a certificate is to name.
     *
     * @param id the endpoint
     * @param role what it may be
     * @param site its home site
     * @param names host names and addresses that others reach it by; only roles that are {@linkplain DeploymentRole#named
     *     named} have any
     */
    public record Subject(EndpointId id, DeploymentRole role, String site, List<String> names) {
        /** @throws IllegalArgumentException when a name is none, or the role has none */
        public Subject {
            names = List.copyOf(names);
            if (!site.matches("[a-z0-9][a-z0-9-]{0,62}")) {
                throw new IllegalArgumentException(
                        "\"" + site + "\" is not a site name; write lower-case letters, digits or dashes");
            }
            if (!names.isEmpty() && !role.named()) {
                throw new IllegalArgumentException(
                        "an " + role.word() + " has no host names in its certificate; leave them out");
            }
            if (names.size() > NAMES_MAX) {
                throw new IllegalArgumentException("a certificate has at most " + NAMES_MAX + " names");
            }
            names.forEach(HostName::kind);
        }
    }

    /**
     * A certificate for {@code machine}, that lives as long as its role's do.
     *
     * @throws IdentityException when this authority has expired
     */
    public X509Certificate issue(PublicKey machine, Subject subject, Instant now) {
        return issue(machine, subject, subject.role().lifetime(), now);
    }

    /**
     * A certificate for {@code machine}.
     *
     * @param machine its public key
     * @param lifetime from {@code now}; cut at this authority's own end
     * @throws IdentityException when this authority has expired, or does not count yet
     */
    public X509Certificate issue(PublicKey machine, Subject subject, Duration lifetime, Instant now) {
        Instant end = certificate.getNotAfter().toInstant();
        if (!now.isBefore(end) || now.isBefore(certificate.getNotBefore().toInstant())) {
            throw new IdentityException("the issuing authority counts from "
                    + certificate.getNotBefore().toInstant() + " to " + end + ", and it is "
                    + now.truncatedTo(ChronoUnit.SECONDS)
                    + ": renew it with packhorse ca renew-issuing, or set this machine's clock");
        }
        X500Name name = new X500NameBuilder(BCStyle.INSTANCE)
                .addRDN(BCStyle.OU, subject.site())
                .addRDN(BCStyle.CN, subject.id().toString())
                .build();
        Draft draft = new Draft(
                name, machine, now.minus(BACKDATED), earlier(now.plus(lifetime), certificate), serial(random));
        try {
            X509v3CertificateBuilder builder = draft.builder(name(certificate.getSubjectX500Principal()));
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(false));
            builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature));
            builder.addExtension(
                    Extension.extendedKeyUsage,
                    false,
                    new ExtendedKeyUsage(
                            subject.role().named()
                                    ? new KeyPurposeId[] {KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth}
                                    : new KeyPurposeId[] {KeyPurposeId.id_kp_clientAuth}));
            builder.addExtension(Extension.subjectAlternativeName, false, names(subject));
            identifiers(builder, machine, certificate.getPublicKey());
            return sign(builder, key);
        } catch (CertIOException e) {
            throw new AssertionError("extensions of our own making encode", e);
        }
    }

    /** The issuing certificate. */
    public X509Certificate certificate() {
        return certificate;
    }

    /** The deployment's root. */
    public X509Certificate root() {
        return root;
    }

    /** The issuing key, for whoever seals it into a file. */
    public PrivateKey key() {
        return key;
    }

    private static GeneralNames names(Subject subject) {
        List<GeneralName> names = new ArrayList<>();
        names.add(new GeneralName(
                GeneralName.uniformResourceIdentifier,
                RemoteIdentity.URI_PREFIX + subject.role().word() + "/" + subject.id()));
        for (String name : subject.names()) {
            names.add(new GeneralName(
                    switch (HostName.kind(name)) {
                        case DNS -> GeneralName.dNSName;
                        case ADDRESS -> GeneralName.iPAddress;
                    },
                    name));
        }
        return new GeneralNames(names.toArray(GeneralName[]::new));
    }

    /** What every certificate says. */
    private record Draft(X500Name subject, PublicKey key, Instant from, Instant until, BigInteger serial) {
        X509v3CertificateBuilder builder(X500Name issuer) {
            return new X509v3CertificateBuilder(
                    issuer,
                    serial,
                    Date.from(from.truncatedTo(ChronoUnit.SECONDS)),
                    Date.from(until.truncatedTo(ChronoUnit.SECONDS)),
                    subject,
                    SubjectPublicKeyInfo.getInstance(key.getEncoded()));
        }
    }

    private static void authority(X509v3CertificateBuilder builder, int below) throws CertIOException {
        builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(below));
        builder.addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
    }

    private static void identifiers(X509v3CertificateBuilder builder, PublicKey subject, PublicKey issuer)
            throws CertIOException {
        X509ExtensionUtils extensions = identifiers();
        builder.addExtension(
                Extension.subjectKeyIdentifier,
                false,
                extensions.createSubjectKeyIdentifier(SubjectPublicKeyInfo.getInstance(subject.getEncoded())));
        builder.addExtension(
                Extension.authorityKeyIdentifier,
                false,
                extensions.createAuthorityKeyIdentifier(SubjectPublicKeyInfo.getInstance(issuer.getEncoded())));
    }

    private static X509ExtensionUtils identifiers() {
        try {
            return new JcaX509ExtensionUtils();
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime has SHA-1, which names keys here and secures nothing", e);
        }
    }

    private static X509Certificate sign(X509v3CertificateBuilder builder, PrivateKey key) {
        try {
            return Pem.certificate(builder.build(new JcaContentSignerBuilder(SIGNATURE).build(key))
                    .getEncoded());
        } catch (OperatorCreationException | IOException | CertificateException e) {
            throw new IdentityException("a certificate could not be signed: " + e.getMessage(), e);
        }
    }

    private static Instant earlier(Instant wished, X509Certificate issuer) {
        Instant end = issuer.getNotAfter().toInstant();
        return wished.isBefore(end) ? wished : end;
    }

    private static X500Name name(X500Principal principal) {
        return X500Name.getInstance(principal.getEncoded());
    }

    private static BigInteger serial(SecureRandom random) {
        return new BigInteger(SERIAL_BITS, random).setBit(SERIAL_BITS - 1);
    }
}
