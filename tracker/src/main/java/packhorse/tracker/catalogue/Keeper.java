package packhorse.tracker.catalogue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;

/** Files named by their digests. One that was damaged on disk is dropped when it is asked for, and fetched again. */
final class Keeper {
    private static final Logger LOG = LoggerFactory.getLogger(Keeper.class);

    private final Path directory;

    Keeper(Path directory) {
        this.directory = directory;
    }

    Optional<byte[]> get(Sha256 digest) {
        Path file = directory.resolve(digest.hex());
        try {
            byte[] bytes = Files.readAllBytes(file);
            if (Sha256.of(bytes).equals(digest)) {
                return Optional.of(bytes);
            }
            LOG.warn("{} was damaged on disk; it is fetched again", file);
            Files.deleteIfExists(file);
            return Optional.empty();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{} cannot be read: {}", file, e.toString());
            return Optional.empty();
        }
    }

    /** Keeps bytes that have that digest; what cannot be kept is fetched again the next time. */
    void put(Sha256 digest, byte[] bytes) {
        try {
            Files.createDirectories(directory);
            Path part = Files.createTempFile(directory, digest.hex().substring(0, 8), ".part");
            try {
                Durably.write(part, bytes);
                Durably.rename(part, directory.resolve(digest.hex()));
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be kept in {}: {}", digest, directory, e.toString());
        }
    }
}
