package packhorse.seeder.sign;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.UsageException;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.core.trust.Role;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.seeder.sign.KeyDirectory.Quorum;

final class KeyDirectoryTest {
    @TempDir
    private Path directory;

    private KeyDirectory create(Quorum targets, String offline, String online) {
        return KeyDirectory.create(
                directory.resolve("keys"),
                Quorum.ONE,
                targets,
                offline.toCharArray(),
                online.toCharArray(),
                new SecureRandom(),
                Instant.parse("2026-01-01T00:00:00Z"));
    }

    /** By the salts in the files, since what has a salt in common is opened by stretching once. */
    private static Set<String> members(KeyDirectory keys, List<String> files, String object, String name)
            throws IOException {
        Set<String> found = new TreeSet<>();
        for (String file : files) {
            JsonObject json =
                    (JsonObject) JsonReader.parse(Files.readAllBytes(keys.path().resolve(file)));
            found.add(JsonFields.of(json, file).object(object).string(name));
        }
        return found;
    }

    @Test
    void theKeysOfOnePassphraseOpenForThePriceOfOne() throws IOException {
        KeyDirectory keys = create(new Quorum(2, 2), "one for all", "one for all");
        List<String> files = List.of("root.key", "targets-1.key", "targets-2.key", "snapshot.key", "timestamp.key");
        assertEquals(1, members(keys, files, "kdf", "salt").size());
        assertEquals(files.size(), members(keys, files, "seal", "nonce").size());
        try (StretchedPassphrase passphrase = new StretchedPassphrase("one for all".toCharArray())) {
            assertEquals(2, keys.keys(Role.TARGETS, passphrase).size());
            assertEquals(1, keys.online(passphrase).snapshot().size());
            assertEquals("a passphrase, stretched 1 times", passphrase.toString());
        }
    }

    /** Else one stretching of a guess could be tried on both. */
    @Test
    void keysOfDifferentPassphrasesShareNoSalt() throws IOException {
        KeyDirectory keys = create(Quorum.ONE, "carried away", "at the origin");
        Set<String> offline = members(keys, List.of("root.key", "targets.key"), "kdf", "salt");
        Set<String> online = members(keys, List.of("snapshot.key", "timestamp.key"), "kdf", "salt");
        assertEquals(1, offline.size());
        assertEquals(1, online.size());
        offline.addAll(online);
        assertEquals(2, offline.size());
        try (StretchedPassphrase passphrase = new StretchedPassphrase("at the origin".toCharArray())) {
            assertEquals(1, keys.online(passphrase).timestamp().size());
            assertThrows(UsageException.class, () -> keys.keys(Role.TARGETS, passphrase));
        }
    }
}
