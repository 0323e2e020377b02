package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Manifest;
import packhorse.peer.tree.TreeArchive;

/** A published tree. Its signed file list decides everything but two things: that nothing runs as somebody else, and names of ours. */
final class TreeSource implements Source {
    private final TreeArchive tree;

    TreeSource(Manifest manifest, Path archive, Path fileList) {
        this.tree = new TreeArchive(manifest, archive, fileList);
    }

    @Override
    public void walk(Visitor visitor) throws IOException {
        tree.walk((entry, data) -> visitor.visit(item(entry), Reading.stream("tree's archive", data)));
    }

    private static Item item(FileEntry entry) {
        Names.requireFree(entry.path());
        return switch (entry) {
            case FileEntry.File file -> {
                Names.requireMode(file.path(), file.mode());
                yield new Item.File(
                        file.path(), file.mode(), file.owner(), Instant.EPOCH, file.size(), Optional.of(file.sha256()));
            }
            case FileEntry.Directory directory -> {
                Names.requireMode(directory.path(), directory.mode());
                yield new Item.Directory(directory.path(), directory.mode(), directory.owner(), Instant.EPOCH);
            }
            case FileEntry.Link link -> new Item.Link(link.path(), link.owner(), link.target());
        };
    }
}
