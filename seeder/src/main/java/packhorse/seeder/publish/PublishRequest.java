package packhorse.seeder.publish;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Dependency;
import packhorse.core.content.Kind;
import packhorse.core.content.ReleaseId;

/**
 * What somebody wants published.
 *
 * @param source a file or a directory
 * @param id under which identity
 * @param kind package or image
 * @param openSwarm whether other BitTorrent clients may have it
 * @param keepOwner whether a tree's owners go along by number
 * @param dependencies what must be there too
 * @param install how it is put in place; absent: it is only distributed
 */
public record PublishRequest(
        Path source,
        ReleaseId id,
        Kind kind,
        boolean openSwarm,
        boolean keepOwner,
        List<Dependency> dependencies,
        Optional<InstallFile> install) {
    /** Of a release that is only distributed. */
    public PublishRequest(
            Path source, ReleaseId id, Kind kind, boolean openSwarm, boolean keepOwner, List<Dependency> dependencies) {
        this(source, id, kind, openSwarm, keepOwner, dependencies, Optional.empty());
    }

    public PublishRequest {
        dependencies = List.copyOf(dependencies);
    }
}
