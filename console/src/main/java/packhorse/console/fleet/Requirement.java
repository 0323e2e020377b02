package packhorse.console.fleet;

import java.time.Instant;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.content.VersionRange;
import packhorse.core.state.LineState;
import packhorse.core.state.LineState.Presence;
import packhorse.core.state.Subject;

/** What every endpoint of a group should have, or should not have. */
public sealed interface Requirement {
    /** Whose. */
    GroupName group();

    /** The release line that it is about. */
    ReleaseName line();

    /** On which platform. */
    Platform platform();

    /** From when on. */
    Instant since();

    /** Whether a version in place is what is wanted; the same question for "nothing is in place" is {@link #wantsNothing}. */
    boolean accepts(Version version);

    /** Whether nothing of the line should be in place. */
    default boolean wantsNothing() {
        return this instanceof Absent;
    }

    /** Whether what is in place of the line is what is wanted, its health and activation aside. */
    default boolean isMetBy(LineState state) {
        return state.presence() == Presence.INSTALLED
                ? state.version().filter(this::accepts).isPresent()
                : wantsNothing();
    }

    /** For people. */
    String text();

    /**
     * A release should be in place, or another one of its line that is as good.
     *
     * @param release what an order would bring to those that have none; a single release, no bundle
     * @param accepted versions that are good enough
     */
    record Present(GroupName group, Subject release, VersionRange accepted, Instant since) implements Requirement {
        public Present {
            if (release.bundle()) {
                throw new IllegalArgumentException(
                        "a requirement is about one release; name each of the bundle " + release.id() + " by itself");
            }
            if (!accepted.contains(release.id().version())) {
                throw new IllegalArgumentException("the requirement would bring "
                        + release.id().version() + ", which it does not accept: " + accepted);
            }
        }

        @Override
        public ReleaseName line() {
            return release.id().name();
        }

        @Override
        public Platform platform() {
            return release.id().platform();
        }

        @Override
        public boolean accepts(Version version) {
            return accepted.contains(version);
        }

        @Override
        public String text() {
            return group + " should have " + line() + " " + accepted + " (" + platform() + ")";
        }
    }

    /** Nothing of a release line should be in place. */
    record Absent(GroupName group, ReleaseName line, Platform platform, Instant since) implements Requirement {
        @Override
        public boolean accepts(Version version) {
            return false;
        }

        @Override
        public String text() {
            return group + " should not have " + line() + " (" + platform() + ")";
        }
    }
}
