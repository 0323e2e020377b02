package packhorse.dist.up;

import java.nio.file.Files;
import java.nio.file.Path;
import packhorse.core.identity.MachineIdentity;

/**
 * Where everything of the middle lies.
 *
 * @param path absolute
 */
record Home(Path path) {
    static final String TRACKER = "tracker";
    static final String ORIGIN = "origin";
    static final String CONSOLE = "console";

    Home {
        path = path.toAbsolutePath().normalize();
    }

    /** Opens the keys that are needed now and then: root and targets, and the authority's root. */
    Path offlinePhrase() {
        return path.resolve("secrets").resolve("offline.passphrase");
    }

    /** Opens the keys that roles need at each start. */
    Path onlinePhrase() {
        return path.resolve("secrets").resolve("online.passphrase");
    }

    Path keys() {
        return path.resolve("keys");
    }

    Path authority() {
        return path.resolve("ca");
    }

    /** What proves the deployment's machines. */
    Path certificate() {
        return authority().resolve(MachineIdentity.ROOT_FILE);
    }

    Path catalogueRoot() {
        return keys().resolve("root.json");
    }

    /** What it was made with, which later starts go on with. */
    Path plan() {
        return path.resolve("up.yaml");
    }

    Path sites() {
        return path.resolve("sites.yaml");
    }

    Path logs() {
        return path.resolve("logs");
    }

    Path configuration(String role) {
        return path.resolve(role + ".yaml");
    }

    Path data(String role) {
        return path.resolve("data").resolve(role);
    }

    Path identity(String role) {
        return data(role).resolve("identity");
    }

    /** Whether a start before this one made everything. */
    boolean isFounded() {
        return Files.exists(keys()) && Files.exists(authority()) && Files.exists(configuration(CONSOLE));
    }
}
