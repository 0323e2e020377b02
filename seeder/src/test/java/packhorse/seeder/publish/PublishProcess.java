package packhorse.seeder.publish;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicInteger;
import packhorse.core.trust.Role;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.seeder.Deployment;
import packhorse.seeder.origin.OriginDirectory;
import packhorse.seeder.origin.Staging;
import packhorse.seeder.sign.KeyDirectory;

/** A publish in a process of its own, which can die as if the machine had: DATA KEYS SOURCE PIECES. */
final class PublishProcess {
    static final int HALTED = 77;

    private PublishProcess() {}

    public static void main(String[] args) {
        KeyDirectory keys = KeyDirectory.open(Path.of(args[1]));
        StretchedPassphrase passphrase = new StretchedPassphrase(Deployment.passphrase());
        OriginDirectory directory = OriginDirectory.open(
                Path.of(args[0]),
                keys.repository(),
                keys.online(passphrase),
                Staging.Limits.DEFAULT,
                InstantSource.system());
        int haltAfter = Integer.parseInt(args[3]);
        AtomicInteger pieces = new AtomicInteger();
        try (Destinations.Session session =
                Destinations.local(directory, keys.keys(Role.TARGETS, passphrase), (done, total) -> {
                    if (pieces.incrementAndGet() >= haltAfter) {
                        Runtime.getRuntime().halt(HALTED);
                    }
                })) {
            session.publisher().publish(Deployment.request(Path.of(args[2]), "acme/app", "1"));
        }
    }
}
