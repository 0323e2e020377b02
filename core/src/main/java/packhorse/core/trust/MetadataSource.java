package packhorse.core.trust;

import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Where a repository's files come from. It is not trusted: what it gives is checked by whoever asked. Paths are relative to
 * the repository, such as {@code metadata/2.root.json}.
 */
public interface MetadataSource {
    /**
     * The file's bytes, or empty when the source says that there is none.
     *
     * @param lengthMax more bytes than this are not read
     * @throws IOException when the source does not answer; the message names it
     * @throws TrustException when the answer is too long or too slow
     */
    Optional<byte[]> fetch(String relativePath, long lengthMax) throws IOException;

    /** The places to ask, one by one, best first: when what one gives does not verify, the next is asked. */
    default List<MetadataSource> mirrors() {
        return List.of(this);
    }
}
