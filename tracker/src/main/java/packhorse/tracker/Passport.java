package packhorse.tracker;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.UsageException;
import packhorse.core.identity.DenyList;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.Renewal;
import packhorse.core.identity.ToldDenials;
import packhorse.core.trust.HttpMetadataSource;
import packhorse.core.trust.HttpMetadataSource.Patience;
import packhorse.core.trust.HttpMetadataSource.Reach;
import packhorse.core.trust.Passphrase;
import packhorse.tracker.TrackerConfig.Standing;
import packhorse.tracker.enrol.EstDesk;
import packhorse.tracker.enrol.LocalAuthority;

/**
 * Who this tracker is in its deployment, kept fresh until it is closed.
 *
 * @param identity what it shows
 * @param denied whom it turns away, live
 * @param authority on the tracker that holds it
 * @param keepers what keeps the rest fresh, in the order of their start
 */
record Passport(MachineIdentity identity, DenyList denied, Optional<LocalAuthority> authority, List<Runnable> keepers)
        implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Passport.class);

    /** This machine itself is always a name that somebody beside it may use. */
    private static final List<String> OWN_NAMES = List.of("localhost", "127.0.0.1");

    /** @param look how often it is looked whether the certificate is to be renewed */
    static Passport open(
            TrackerConfig config, InstantSource clock, LongSupplier nanoTime, SecureRandom random, Duration look) {
        return switch (config.standing()) {
            case Standing.Issuing issuing -> issuing(issuing, config, clock, nanoTime, random, look);
            case Standing.Joined(Path directory) ->
                joined(directory, config.mirror().data(), clock, random, look);
        };
    }

    private static Passport issuing(
            Standing.Issuing issuing,
            TrackerConfig config,
            InstantSource clock,
            LongSupplier nanoTime,
            SecureRandom random,
            Duration look) {
        char[] passphrase = Passphrase.ofFile(issuing.passphraseFile());
        LocalAuthority authority;
        try {
            authority = LocalAuthority.open(issuing.ca(), passphrase, clock, nanoTime, random, look);
        } finally {
            Arrays.fill(passphrase, '\0');
        }
        try {
            List<String> names = Stream.of(
                            issuing.names(), addresses(config.secure()), addresses(config.agents()), OWN_NAMES)
                    .flatMap(List::stream)
                    .distinct()
                    .toList();
            MachineIdentity identity = authority.trackerIdentity(
                    issuing.site(), names, config.mirror().data().resolve("identity"));
            return new Passport(identity, authority.denyList(), Optional.of(authority), List.of(authority::close));
        } catch (RuntimeException e) {
            authority.close();
            throw e;
        }
    }

    /** The addresses that can stand in a certificate; "all of this machine" is none. */
    private static List<String> addresses(List<InetSocketAddress> listen) {
        return listen.stream()
                .map(InetSocketAddress::getAddress)
                .filter(address -> !address.isAnyLocalAddress())
                .map(InetAddress::getHostAddress)
                .toList();
    }

    private static Passport joined(Path directory, Path data, InstantSource clock, SecureRandom random, Duration look) {
        if (!MachineIdentity.isIn(directory)) {
            throw new UsageException(
                    "this machine is no tracker of a deployment yet: there is no identity in " + directory
                            + "; run packhorse tracker join TOKEN with this configuration, or set ca: where it is to"
                            + " issue");
        }
        MachineIdentity identity = MachineIdentity.open(directory, clock, DeploymentRole.TRACKER);
        if (identity.role() != DeploymentRole.TRACKER) {
            throw new UsageException("the identity in " + directory + " is of the " + identity
                    + "; a tracker joins by a token of its own: packhorse ca token --role tracker");
        }
        Optional<URI> authority = Joining.authority(directory);
        if (authority.isEmpty()) {
            LOG.warn(
                    "nobody is known who renews this tracker's certificate or says who is revoked; it counts until {}",
                    identity.self().notAfter());
            return new Passport(identity, DenyList.none(), Optional.empty(), List.of());
        }
        URI base = URI.create(authority.get().toString().replaceAll("/+$", "") + "/v1/");
        FollowedDenials denied = FollowedDenials.start(
                new HttpMetadataSource(
                        List.of(base), Patience.DEFAULT, Reach.by(identity.context(Set.of(DeploymentRole.TRACKER)))),
                ToldDenials.keptIn(data, identity));
        Renewal renewal = Renewal.start(directory, identity, List.of(), Optional.empty(), clock, random, look);
        return new Passport(identity, denied.list(), Optional.empty(), List.of(denied::close, renewal::close));
    }

    /** Lets others join, on the tracker that holds the authority. */
    Optional<EstDesk> enrolment() {
        return authority.map(LocalAuthority::est);
    }

    @Override
    public void close() {
        keepers.reversed().forEach(Runnable::run);
    }
}
