package packhorse.seeder.cli;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import packhorse.core.trust.OnlineKeys;
import packhorse.core.trust.Passphrase;
import packhorse.core.trust.Role;
import packhorse.core.trust.SigningKey;
import packhorse.core.trust.StretchedPassphrase;
import packhorse.seeder.origin.OriginConfig;
import packhorse.seeder.origin.OriginDirectory;
import packhorse.seeder.sign.KeyDirectory;

/**
 * What signing on the origin's own machine needs, opened: its data, and the keys of the targets. The passphrases are forgotten.
 *
 * @param signers the targets keys of one directory
 */
record SigningDesk(OriginDirectory directory, List<SigningKey> signers) {
    SigningDesk {
        signers = List.copyOf(signers);
    }

    /**
     * Asks for the passphrase and opens both.
     *
     * @param keys where the targets key is; empty: with the origin's own
     * @throws packhorse.core.UsageException where a key, the data or the passphrase is not right
     */
    static SigningDesk open(OriginConfig origin, Optional<Path> keys, PassphraseOptions passphrase) {
        KeyDirectory targetsKeys = KeyDirectory.open(keys.orElseGet(origin::keys));
        char[] phrase = passphrase.read("the passphrase of the targets key", false);
        char[] online = origin.passphraseFile().map(Passphrase::ofFile).orElse(phrase);
        try (StretchedPassphrase first = new StretchedPassphrase(phrase);
                StretchedPassphrase other = new StretchedPassphrase(online)) {
            KeyDirectory onlineKeys = KeyDirectory.open(origin.keys());
            OnlineKeys unattended = onlineKeys.online(Arrays.equals(phrase, online) ? first : other);
            List<SigningKey> signers = targetsKeys.keys(Role.TARGETS, first);
            return new SigningDesk(
                    OriginDirectory.open(
                            origin.data(),
                            onlineKeys.repository(),
                            unattended,
                            origin.uploads(),
                            InstantSource.system()),
                    signers);
        } finally {
            Arrays.fill(phrase, '\0');
            Arrays.fill(online, '\0');
        }
    }
}
