package packhorse.core.state;

import java.util.Optional;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;

/**
 * What an operation is about.
 *
 * @param id of the release, or of the bundle, which is named alike
 * @param bundle whether it is a bundle
 * @param digest of the signed document it was approved as; absent: whatever the catalogue signed under that name
 */
public record Subject(ReleaseId id, boolean bundle, Optional<Sha256> digest) {
    public static Subject release(ReleaseId id) {
        return new Subject(id, false, Optional.empty());
    }

    @Override
    public String toString() {
        return (bundle ? "bundle " : "") + id;
    }
}
