package packhorse.core.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import packhorse.core.identity.CertificateAuthority;
import packhorse.core.identity.CertificateAuthority.Subject;
import packhorse.core.identity.Credential;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Pem;
import packhorse.core.topology.EndpointId;

/**
 * A deployment for tests: a root, an issuing authority, and machines of any kind in no time, good and bad.
 *
 * <p>Trackers and origins carry the names {@code localhost}, {@code 127.0.0.1} and {@code ::1} unless told otherwise.
 */
public final class TestDeployment {
    private static final List<String> LOCAL = List.of("localhost", "127.0.0.1", "::1");

    private final Path directory;
    private final CertificateAuthority.Root root;
    private final CertificateAuthority authority;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    private TestDeployment(Path directory, InstantSource clock) {
        this.directory = directory;
        this.clock = clock;
        this.root = CertificateAuthority.Root.create(clock.instant(), random);
        this.authority = root.issuing(clock.instant(), random);
    }

    /** A new deployment with the real clock; what it writes goes below {@code directory}. */
    public static TestDeployment create(Path directory) {
        return new TestDeployment(directory, InstantSource.system());
    }

    /** A new deployment whose machines read {@code clock}. */
    public static TestDeployment create(Path directory, InstantSource clock) {
        return new TestDeployment(directory, clock);
    }

    /** A machine with a new endpoint id. */
    public MachineIdentity identity(DeploymentRole role, String site) {
        return identity(role, site, newId());
    }

    /** The machine {@code id}. Called twice, it gives two certificates of one machine. */
    public MachineIdentity identity(DeploymentRole role, String site, EndpointId id) {
        return machine(credential(role, site, id, clock.instant(), role.lifetime()));
    }

    /** A machine whose certificate expired an hour ago. */
    public MachineIdentity expired(DeploymentRole role, String site) {
        Duration day = Duration.ofHours(24);
        CertificateAuthority then = root.issuing(clock.instant().minus(day.multipliedBy(2)), random);
        return machine(credential(
                then,
                new Subject(newId(), role, site, names(role)),
                clock.instant().minus(day).minus(Duration.ofHours(1)),
                day));
    }

    /** A machine whose certificate begins in an hour. */
    public MachineIdentity notYetValid(DeploymentRole role, String site) {
        return machine(
                credential(role, site, newId(), clock.instant().plus(Duration.ofHours(1)), Duration.ofHours(24)));
    }

    /** A machine that joined another deployment, and trusts that one. */
    public MachineIdentity foreign(DeploymentRole role, String site) {
        return new TestDeployment(directory, clock).identity(role, site);
    }

    /** {@link #foreign(DeploymentRole, String)}, an agent. */
    public MachineIdentity foreign() {
        return foreign(DeploymentRole.AGENT, "elsewhere");
    }

    /** A machine of another deployment that trusts this one: it connects where {@link #foreign()} would refuse to. */
    public MachineIdentity intruder(DeploymentRole role, String site) {
        TestDeployment other = new TestDeployment(directory, clock);
        return MachineIdentity.of(
                other.credential(role, site, newId(), clock.instant(), role.lifetime()), root.certificate(), clock);
    }

    /** A key and certificates of the machine {@code id}, that count from {@code from} on; for renewals. */
    public Credential credential(DeploymentRole role, String site, EndpointId id, Instant from, Duration lifetime) {
        return credential(authority, new Subject(id, role, site, names(role)), from, lifetime);
    }

    private Credential credential(CertificateAuthority issuer, Subject subject, Instant from, Duration lifetime) {
        KeyPair pair = Credential.newKey(random);
        return new Credential(
                pair.getPrivate(),
                List.of(issuer.issue(pair.getPublic(), subject, lifetime, from), issuer.certificate()));
    }

    private MachineIdentity machine(Credential credential) {
        return MachineIdentity.of(credential, root.certificate(), clock);
    }

    private static List<String> names(DeploymentRole role) {
        return role.named() ? LOCAL : List.of();
    }

    private EndpointId newId() {
        byte[] id = new byte[EndpointId.LENGTH_BYTES];
        random.nextBytes(id);
        return EndpointId.ofBytes(id);
    }

    /**
     * Writes a new machine's files into {@code data}, as joining would, for a process of its own.
     *
     * @return {@code data}
     */
    public Path write(DeploymentRole role, String site, Path data) {
        return write(role, site, newId(), data);
    }

    /** Like {@link #write(DeploymentRole, String, Path)}, for the machine {@code id}. */
    public Path write(DeploymentRole role, String site, EndpointId id, Path data) {
        Credential credential = credential(role, site, id, clock.instant(), role.lifetime());
        try {
            Files.createDirectories(data);
            Path key = data.resolve(MachineIdentity.KEY_FILE);
            Files.deleteIfExists(key);
            Files.createFile(key, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            Files.write(key, Pem.encode(credential.key()));
            Files.write(data.resolve(MachineIdentity.CERTIFICATE_FILE), Pem.encode(credential.chain()));
            Files.write(data.resolve(MachineIdentity.ROOT_FILE), Pem.encode(List.of(root.certificate())));
            return data;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The root's file, for {@code curl --cacert} and the like. */
    public Path rootFile() {
        try {
            Files.createDirectories(directory);
            return Files.write(directory.resolve(MachineIdentity.ROOT_FILE), Pem.encode(List.of(root.certificate())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The root that every machine of this deployment trusts. */
    public X509Certificate root() {
        return root.certificate();
    }

    /** The authority that issued them. */
    public CertificateAuthority authority() {
        return authority;
    }
}
