package packhorse.peer.desired;

import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.state.LineState;

/** A release line: of one name and for one platform, at most one version is in place. */
public record LineName(ReleaseName name, Platform platform) {
    /** The line that a release belongs to. */
    public static LineName of(ReleaseId release) {
        return new LineName(release.name(), release.platform());
    }

    /** The line that a state is of. */
    public static LineName of(LineState state) {
        return new LineName(state.name(), state.platform());
    }

    /** For people: {@code publisher/product (platform)}. */
    @Override
    public String toString() {
        return name + " (" + platform + ")";
    }
}
