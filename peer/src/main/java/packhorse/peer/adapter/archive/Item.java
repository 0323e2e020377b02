package packhorse.peer.adapter.archive;

import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.FileEntry.Owner;
import packhorse.core.content.Sha256;

/** One entry of an archive, whatever its format; its path is checked, its type is one that may be written. */
sealed interface Item {
    /** Where it stands in the tree. */
    String path();

    /**
     * A regular file.
     *
     * @param sha256 that its bytes must have; absent where nothing says so before they were read
     */
    record File(String path, int mode, Owner owner, Instant modified, long size, Optional<Sha256> sha256)
            implements Item {}

    /** A directory. */
    record Directory(String path, int mode, Owner owner, Instant modified) implements Item {}

    /** A symbolic link. */
    record Link(String path, Owner owner, String target) implements Item {}

    /**
     * Another name of a file that came before.
     *
     * @param existing that file's path
     */
    record HardLink(String path, String existing) implements Item {}
}
