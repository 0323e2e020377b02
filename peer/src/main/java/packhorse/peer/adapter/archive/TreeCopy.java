package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import packhorse.peer.adapter.InstallDisk;

/** Copies a prepared tree to another file system: types, modes, owners, times, and which names are one file. */
final class TreeCopy {
    /** While it is being filled. */
    private static final int MAKING_MODE = 0700;

    private final InstallDisk disk;
    private final LongConsumer progress;
    private final Map<Long, Path> copies = new HashMap<>();
    private long bytes;

    private TreeCopy(InstallDisk disk, LongConsumer progress) {
        this.disk = disk;
        this.progress = progress;
    }

    /** @param to must not exist */
    static void copy(Path from, Path to, InstallDisk disk, LongConsumer progress) throws IOException {
        new TreeCopy(disk, progress).copy(from, to);
    }

    private void copy(Path from, Path to) throws IOException {
        UnixFile file = UnixFile.of(from);
        switch (file.type()) {
            case LINK -> disk.symlink(to, Files.readSymbolicLink(from).toString());
            case DIRECTORY -> {
                disk.createDirectory(to, MAKING_MODE);
                for (Path child : children(from)) {
                    copy(child, to.resolve(String.valueOf(child.getFileName())));
                }
            }
            case FILE, OTHER -> {
                Path first = file.names() > 1 ? copies.putIfAbsent(file.inode(), to) : null;
                if (first != null) {
                    disk.hardlink(to, first);
                    return;
                }
                long before = bytes;
                try (InputStream in = Files.newInputStream(from)) {
                    disk.create(to, in, file.permissions(), done -> progress.accept(before + done));
                }
                bytes += Files.size(to);
            }
        }
        disk.owner(to, file.owner().uid(), file.owner().gid());
        if (file.type() != UnixFile.Type.LINK) {
            disk.modified(to, file.modified());
            disk.mode(to, file.permissions());
        }
    }

    private static List<Path> children(Path directory) throws IOException {
        List<Path> children = new ArrayList<>();
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            all.forEach(children::add);
        }
        children.sort(null);
        return children;
    }
}
