package packhorse.peer.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import packhorse.core.OperationException;
import packhorse.core.content.Sha256;

/**
 * A pack on this disk. What it says about itself was verified when it was written; whoever reads it back after a restart verifies
 * again against the catalogue.
 *
 * @param id the content's SHA-256
 * @param directory where it is
 */
public record Holding(Sha256 id, Path directory) {
    static final String TORRENT = "torrent";
    static final String MANIFESTS = "manifests";
    static final String FILES = "files.ndjson";

    /** The content's file; named so because the torrent names it so. */
    public Path content() {
        return directory.resolve(id.hex());
    }

    /** Bytes of the hybrid {@code .torrent}. */
    public byte[] torrent() {
        return read(directory.resolve(TORRENT));
    }

    /** Bytes of every manifest kept with this pack. */
    public List<byte[]> manifests() {
        List<byte[]> manifests = new ArrayList<>();
        try (Stream<Path> files = Files.list(directory.resolve(MANIFESTS))) {
            files.filter(file -> file.toString().endsWith(".json")).sorted().forEach(file -> manifests.add(read(file)));
        } catch (IOException e) {
            throw unreadable(directory.resolve(MANIFESTS), e);
        }
        return manifests;
    }

    /** The file list, where it was kept. */
    public Optional<Path> fileList() {
        return Optional.of(directory.resolve(FILES)).filter(Files::exists);
    }

    private static byte[] read(Path file) {
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw unreadable(file, e);
        }
    }

    private static OperationException unreadable(Path file, IOException e) {
        return new OperationException(
                "cannot read " + file + ": " + Store.reason(e) + "; remove the pack and pull it again", e);
    }
}
