package packhorse.seeder.publish;

import java.util.List;
import java.util.Optional;
import packhorse.core.content.Sha256;

/**
 * What a publish came to.
 *
 * @param targetPath where the document stands in the catalogue
 * @param document digest of the document: the release's manifest or the bundle
 * @param bytes length of the content; 0 for a bundle
 * @param sha256 digest of the content; the document's for a bundle
 * @param files entries of the file list; 0 for a bundle
 * @param adapter what puts it in place; absent: it is only distributed, or it is a bundle
 * @param irreversible why it, or a member of it, cannot be taken back once in place, each in one line
 * @param isNew false when it was all there already and nothing changed
 */
public record Published(
        String targetPath,
        Sha256 document,
        long bytes,
        Sha256 sha256,
        long files,
        Optional<String> adapter,
        List<String> irreversible,
        boolean isNew) {
    public Published {
        irreversible = List.copyOf(irreversible);
    }
}
