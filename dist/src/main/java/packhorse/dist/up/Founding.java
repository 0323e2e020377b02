package packhorse.dist.up;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.OperationException;
import packhorse.core.config.SiteMapFile;
import packhorse.core.durable.DurableFiles;
import packhorse.core.durable.Durably;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.topology.SiteMap;
import packhorse.core.trust.Passphrase;
import packhorse.seeder.sign.KeyDirectory;
import packhorse.tracker.enrol.AuthorityDirectory;
import packhorse.tracker.enrol.AuthorityDirectory.TokenWish;

/**
 * Makes what is not there yet of a deployment: passphrases, keys, an authority, configurations, identities. What is there stays as it is.
 * Directories are made beside their place and moved into it whole, so that a start that is cut off leaves nothing half made.
 */
final class Founding {
    /** As strong as the keys behind it: 128 bits. */
    private static final int PHRASE_BYTES = 16;

    /** Used at once; the network between is this machine. */
    private static final Duration TOKEN_LIFE = Duration.ofMinutes(10);

    private final Home home;
    private final UpPlan plan;
    private final InstantSource clock;
    private final SecureRandom random;
    private final DurableFiles files = new DurableFiles();

    Founding(Home home, UpPlan plan, InstantSource clock, SecureRandom random) {
        this.home = home;
        this.plan = plan;
        this.clock = clock;
        this.random = random;
    }

    /** Makes everything that needs no running role. */
    void layOut() {
        String sites = sites();
        try {
            Files.createDirectories(home.path().resolve("secrets"));
            Files.createDirectories(home.logs());
            for (String role : List.of(Home.TRACKER, Home.ORIGIN, Home.CONSOLE)) {
                Files.createDirectories(home.data(role));
            }
            text(home.plan(), plan.yaml());
            phrase(home.offlinePhrase());
            phrase(home.onlinePhrase());
            whole(home.keys(), this::makeKeys);
            whole(home.authority(), this::makeAuthority);
            text(home.sites(), sites);
            text(home.configuration(Home.TRACKER), plan.trackerYaml(home));
            text(home.configuration(Home.ORIGIN), plan.originYaml(home));
            // The last: with it everything is there.
            text(home.configuration(Home.CONSOLE), plan.consoleYaml(home));
        } catch (IOException e) {
            throw new OperationException(
                    "cannot make the deployment in " + home.path() + ": " + DurableFiles.reason(e)
                            + "; mend it, or name another --dir",
                    e);
        }
    }

    /** What a tracker could not read is said before anything is made. */
    private String sites() {
        String yaml = plan.sitesYaml();
        SiteMap unused = SiteMapFile.parse("the first office", yaml);
        return yaml;
    }

    /** Makes a role one of the deployment's, unless it is and its certificate still holds. */
    void join(DeploymentRole role, String name) {
        Path directory = home.identity(name);
        boolean there = Files.exists(directory);
        if (there) {
            try {
                MachineIdentity self = MachineIdentity.open(directory, clock);
                if (self.self().notAfter().isAfter(clock.instant())) {
                    return;
                }
            } catch (RuntimeException e) {
                // Half made, or out of date while nothing ran: it is made anew below.
            }
        }
        TokenWish wish = new TokenWish(
                URI.create(plan.secureUrl()),
                UpPlan.CENTRE,
                role,
                role.named() ? List.of(plan.address().toString()) : List.of(),
                Optional.empty(),
                home.catalogueRoot(),
                TOKEN_LIFE);
        JoinToken token =
                new AuthorityDirectory(home.authority()).issueToken(wish, clock.instant(), System::nanoTime, random);
        MachineIdentity joined =
                new Joining(directory, Set.of(role), Optional.empty(), clock, random).join(token, there);
        if (joined.role() != role) {
            throw new IllegalStateException(joined + " is no " + role);
        }
    }

    private void phrase(Path file) throws IOException {
        if (!Files.exists(file)) {
            byte[] bytes = new byte[PHRASE_BYTES];
            random.nextBytes(bytes);
            try {
                files.createPrivate(file, (HexFormat.of().formatHex(bytes) + "\n").getBytes(StandardCharsets.US_ASCII));
            } catch (FileAlreadyExistsException e) {
                throw new OperationException(home.path() + " is being made by another packhorse up", e);
            }
        }
    }

    private void makeKeys(Path directory) {
        char[] offline = Passphrase.ofFile(home.offlinePhrase());
        char[] online = Passphrase.ofFile(home.onlinePhrase());
        try {
            KeyDirectory.create(
                    directory,
                    KeyDirectory.Quorum.parse("1/1"),
                    KeyDirectory.Quorum.parse("1/1"),
                    offline,
                    online,
                    random,
                    clock.instant());
        } finally {
            Arrays.fill(offline, '\0');
            Arrays.fill(online, '\0');
        }
    }

    private void makeAuthority(Path directory) {
        char[] offline = Passphrase.ofFile(home.offlinePhrase());
        char[] online = Passphrase.ofFile(home.onlinePhrase());
        try {
            AuthorityDirectory.create(directory, offline, online, clock.instant(), random);
        } finally {
            Arrays.fill(offline, '\0');
            Arrays.fill(online, '\0');
        }
    }

    private interface Making {
        void into(Path directory);
    }

    private static void whole(Path directory, Making making) throws IOException {
        if (Files.exists(directory)) {
            return;
        }
        Path unfinished = directory.resolveSibling(directory.getFileName() + ".new");
        remove(unfinished);
        making.into(unfinished);
        Durably.rename(unfinished, directory);
        Durably.flush(Durably.directoryOf(directory));
    }

    private static void remove(Path unfinished) throws IOException {
        if (!Files.exists(unfinished)) {
            return;
        }
        List<Path> all;
        try (var walk = Files.walk(unfinished)) {
            all = walk.sorted((a, b) -> b.compareTo(a)).toList();
        }
        for (Path each : all) {
            Files.delete(each);
        }
    }

    private void text(Path file, String text) {
        if (!Files.exists(file)) {
            files.replace(file, text.getBytes(StandardCharsets.UTF_8));
        }
    }
}
