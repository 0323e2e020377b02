package packhorse.seeder.publish;

import java.nio.file.Path;
import java.util.List;
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
 */
public record PublishRequest(
        Path source, ReleaseId id, Kind kind, boolean openSwarm, boolean keepOwner, List<Dependency> dependencies) {
    public PublishRequest {
        dependencies = List.copyOf(dependencies);
    }
}
