package packhorse.core.identity;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.topology.EndpointId;

/**
 * Who this machine is, and the TLS it proves that with.
 *
 * <p>All its contexts share one key: after {@link #renewed} every new handshake in either direction presents the new
 * certificate, while sessions that are open stay. What a client remembered for resumption is forgotten then, because a
 * resumed session would go on showing the old one. Safe for any thread.
 */
public final class MachineIdentity {
    /** The private key, PKCS#8 in PEM, readable by its owner only. */
    public static final String KEY_FILE = "identity.key";
    /** The machine's certificate and its issuer's, in PEM. */
    public static final String CERTIFICATE_FILE = "identity.crt";
    /** The deployment's root, in PEM. */
    public static final String ROOT_FILE = "deployment-ca.crt";

    /**
     * How long after its end a certificate still lets a machine ask for the next one, and nothing else: a laptop comes back
     * from the longest holiday without a visit. Longer, and a stolen disk would be of use for longer than people remember it.
     */
    public static final Duration RENEWAL_GRACE = Duration.ofDays(30);

    /**
     * Sessions are resumed for an hour at most, on both sides: a resumed session shows no certificate anew, and an agent that
     * reconnects does so within minutes.
     */
    private static final int RESUMED_SECONDS_MAX = 3600;

    private static final Set<DeploymentRole> ANYBODY = Collections.unmodifiableSet(EnumSet.allOf(DeploymentRole.class));

    /** Whom a context lets in. */
    private record Door(Set<DeploymentRole> accepted, Duration grace) {}

    private final X509Certificate root;
    private final InstantSource clock;
    private final NewestKey key;
    private final RemoteIdentity self;
    private final Map<Door, SSLContext> made = new ConcurrentHashMap<>();
    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final SSLContext common;

    private MachineIdentity(Credential credential, X509Certificate root, InstantSource clock) {
        this.root = root;
        this.clock = clock;
        this.key = new NewestKey(credential);
        this.self = RemoteIdentity.of(credential.certificate());
        this.common = make(ANYBODY, Duration.ZERO);
    }

    /** An identity that is on no disk. */
    public static MachineIdentity of(Credential credential, X509Certificate root, InstantSource clock) {
        return new MachineIdentity(credential, root, clock);
    }

    /** Whether {@code directory} holds an identity. */
    public static boolean isIn(Path directory) {
        return Files.exists(directory.resolve(CERTIFICATE_FILE));
    }

    /**
     * Reads the identity that joining left in {@code directory}. An expired one opens too: it can still be renewed.
     *
     * @throws UsageException when there is none, or it is damaged
     */
    public static MachineIdentity open(Path directory, InstantSource clock) {
        return open(directory, clock, DeploymentRole.JOIN);
    }

    /** Like {@link #open(Path, InstantSource)}; what is in the way is mended by the command of {@code wanted}. */
    public static MachineIdentity open(Path directory, InstantSource clock, DeploymentRole wanted) {
        return open(directory, clock, wanted.joining());
    }

    private static MachineIdentity open(Path directory, InstantSource clock, String join) {
        if (!isIn(directory)) {
            throw new UsageException("this machine has not joined a deployment: there is no "
                    + directory.resolve(CERTIFICATE_FILE) + "; run " + join);
        }
        try {
            Joining.finish(directory);
            return new MachineIdentity(
                    new Credential(
                            Pem.readKey(directory.resolve(KEY_FILE)),
                            Pem.readCertificates(directory.resolve(CERTIFICATE_FILE))),
                    Pem.readCertificates(directory.resolve(ROOT_FILE)).getFirst(),
                    clock);
        } catch (IdentityException e) {
            throw new UsageException(
                    "the identity in " + directory + " is damaged: " + e.getMessage() + "; join anew with --replace: "
                            + join,
                    e);
        }
    }

    /** The endpoint this machine is. */
    public EndpointId id() {
        return self.id();
    }

    public DeploymentRole role() {
        return self.role();
    }

    /** The home site; where the machine is today, its addresses say. */
    public String site() {
        return self.site();
    }

    /** The newest certificate. */
    public X509Certificate certificate() {
        return key.newest().certificate();
    }

    /** What the newest certificate says of this machine. */
    public RemoteIdentity self() {
        return RemoteIdentity.of(certificate());
    }

    /** The newest key and certificates. */
    Credential credential() {
        return key.newest();
    }

    /** The deployment's root, which every certificate of it leads to. */
    public X509Certificate root() {
        return root;
    }

    /** TLS 1.3 for both directions; the other end may have any role. */
    public SSLContext context() {
        return common;
    }

    /** Like {@link #context()}, and the other end has one of {@code accepted}: no handshake with anybody else. */
    public SSLContext context(Set<DeploymentRole> accepted) {
        return make(accepted, Duration.ZERO);
    }

    /**
     * Like {@link #context()} for a door that renews certificates too: a client's may have expired up to
     * {@link #RENEWAL_GRACE} ago. For everything but renewal, the door asks {@link RemoteIdentity#current} itself.
     */
    public SSLContext contextOfRenewalDoor() {
        return make(ANYBODY, RENEWAL_GRACE);
    }

    private SSLContext make(Set<DeploymentRole> accepted, Duration grace) {
        return made.computeIfAbsent(
                new Door(Set.copyOf(accepted), grace),
                door -> context(key, new DeploymentTrust(root, clock, door.accepted(), door.grace())));
    }

    /** @param key who we are; null to show nothing */
    static SSLContext context(@Nullable X509ExtendedKeyManager key, TrustManager trust) {
        try {
            SSLContext context = SSLContext.getInstance("TLSv1.3");
            context.init(
                    key == null ? new X509ExtendedKeyManager[0] : new X509ExtendedKeyManager[] {key},
                    new TrustManager[] {trust},
                    new SecureRandom());
            context.getClientSessionContext().setSessionTimeout(RESUMED_SECONDS_MAX);
            context.getServerSessionContext().setSessionTimeout(RESUMED_SECONDS_MAX);
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError("every Java runtime has TLS 1.3", e);
        }
    }

    /**
     * From now on new handshakes present {@code next}.
     *
     * @throws IdentityException when it is the certificate of another machine, role or site
     */
    public void renewed(Credential next) {
        requireOwn(next);
        key.swap(next);
        for (SSLContext context : made.values()) {
            SSLSessionContext remembered = context.getClientSessionContext();
            Collections.list(remembered.getIds()).forEach(id -> {
                var session = remembered.getSession(id);
                if (session != null) {
                    session.invalidate();
                }
            });
        }
        listeners.forEach(Runnable::run);
    }

    void requireOwn(Credential next) {
        RemoteIdentity now = RemoteIdentity.of(next.certificate());
        if (!now.id().equals(self.id()) || now.role() != self.role()) {
            throw new IdentityException("the renewed certificate is of " + now + ", but this machine is " + self);
        }
    }

    /** Calls {@code listener} after each renewal, on the thread that renewed; it does not block. */
    public void onRenewal(Runnable listener) {
        listeners.add(listener);
    }

    @Override
    public String toString() {
        return self.toString();
    }
}
