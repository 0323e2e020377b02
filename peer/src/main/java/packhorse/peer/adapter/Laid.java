package packhorse.peer.adapter;

import java.nio.file.Path;

/**
 * A name that a release lays down outside its {@link Placement#claims claims}.
 *
 * @param path absolute on the machine, without links before its last element as far as the adapter knows of them
 */
public record Laid(Path path, Kind kind) {
    /** What has the name, as far as others have to know. */
    public enum Kind {
        /** A regular file, all of it the release's. */
        FILE,
        /** A file that is the machine's to change once it is there. */
        CONFIGURATION,
        LINK,
        /** Shared with everybody who has something in it. */
        DIRECTORY
    }
}
