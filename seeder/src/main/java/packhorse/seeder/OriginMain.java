package packhorse.seeder;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.identity.ToldDenials;
import packhorse.core.trust.OnlineKeys;
import packhorse.core.trust.VerifiedManifest;
import packhorse.seeder.origin.AgentSeeding;
import packhorse.seeder.origin.Origin;
import packhorse.seeder.origin.OriginConfig;
import packhorse.seeder.origin.OriginDirectory;
import packhorse.seeder.origin.Seeding;
import packhorse.seeder.sign.KeyDirectory;

/** The origin as a program: opens keys and data directory, makes every part top-down. */
public final class OriginMain {
    private OriginMain() {}

    /**
     * Starts an origin.
     *
     * @param passphrase of the online keys
     * @throws packhorse.core.UsageException when the keys are not there or a port is in use
     */
    public static Origin start(
            OriginConfig config,
            char[] passphrase,
            InstantSource clock,
            RandomGenerator random,
            LongSupplier nanoTime) {
        KeyDirectory keys = KeyDirectory.open(config.keys());
        MachineIdentity identity = MachineIdentity.open(config.identity(), clock);
        ToldDenials denied = new ToldDenials();
        Origin.SeedingStarter seeding = config.trackers().isEmpty()
                ? (store, client) -> new NoSeeding()
                : (store, client) -> AgentSeeding.start(config, store, client, random, nanoTime);
        return start(
                config,
                new Origin.Passport(identity, denied),
                seeding,
                keys.repository(),
                keys.online(passphrase),
                clock,
                random);
    }

    /**
     * Starts an origin with keys that are open.
     *
     * @param passport of this machine
     * @param seeding what serves whole packs to peers
     * @param initial an empty catalogue to start from, where the data directory has none
     */
    static Origin start(
            OriginConfig config,
            Origin.Passport passport,
            Origin.SeedingStarter seeding,
            Optional<Path> initial,
            OnlineKeys online,
            InstantSource clock,
            RandomGenerator random) {
        OriginDirectory directory = OriginDirectory.open(config.data(), initial, online, config.uploads(), clock);
        return Origin.start(config, directory, seeding, passport, clock, random);
    }

    /** Without a tracker nobody could be told whom to let in, so nobody is served but over HTTP. */
    static final class NoSeeding implements Seeding {
        @Override
        public void seed(VerifiedManifest manifest) {}

        @Override
        public String describe() {
            return "no swarm (no tracker is configured)";
        }

        @Override
        public void close() {}
    }
}
