package packhorse.peer.adapter.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import packhorse.core.content.FileEntry.Owner;
import packhorse.core.content.Sha256;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.text.KeyFormat;

/** Puts one file into a state that was decided, by one rename; its directories are made, and unmade where they are empty. */
final class FileSetting {
    private static final int DIRECTORY_MODE = 0755;
    /** Until it is whole nobody else reads it. */
    private static final int PRIVATE_MODE = 0600;
    /** Enough to tell two texts apart, short enough for a name. */
    private static final int DIGEST_SHOWN = 8;

    private final InstallDisk disk;

    FileSetting(InstallDisk disk) {
        this.disk = disk;
    }

    /** Directories before {@code file} that are not there, outermost first. */
    static List<Path> missing(Path file) {
        List<Path> missing = new ArrayList<>();
        Path directory = Durably.directoryOf(file);
        while (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            missing.addFirst(directory);
            directory = Durably.directoryOf(directory);
        }
        return missing;
    }

    /**
     * Whose is what is made there. In a user's directory it is that user's: he could exchange it anyway, and a way from what he owns to
     * what is root's would be none any more ({@link Places}).
     */
    static Owner ownerOfNew(Path path) throws IOException {
        Path directory = Durably.directoryOf(path);
        while (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            directory = Durably.directoryOf(directory);
        }
        Map<String, Object> found = Files.readAttributes(directory, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
        int uid = (Integer) Objects.requireNonNull(found.get("uid"));
        return uid == 0 ? Owner.ROOT : new Owner(uid, (Integer) Objects.requireNonNull(found.get("gid")));
    }

    /** Makes those that are missing, durably. */
    void makeDirectories(Path file) throws IOException {
        for (Path directory : missing(file)) {
            Owner owner = ownerOfNew(directory);
            if (owner.uid() == 0) {
                disk.createDirectory(directory, DIRECTORY_MODE);
            } else {
                Path fresh = InstallDisk.freshFor(directory);
                disk.delete(fresh);
                disk.createDirectory(fresh, DIRECTORY_MODE);
                disk.owner(fresh, owner.uid(), owner.gid());
                disk.rename(fresh, directory);
            }
            disk.force(Durably.directoryOf(directory));
        }
    }

    /** Brings the names of those to the disk that are there: a process that was ended may have made them and no more. */
    void bringDirectories(List<Path> made) throws IOException {
        for (Path directory : made) {
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                disk.force(Durably.directoryOf(directory));
            }
        }
    }

    /** Takes directories away again that nobody else put anything into. */
    void unmakeDirectories(List<Path> made) throws IOException {
        for (Path directory : made.reversed()) {
            disk.delete(InstallDisk.freshFor(directory));
            if (Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS) && isEmpty(directory)) {
                disk.delete(directory);
            }
            // Also where it is gone: the process that deleted it may have been ended then.
            if (Files.isDirectory(Durably.directoryOf(directory))) {
                disk.force(Durably.directoryOf(directory));
            }
        }
    }

    private static boolean isEmpty(Path directory) throws IOException {
        try (var entries = Files.newDirectoryStream(directory)) {
            return !entries.iterator().hasNext();
        }
    }

    /** Brings the file there, whatever is there now. */
    void put(Path file, Seen wanted) throws IOException {
        Path fresh = InstallDisk.freshFor(file);
        if (Files.exists(fresh, LinkOption.NOFOLLOW_LINKS)) {
            disk.delete(fresh);
        }
        if (Seen.of(file).same(wanted)) {
            // A process that was cut off may have renamed it and not come to this.
            if (Files.isDirectory(Durably.directoryOf(file))) {
                if (Files.exists(file)) {
                    disk.force(file);
                }
                disk.force(Durably.directoryOf(file));
            }
            return;
        }
        switch (wanted) {
            case Seen.Absent absent -> disk.delete(file);
            case Seen.There there -> {
                disk.create(fresh, KeyFormat.bytes(there.content()), PRIVATE_MODE);
                // The owner first: a change of owner takes the set-user-id bit away.
                disk.owner(fresh, there.uid(), there.gid());
                disk.mode(fresh, there.mode());
                if (there.modified().isPresent()) {
                    disk.modified(fresh, there.modified().get());
                }
                disk.force(fresh);
                disk.rename(fresh, file);
            }
        }
        disk.force(Durably.directoryOf(file));
    }

    /** Keeps a text beside the file for whoever looks for it; the same text is kept once. */
    void keepBeside(Path file, Seen.There foreign) throws IOException {
        String digest = Sha256.of(KeyFormat.bytes(foreign.content())).hex().substring(0, DIGEST_SHOWN);
        Path kept = file.resolveSibling(file.getFileName() + ".packhorse-kept-" + digest);
        put(kept, foreign);
    }
}
