package packhorse.core.trust;

import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A real catalogue in a directory, and the keys to everything: root 2 of 3, targets 2 of 2, the online roles one each. */
final class CatalogueFixture {
    static final Instant BIRTH = ForgedRepository.BIRTH;
    static final CatalogueKeys KEYS = new CatalogueKeys(
            new RoleKeys(List.of(ForgedRepository.key(1), ForgedRepository.key(2), ForgedRepository.key(3)), 2),
            new RoleKeys(List.of(ForgedRepository.key(4), ForgedRepository.key(5)), 2),
            RoleKeys.of(ForgedRepository.key(6)),
            RoleKeys.of(ForgedRepository.key(7)));

    private CatalogueFixture() {}

    static CatalogueWriter create(Path directory) {
        return CatalogueWriter.create(directory, KEYS, Lifetimes.DEFAULT, BIRTH);
    }

    static byte[] signTargets(SigningRequest request) {
        SigningRequest signed = request;
        for (SigningKey key : KEYS.targets().keys()) {
            signed = signed.sign(key);
        }
        return signed.bytes();
    }

    /** Stages, signs and publishes; false when nothing was to be done. */
    static boolean publish(CatalogueWriter writer, Instant now, VerifiedFixture... releases) {
        Map<String, byte[]> additions = additions(releases);
        return writer.stageTargets(additions, now)
                .map(request -> writer.publishTargets(signTargets(request), additions, KEYS.online(), now))
                .orElse(false);
    }

    static Map<String, byte[]> additions(VerifiedFixture... releases) {
        Map<String, byte[]> additions = new TreeMap<>();
        for (VerifiedFixture release : releases) {
            additions.put(release.path(), release.bytes());
        }
        return additions;
    }

    /** A client of the repository in {@code directory} with the store {@code store}, which trusts {@code root}. */
    static TufClient client(Path directory, Path store, byte[] root, InstantSource clock) {
        TufClient client = new TufClient(new DirectoryMetadataSource(directory), TrustedStore.open(store), clock);
        client.initialise(root);
        return client;
    }
}
