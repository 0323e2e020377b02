package packhorse.peer.installer.engine;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.Dependency;
import packhorse.core.content.ReleaseId;

/**
 * What other lines have to know of a release, beside the names that it lays.
 *
 * @param claims places that are its line's own
 * @param edits those of them that are files which it only edits
 * @param database that knows whose the names are that it lays
 */
record Footprint(
        ReleaseId release,
        Set<Path> claims,
        Set<Path> edits,
        Optional<Path> database,
        List<Dependency> needs,
        List<Dependency> conflicts) {
    static Footprint of(Members.Read read) {
        return new Footprint(
                read.manifest().id(),
                read.placement().claims(),
                read.placement().edits(),
                read.placement().database(),
                read.manifest().dependencies(),
                read.section().conflicts());
    }

    /** Whether what both lay is for a program of the machine to decide. */
    boolean sharesDatabase(Footprint other) {
        return database.isPresent() && database.equals(other.database());
    }
}
