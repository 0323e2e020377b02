package packhorse.core.doctor;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Pem;
import packhorse.core.identity.RemoteIdentity;

/** The checks of a machine's certificate: there, whose, how long, with its key, of the deployment. */
public final class IdentityChecks {
    private static final String NAME = "certificate";
    private static final String JOIN = "get a token from whoever runs the deployment and run " + DeploymentRole.JOIN;

    private static final String JOIN_ANEW = JOIN + ", with --replace";

    private final List<Finding> findings;
    private final Optional<MachineIdentity> identity;

    private IdentityChecks(List<Finding> findings, Optional<MachineIdentity> identity) {
        this.findings = List.copyOf(findings);
        this.identity = identity;
    }

    /** Looks at what joining left in {@code directory}. */
    public static IdentityChecks of(Path directory, InstantSource clock) {
        if (!MachineIdentity.isIn(directory)) {
            return new IdentityChecks(
                    List.of(Finding.fail(NAME, "this machine has not joined: there is none in " + directory, JOIN)),
                    Optional.empty());
        }
        try {
            MachineIdentity identity = MachineIdentity.open(directory, clock);
            List<Finding> findings = new ArrayList<>();
            RemoteIdentity self = identity.self();
            findings.add(validity(self, clock.instant()));
            findings.add(Finding.ok("identity", self.toString() + " (the home site; trackers go by today's address)"));
            findings.add(chain(identity, directory));
            secrecy(directory).ifPresent(findings::add);
            return new IdentityChecks(findings, Optional.of(identity));
        } catch (UsageException | OperationException e) {
            return new IdentityChecks(
                    List.of(Finding.fail(NAME, String.valueOf(e.getMessage()), JOIN_ANEW)), Optional.empty());
        }
    }

    private static Finding validity(RemoteIdentity self, Instant now) {
        if (now.isBefore(self.notBefore())) {
            return Finding.fail(
                    NAME,
                    "it counts from " + self.notBefore() + " on, " + rounded(Duration.between(now, self.notBefore()))
                            + " from now",
                    "this machine's clock is behind; set it");
        }
        if (!now.isBefore(self.notAfter())) {
            boolean renewable = now.isBefore(self.notAfter().plus(MachineIdentity.RENEWAL_GRACE));
            return Finding.fail(
                    NAME,
                    "it expired at " + self.notAfter() + ", " + rounded(Duration.between(self.notAfter(), now))
                            + " ago",
                    renewable
                            ? "start the role where it reaches a tracker, it renews by itself; or set the clock, if"
                                    + " that is wrong"
                            : JOIN_ANEW);
        }
        Duration left = Duration.between(now, self.notAfter());
        Duration life = Duration.between(self.notBefore(), self.notAfter());
        // Renewed at two thirds; later than that somebody has to look.
        return left.compareTo(life.dividedBy(4)) < 0
                ? Finding.warn(
                        NAME,
                        "it ends in " + rounded(left) + " and was not renewed",
                        "see that this machine reaches a tracker's port for enrolment (7302)")
                : Finding.ok(NAME, "counts for another " + rounded(left));
    }

    static String rounded(Duration time) {
        if (time.toDays() >= 2) {
            return time.toDays() + " days";
        }
        return time.toHours() >= 2 ? time.toHours() + " hours" : time.toMinutes() + " minutes";
    }

    private static Finding chain(MachineIdentity identity, Path directory) {
        try {
            List<X509Certificate> chain = Pem.readCertificates(directory.resolve(MachineIdentity.CERTIFICATE_FILE));
            for (int i = 0; i < chain.size(); i++) {
                X509Certificate issuer = i + 1 < chain.size() ? chain.get(i + 1) : identity.root();
                chain.get(i).verify(issuer.getPublicKey());
            }
            PrivateKey key = Pem.readKey(directory.resolve(MachineIdentity.KEY_FILE));
            return proves(key, identity.certificate())
                    ? Finding.ok("deployment", "the certificate leads to its root and fits its key")
                    : Finding.fail(
                            "deployment",
                            "the certificate is of another key than " + directory.resolve(MachineIdentity.KEY_FILE),
                            JOIN_ANEW);
        } catch (GeneralSecurityException e) {
            return Finding.fail(
                    "deployment",
                    "the certificate does not lead to the root in " + directory.resolve(MachineIdentity.ROOT_FILE)
                            + ": " + e.getMessage(),
                    JOIN_ANEW);
        }
    }

    private static boolean proves(PrivateKey key, X509Certificate certificate) throws GeneralSecurityException {
        byte[] words = {'d', 'o', 'c', 't', 'o', 'r'};
        Signature signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(key);
        signer.update(words);
        Signature verifier = Signature.getInstance("SHA256withECDSA");
        verifier.initVerify(certificate.getPublicKey());
        verifier.update(words);
        return verifier.verify(signer.sign());
    }

    private static Optional<Finding> secrecy(Path directory) {
        Path key = directory.resolve(MachineIdentity.KEY_FILE);
        try {
            Set<PosixFilePermission> rights = Files.getPosixFilePermissions(key);
            return rights.stream().anyMatch(right -> !right.name().startsWith("OWNER_"))
                    ? Optional.of(Finding.warn("key", key + " can be read by others", "chmod 600 " + key))
                    : Optional.empty();
        } catch (java.io.IOException | UnsupportedOperationException e) {
            return Optional.empty();
        }
    }

    /** What was found. */
    public List<Finding> findings() {
        return findings;
    }

    /** The identity, where it could be opened. */
    public Optional<MachineIdentity> identity() {
        return identity;
    }
}
