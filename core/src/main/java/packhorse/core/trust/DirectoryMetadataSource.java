package packhorse.core.trust;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import packhorse.core.content.SafePath;

/** A repository in a directory of this machine: the writer's own, or one that came on a medium. */
public final class DirectoryMetadataSource implements MetadataSource {
    private final Path directory;

    public DirectoryMetadataSource(Path directory) {
        this.directory = directory;
    }

    @Override
    public Optional<byte[]> fetch(String relativePath, long lengthMax) throws IOException {
        SafePath.require(relativePath);
        Path file = directory.resolve(relativePath);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            byte[] bytes = in.readNBytes((int) Math.min(lengthMax + 1, Integer.MAX_VALUE - 8));
            if (bytes.length > lengthMax) {
                throw TrustException.tooLong(file.toString(), lengthMax);
            }
            return Optional.of(bytes);
        }
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
