package packhorse.peer.install;

import java.util.Collections;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;

/**
 * What is in place of a release line for good, and what was before it.
 *
 * @param current in place, committed
 * @param previous the one before, kept for an order to go back
 * @param trouble why it is not as it should be: it could not be undone; empty for nearly all
 */
public record Line(Name name, InPlace current, Optional<InPlace> previous, String trouble) {
    /** A release without its version. */
    public record Name(ReleaseName release, Platform platform) implements Comparable<Name> {
        public static Name of(ReleaseId id) {
            return new Name(id.name(), id.platform());
        }

        @Override
        public int compareTo(Name other) {
            int byRelease = release.compareTo(other.release);
            return byRelease != 0 ? byRelease : platform.compareTo(other.platform);
        }

        @Override
        public String toString() {
            return release + " (" + platform + ")";
        }
    }

    /**
     * A release that was put in place.
     *
     * @param home names the directory that keeps what verifying and removing it need
     * @param mendDrift whether its order wanted changed files put back
     * @param variables that it was put in place with
     */
    public record InPlace(
            InstallTask.Member member, String home, boolean mendDrift, SortedMap<String, String> variables) {
        public InPlace {
            variables = Collections.unmodifiableSortedMap(new TreeMap<>(variables));
        }
    }

    public Line {
        if (!Name.of(current.member().release()).equals(name)) {
            throw new IllegalArgumentException(current.member().release() + " is not of the line " + name);
        }
    }
}
