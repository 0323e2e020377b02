package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import packhorse.peer.adapter.InstallDisk;

/** One directory is of a file system that nobody may write to, as Linux says it (EROFS). */
public final class ReadOnlyBelow extends WatchedDisk {
    private final Path directory;

    public ReadOnlyBelow(Path directory) {
        super(InstallDisk.real());
        this.directory = directory;
    }

    private void write(Path path) throws IOException {
        if (path.startsWith(directory)) {
            throw new FileSystemException(path.toString(), null, "Read-only file system");
        }
    }

    @Override
    public void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException {
        write(file);
        super.create(file, bytes, mode, progress);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        write(to);
        super.rename(from, to);
    }

    @Override
    public void delete(Path path) throws IOException {
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            write(path);
        }
        super.delete(path);
    }
}
