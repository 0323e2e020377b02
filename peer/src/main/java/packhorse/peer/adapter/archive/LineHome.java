package packhorse.peer.adapter.archive;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.OwnRecord;
import packhorse.peer.tree.FileListReader;

/** What a line keeps as long as a version of it is in place: the record and the list that verify, mend and removal go by. */
final class LineHome {
    private static final int PRIVATE_FILE = 0600;

    private final Path home;
    private final InstallDisk disk;

    LineHome(Path home, InstallDisk disk) {
        this.home = home;
        this.disk = disk;
    }

    /** What is known of the version; empty before it was put in place. */
    Optional<Placed> placed() throws IOException {
        Path file = home.resolve(Placed.FILE);
        return Files.exists(file)
                ? Optional.of(OwnRecord.read(file, OwnRecord.Use.PLACED, Placed::decode))
                : Optional.empty();
    }

    /** The same, word for word. */
    Optional<String> placedText() throws IOException {
        return KeptRecord.text(home.resolve(Placed.FILE));
    }

    FileListReader list(Placed placed) throws IOException {
        return new FileListReader(placed.list(), placed.count(), home.resolve(Placed.LIST));
    }

    /** Whether the link is meant to lead to this version. */
    boolean active() {
        return Files.exists(home.resolve(Placed.ACTIVE));
    }

    void activate() throws IOException {
        KeptRecord.write(disk, home.resolve(Placed.ACTIVE), new byte[0], PRIVATE_FILE);
    }

    /** Takes over what is known of a version that comes. */
    void settle(Placed placed, Path preparedList) throws IOException {
        disk.createDirectories(home);
        Path list = home.resolve(Placed.LIST);
        Path fresh = InstallDisk.freshBeside(list);
        disk.delete(fresh);
        try (InputStream in = new BufferedInputStream(Files.newInputStream(preparedList))) {
            disk.create(fresh, in, PRIVATE_FILE, done -> {});
        }
        disk.force(fresh);
        disk.rename(fresh, list);
        KeptRecord.write(disk, home.resolve(Placed.FILE), placed.encode(), PRIVATE_FILE);
    }

    /** Puts back what was there before. */
    void restore(Captured captured) throws IOException {
        if (!Files.isDirectory(home)) {
            return;
        }
        for (String name : List.of(Placed.LIST, Placed.FILE, Placed.ACTIVE)) {
            disk.delete(InstallDisk.freshBeside(home.resolve(name)));
        }
        if (!captured.active()) {
            disk.delete(home.resolve(Placed.ACTIVE));
        }
        if (captured.placed().isPresent()) {
            KeptRecord.write(
                    disk,
                    home.resolve(Placed.FILE),
                    captured.placed().get().getBytes(StandardCharsets.UTF_8),
                    PRIVATE_FILE);
        } else {
            disk.delete(home.resolve(Placed.FILE));
            disk.delete(home.resolve(Placed.LIST));
        }
        disk.force(home);
    }
}
