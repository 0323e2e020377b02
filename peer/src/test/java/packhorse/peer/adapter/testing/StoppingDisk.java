package packhorse.peer.adapter.testing;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import packhorse.peer.adapter.InstallDisk;

/**
 * Ends the process, as far as the disk can tell, before the nth change: throws an Error that nobody catches, then and at
 * everything after it. Writing a file and deleting a tree count twice, the second time when half of it is done.
 */
public final class StoppingDisk extends WatchedDisk {
    /** The end of the process. */
    public static final class Stopped extends Error {
        private static final long serialVersionUID = 1;

        Stopped(String before) {
            super("stopped before: " + before, null, false, false);
        }
    }

    private final AtomicLong left;
    private final AtomicLong count = new AtomicLong();
    private final List<String> asked = Collections.synchronizedList(new ArrayList<>());

    /** @param changes how many still go through; {@link Long#MAX_VALUE} to count only */
    public StoppingDisk(InstallDisk inner, long changes) {
        super(inner);
        this.left = new AtomicLong(changes);
    }

    /** Changes asked for so far, the one that was refused included. */
    public long count() {
        return count.get();
    }

    /** What they were, in words, one for each. */
    public List<String> asked() {
        return List.copyOf(asked);
    }

    /** Whether it came to the moment. */
    public boolean stopped() {
        return left.get() < 0;
    }

    private void change(String what, Path path) {
        count.incrementAndGet();
        asked.add(what + " " + path);
        if (left.getAndUpdate(n -> n < 0 ? n : n - 1) <= 0) {
            left.set(-1);
            throw new Stopped(what + " " + path);
        }
    }

    @Override
    public void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException {
        change("create", file);
        inner.create(file, new Halved(bytes, file), mode, progress);
    }

    /** Gives the first half of the first portion, then may stop. */
    private final class Halved extends FilterInputStream {
        private final Path file;
        private boolean begun;
        private boolean asked;

        Halved(InputStream bytes, Path file) {
            super(bytes);
            this.file = file;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (!begun) {
                begun = true;
                int half = Math.max(1, Math.min(length, Math.max(1, in.available() / 2)));
                return super.read(buffer, offset, half);
            }
            if (!asked) {
                asked = true;
                change("write the rest of", file);
            }
            return super.read(buffer, offset, length);
        }
    }

    @Override
    public Writer open(Path fileOrDevice) throws IOException {
        return new WatchedWriter(inner.open(fileOrDevice)) {
            @Override
            public void write(ByteBuffer bytes, long at) throws IOException {
                change("write into", fileOrDevice);
                int half = bytes.remaining() / 2;
                if (half > 0) {
                    ByteBuffer first = bytes.duplicate();
                    first.limit(first.position() + half);
                    inner.write(first, at);
                    bytes.position(bytes.position() + half);
                    change("write the rest into", fileOrDevice);
                }
                inner.write(bytes, at + half);
            }

            @Override
            public void zero(long at, long length) throws IOException {
                change("zero in", fileOrDevice);
                inner.zero(at, length);
            }

            @Override
            public void truncate(long length) throws IOException {
                change("truncate", fileOrDevice);
                inner.truncate(length);
            }

            @Override
            public void force() throws IOException {
                change("force", fileOrDevice);
                inner.force();
            }
        };
    }

    @Override
    public void createDirectory(Path directory, int mode) throws IOException {
        change("create", directory);
        super.createDirectory(directory, mode);
    }

    @Override
    public void createDirectories(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            change("create", directory);
        }
        super.createDirectories(directory);
    }

    @Override
    public void symlink(Path link, String target) throws IOException {
        change("link", link);
        super.symlink(link, target);
    }

    @Override
    public void hardlink(Path link, Path existing) throws IOException {
        change("link", link);
        super.hardlink(link, existing);
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        change("rename", to);
        super.rename(from, to);
    }

    @Override
    public void mode(Path path, int mode) throws IOException {
        change("set the mode of", path);
        super.mode(path, mode);
    }

    @Override
    public void owner(Path path, int uid, int gid) throws IOException {
        change("set the owner of", path);
        super.owner(path, uid, gid);
    }

    @Override
    public void modified(Path path, Instant time) throws IOException {
        change("set the time of", path);
        super.modified(path, time);
    }

    @Override
    public void delete(Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            super.delete(path);
            return;
        }
        change("delete", path);
        if (Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            List<Path> inside;
            try (Stream<Path> walk = Files.walk(path)) {
                inside = walk.filter(one -> !Files.isDirectory(one, LinkOption.NOFOLLOW_LINKS))
                        .toList();
            }
            if (!inside.isEmpty()) {
                for (Path one : inside.subList(0, (inside.size() + 1) / 2)) {
                    inner.delete(one);
                }
                change("delete the rest of", path);
            }
        }
        super.delete(path);
    }

    @Override
    public void force(Path fileOrDirectory) throws IOException {
        change("force", fileOrDirectory);
        super.force(fileOrDirectory);
    }

    @Override
    public void forceTree(Path directory) throws IOException {
        change("force all in", directory);
        super.forceTree(directory);
    }
}
