package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.InstallDisk;

/**
 * A stranger stands beside it: right before the nth change, when everything was looked at, a directory of his is exchanged for a link to
 * somebody else's. Needs root, to play him.
 */
public final class ExchangingDisk extends WatchedDisk {
    /** The user who stands there; the tests make him owner of what he may exchange. */
    public static final int STRANGER = 1000;

    private final Path his;
    private final Path precious;
    private final AtomicLong left;

    /**
     * @param his the directory that he takes away
     * @param precious where he would lead those who come after
     * @param good how many changes he lets go by
     */
    public ExchangingDisk(InstallDisk inner, Path his, Path precious, long good) {
        super(inner);
        this.his = his;
        this.precious = precious;
        this.left = new AtomicLong(good);
    }

    /** Whether it came to that. */
    public boolean exchanged() {
        return left.get() < 0;
    }

    private void change() throws IOException {
        if (left.getAndDecrement() == 0) {
            if (Files.exists(his, LinkOption.NOFOLLOW_LINKS)) {
                Files.move(his, his.resolveSibling("taken-away"));
            }
            Files.createSymbolicLink(his, Durably.directoryOf(his).relativize(precious));
            Files.setAttribute(his, "unix:uid", STRANGER, LinkOption.NOFOLLOW_LINKS);
        }
    }

    @Override
    public void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException {
        change();
        super.create(file, bytes, mode, progress);
    }

    @Override
    public Writer open(Path fileOrDevice) throws IOException {
        change();
        return super.open(fileOrDevice);
    }

    @Override
    public void createDirectory(Path directory, int mode) throws IOException {
        change();
        super.createDirectory(directory, mode);
    }

    @Override
    public void symlink(Path link, String target) throws IOException {
        change();
        super.symlink(link, target);
    }

    @Override
    public void hardlink(Path link, Path existing) throws IOException {
        change();
        super.hardlink(link, existing);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        change();
        super.rename(from, to);
    }

    @Override
    public void mode(Path path, int mode) throws IOException {
        change();
        super.mode(path, mode);
    }

    @Override
    public void owner(Path path, int uid, int gid) throws IOException {
        change();
        super.owner(path, uid, gid);
    }

    @Override
    public void modified(Path path, Instant time) throws IOException {
        change();
        super.modified(path, time);
    }

    @Override
    public void delete(Path path) throws IOException {
        change();
        super.delete(path);
    }

    @Override
    public void force(Path fileOrDirectory) throws IOException {
        change();
        super.force(fileOrDirectory);
    }
}
