package packhorse.dist.demo;

import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.MachineIdentity;
import packhorse.tracker.enrol.AuthorityDirectory;
import packhorse.tracker.enrol.AuthorityDirectory.TokenWish;
import packhorse.tracker.enrol.Register;

/** The deployment's certificate authority, spoken to as {@code packhorse ca} does, without a process for each word. */
final class Authority {
    /** A deployment for show lives minutes. */
    private static final Duration TOKEN_LIFE = Duration.ofHours(1);

    /** Nobody's secret: it lies beside the keys it opens, in a folder that goes with them. */
    static final String PASSPHRASE = "the demo's keys live two minutes";

    private final RoleFiles files;
    private final InstantSource clock = InstantSource.system();
    private final SecureRandom random = new SecureRandom();

    Authority(RoleFiles files) {
        this.files = files;
    }

    void init() {
        var made = AuthorityDirectory.create(
                files.authority(), PASSPHRASE.toCharArray(), PASSPHRASE.toCharArray(), clock.instant(), random);
        if (!made.path().equals(files.authority())) {
            throw new IllegalStateException(made + " is not " + files.authority());
        }
    }

    /** A new token, as its text. */
    String token(DeploymentRole role, String site, List<String> names) {
        TokenWish wish = new TokenWish(
                URI.create(files.secureUrl()),
                site,
                role,
                names,
                Optional.empty(),
                files.keys().resolve("root.json"),
                TOKEN_LIFE);
        return directory()
                .issueToken(wish, clock.instant(), System::nanoTime, random)
                .text();
    }

    /** Who is denied from now on: an endpoint, or one certificate's serial number. */
    Register.Denial revoke(String what) {
        return directory().register(System::nanoTime).revoke(what, clock.instant());
    }

    /** What proves the deployment's machines. */
    Path certificate() {
        return files.authority().resolve(MachineIdentity.ROOT_FILE);
    }

    private AuthorityDirectory directory() {
        return new AuthorityDirectory(files.authority());
    }
}
