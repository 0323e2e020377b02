package packhorse.seeder.publish;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import javax.net.ssl.SSLContext;
import packhorse.core.OperationException;
import packhorse.core.trust.Role;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.seeder.build.Progress;
import packhorse.seeder.origin.OriginDirectory;
import packhorse.seeder.sign.KeyDirectory;

/** Opens a publisher at either kind of destination. */
public final class Destinations {
    private Destinations() {}

    /** A publisher and what it holds open. */
    public interface Session extends AutoCloseable {
        Publisher publisher();

        @Override
        void close();
    }

    /** Publishes into an origin's directory on this machine. */
    public static Session local(OriginDirectory directory, List<SigningKey> signers, Progress progress) {
        return session(new LocalOrigin(directory, signers), progress);
    }

    /**
     * Publishes through an origin's upload door. What was trusted of its catalogue is remembered beside the keys, so that an
     * origin that shows an old catalogue is noticed.
     *
     * @param origin its base URL, https
     * @param tls says who may answer
     */
    public static Session remote(
            URI origin, SSLContext tls, KeyDirectory keys, char[] passphrase, InstantSource clock, Progress progress) {
        List<SigningKey> signers = signers(keys, passphrase);
        URI base = origin.toString().endsWith("/") ? origin : URI.create(origin + "/");
        OriginClient client = new OriginClient(base, signers.getFirst(), tls);
        RememberedCatalogue catalogue =
                new RememberedCatalogue(keys.path().resolve("trusted"), client, keys.rootJson(), clock);
        try {
            Path scratch = Files.createTempDirectory("packhorse-publish-");
            return session(new RemoteOrigin(client, catalogue, signers, clock, scratch), progress);
        } catch (IOException e) {
            client.close();
            throw new OperationException("cannot use the temporary directory: " + e.getMessage(), e);
        }
    }

    private static List<SigningKey> signers(KeyDirectory keys, char[] passphrase) {
        try (StretchedPassphrase stretched = new StretchedPassphrase(passphrase)) {
            return keys.keys(Role.TARGETS, stretched);
        }
    }

    private static Session session(Destination destination, Progress progress) {
        Publisher publisher = new Publisher(destination, progress);
        return new Session() {
            @Override
            public Publisher publisher() {
                return publisher;
            }

            @Override
            public void close() {
                destination.close();
            }
        };
    }
}
