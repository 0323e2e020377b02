package packhorse.core.identity;

import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a machine's certificate fresh by itself, with a new key each time.
 *
 * <p>The next certificate is asked for at two thirds of the life of this one, a tenth of that earlier or later: nineteen
 * thousand machines that were switched on in one hour spread over the following days. A failure is tried again after a
 * minute, then two, and so on up to a quarter of an hour; every configured authority is asked in turn. The clock is looked
 * at once a minute and not waited for: a laptop that slept or whose clock was set renews when it wakes, and within
 * {@link MachineIdentity#RENEWAL_GRACE} an expired certificate is renewed too.
 *
 * <p>The new key is on the disk before it is asked for, the new certificate before it is used; a crash between leaves
 * the old one working or the new one complete.
 */
public final class Renewal implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Renewal.class);

    /** How often the clock is looked at. */
    static final Duration LOOK = Duration.ofMinutes(1);

    static final Duration RETRY_FIRST = Duration.ofMinutes(1);
    /** An agent has eight hours between two thirds and the end: thirty tries. */
    static final Duration RETRY_MAX = Duration.ofMinutes(15);

    private static final double AT = 2.0 / 3.0;
    private static final double SPREAD = 0.1;

    private final Path directory;
    private final MachineIdentity identity;
    private final List<URI> authorities;
    private final Optional<InetSocketAddress> proxy;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final SecureRandom keys;
    private final ScheduledExecutorService executor;

    /** Touched on the executor only. */
    private Instant due;

    private Duration pause = RETRY_FIRST;

    private Renewal(
            Path directory,
            MachineIdentity identity,
            List<URI> authorities,
            Optional<InetSocketAddress> proxy,
            InstantSource clock,
            SecureRandom random) {
        Set<URI> all = new LinkedHashSet<>(authorities);
        Joining.authority(directory).ifPresent(all::add);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("a renewal needs an authority to ask");
        }
        this.directory = directory;
        this.identity = identity;
        this.authorities = List.copyOf(all);
        this.proxy = proxy;
        this.clock = clock;
        this.random = random;
        this.keys = random;
        this.due = when(identity.self(), random);
        this.executor = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("renewal").daemon().factory());
    }

    /**
     * Starts to keep the identity in {@code directory} fresh.
     *
     * @param identity opened from {@code directory}; it presents each new certificate
     * @param authorities to ask, in order; where the machine joined is asked too, last
     * @param proxy an HTTP proxy on the way, if there is one
     */
    public static Renewal start(
            Path directory,
            MachineIdentity identity,
            List<URI> authorities,
            Optional<InetSocketAddress> proxy,
            InstantSource clock,
            SecureRandom random) {
        return start(directory, identity, authorities, proxy, clock, random, LOOK);
    }

    /** Like the other, looking at the clock every {@code look}; for tests, whose clocks turn faster. */
    public static Renewal start(
            Path directory,
            MachineIdentity identity,
            List<URI> authorities,
            Optional<InetSocketAddress> proxy,
            InstantSource clock,
            SecureRandom random,
            Duration look) {
        Renewal renewal = new Renewal(directory, identity, authorities, proxy, clock, random);
        var unused = renewal.executor.scheduleWithFixedDelay(renewal::look, 0, look.toMillis(), TimeUnit.MILLISECONDS);
        return renewal;
    }

    /** When a certificate is to be renewed: at two thirds of its life, a tenth of that earlier or later. */
    static Instant when(RemoteIdentity certificate, RandomGenerator random) {
        Duration life = Duration.between(certificate.notBefore(), certificate.notAfter());
        double share = AT * random.nextDouble(1 - SPREAD, 1 + SPREAD);
        return certificate.notBefore().plusSeconds((long) (life.toSeconds() * share));
    }

    private void look() {
        Instant now = clock.instant();
        if (now.isBefore(due)) {
            return;
        }
        try {
            renew();
            due = when(identity.self(), random);
            pause = RETRY_FIRST;
            LOG.info(
                    "renewed the certificate of {}: it counts until {}",
                    identity,
                    identity.self().notAfter());
        } catch (RuntimeException e) {
            due = now.plusMillis((long) (pause.toMillis() * random.nextDouble(1 - SPREAD, 1 + SPREAD)));
            pause = pause.multipliedBy(2).compareTo(RETRY_MAX) < 0 ? pause.multipliedBy(2) : RETRY_MAX;
            LOG.warn(
                    "the certificate of {}, which counts until {}, was not renewed: {}; it is tried again at {}",
                    identity,
                    identity.self().notAfter(),
                    e.getMessage(),
                    due);
        }
    }

    private void renew() {
        RuntimeException fault = null;
        for (URI authority : authorities) {
            try (EstClient client = new EstClient(authority, identity.context(Set.of(DeploymentRole.TRACKER)), proxy)) {
                KeyPair pair = Joining.nextKey(directory, keys);
                List<X509Certificate> issuers = client.authorities().certificates();
                X509Certificate certificate = client.reenrol(CertificateRequest.encode(pair));
                Credential next = Joining.credential(pair, certificate, issuers, identity.root());
                identity.requireOwn(next);
                Joining.keep(directory, next);
                identity.renewed(next);
                return;
            } catch (EstClient.RefusedException e) {
                fault = new IdentityException(authority + " refuses: " + e.getMessage(), e);
            } catch (IdentityException e) {
                fault = e;
            }
        }
        if (fault != null) {
            throw fault;
        }
    }

    /** Ends it; a renewal that is under way is not waited for. */
    @Override
    public void close() {
        executor.shutdownNow();
    }
}
