package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.LongConsumer;
import packhorse.peer.adapter.InstallDisk;

/** Passes everything on; others override what they spoil. The composed methods stay composed, so that each of their parts is seen. */
class WatchedDisk implements InstallDisk {
    final InstallDisk inner;

    WatchedDisk(InstallDisk inner) {
        this.inner = inner;
    }

    @Override
    public <T> T staying(Stay<T> work) throws IOException {
        return inner.staying(work);
    }

    @Override
    public void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException {
        inner.create(file, bytes, mode, progress);
    }

    @Override
    public Writer open(Path fileOrDevice) throws IOException {
        return inner.open(fileOrDevice);
    }

    /** The same for an open file. */
    static class WatchedWriter implements Writer {
        final Writer inner;

        WatchedWriter(Writer inner) {
            this.inner = inner;
        }

        @Override
        public void write(ByteBuffer bytes, long at) throws IOException {
            inner.write(bytes, at);
        }

        @Override
        public void zero(long at, long length) throws IOException {
            inner.zero(at, length);
        }

        @Override
        public void truncate(long length) throws IOException {
            inner.truncate(length);
        }

        @Override
        public void force() throws IOException {
            inner.force();
        }

        @Override
        public void close() throws IOException {
            inner.close();
        }
    }

    @Override
    public void createDirectory(Path directory, int mode) throws IOException {
        inner.createDirectory(directory, mode);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        inner.createDirectories(directory);
    }

    @Override
    public void symlink(Path link, String target) throws IOException {
        inner.symlink(link, target);
    }

    @Override
    public void hardlink(Path link, Path existing) throws IOException {
        inner.hardlink(link, existing);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        inner.rename(from, to);
    }

    @Override
    public void mode(Path path, int mode) throws IOException {
        inner.mode(path, mode);
    }

    @Override
    public void owner(Path path, int uid, int gid) throws IOException {
        inner.owner(path, uid, gid);
    }

    @Override
    public void modified(Path path, Instant time) throws IOException {
        inner.modified(path, time);
    }

    @Override
    public void delete(Path path) throws IOException {
        inner.delete(path);
    }

    @Override
    public void force(Path fileOrDirectory) throws IOException {
        inner.force(fileOrDirectory);
    }

    @Override
    public void forceTree(Path directory) throws IOException {
        inner.forceTree(directory);
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return inner.usableBytes(path);
    }
}
