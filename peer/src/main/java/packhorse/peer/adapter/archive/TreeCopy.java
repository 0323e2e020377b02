package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import packhorse.peer.adapter.InstallDisk;

/** Copies a prepared tree to another file system: types, modes, owners, times, and which names are one file. */
final class TreeCopy {
    private static final int TYPE = 0170000;
    private static final int TYPE_DIRECTORY = 0040000;
    private static final int TYPE_LINK = 0120000;
    /** While it is being filled. */
    private static final int MAKING_MODE = 0700;

    private final InstallDisk disk;
    private final LongConsumer progress;
    private final Map<Object, Path> copies = new HashMap<>();
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
        Map<String, Object> all =
                Files.readAttributes(from, "unix:mode,uid,gid,nlink,ino,lastModifiedTime", LinkOption.NOFOLLOW_LINKS);
        int mode = (Integer) all.get("mode");
        switch (mode & TYPE) {
            case TYPE_LINK -> disk.symlink(to, Files.readSymbolicLink(from).toString());
            case TYPE_DIRECTORY -> {
                disk.createDirectory(to, MAKING_MODE);
                for (Path child : children(from)) {
                    copy(child, to.resolve(String.valueOf(child.getFileName())));
                }
            }
            default -> {
                Path first = (Integer) all.get("nlink") > 1 ? copies.putIfAbsent(all.get("ino"), to) : null;
                if (first != null) {
                    disk.hardlink(to, first);
                    return;
                }
                long before = bytes;
                try (InputStream in = Files.newInputStream(from)) {
                    disk.create(to, in, mode & 07777, done -> progress.accept(before + done));
                }
                bytes += Files.size(to);
            }
        }
        disk.owner(to, (Integer) all.get("uid"), (Integer) all.get("gid"));
        if ((mode & TYPE) != TYPE_LINK) {
            disk.modified(to, ((FileTime) all.get("lastModifiedTime")).toInstant());
            disk.mode(to, mode & 07777);
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
