package packhorse.console.wave;

import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.state.Subject;

/** A release line: all versions of one release on one platform. An endpoint has at most one unfinished action in each. */
public record Line(ReleaseName name, Platform platform) {
    public static Line of(Subject subject) {
        return new Line(subject.id().name(), subject.id().platform());
    }

    @Override
    public String toString() {
        return name + " on " + platform;
    }
}
