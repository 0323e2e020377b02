package packhorse.peer.adapter.testing;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import packhorse.peer.adapter.InstallDisk;

/** Has room for so many bytes of content more, then says so as Linux does (ENOSPC); what is deleted gives its room back. */
public final class FullDisk extends WatchedDisk {
    private final AtomicLong room;
    private final boolean honest;

    /** @param honest whether {@link #usableBytes} tells; else it promises what the real disk has, as another writer's disk does */
    public FullDisk(InstallDisk inner, long bytes, boolean honest) {
        super(inner);
        this.room = new AtomicLong(bytes);
        this.honest = honest;
    }

    /** Somebody cleared up. */
    public void grow(long bytes) {
        room.addAndGet(bytes);
    }

    private int take(int wanted, Path file) throws IOException {
        long got = room.getAndUpdate(left -> Math.max(0, left - wanted));
        if (got <= 0 && wanted > 0) {
            throw new FileSystemException(file.toString(), null, "No space left on device");
        }
        return (int) Math.min(got, wanted);
    }

    @Override
    public void create(Path file, InputStream bytes, int mode, LongConsumer progress) throws IOException {
        inner.create(
                file,
                new FilterInputStream(bytes) {
                    private byte[] kept = new byte[0];

                    @Override
                    public int read(byte[] buffer, int offset, int length) throws IOException {
                        if (kept.length == 0) {
                            kept = in.readNBytes(length);
                            if (kept.length == 0) {
                                return -1;
                            }
                        }
                        int got = take(Math.min(length, kept.length), file);
                        System.arraycopy(kept, 0, buffer, offset, got);
                        kept = java.util.Arrays.copyOfRange(kept, got, kept.length);
                        return got;
                    }
                },
                mode,
                progress);
    }

    @Override
    public Writer open(Path fileOrDevice) throws IOException {
        return new WatchedWriter(inner.open(fileOrDevice)) {
            @Override
            public void write(ByteBuffer bytes, long at) throws IOException {
                long end = Files.size(fileOrDevice);
                int free = (int) Math.max(0, Math.min(bytes.remaining(), end - at));
                int fits = free + (free == bytes.remaining() ? 0 : take(bytes.remaining() - free, fileOrDevice));
                ByteBuffer part = bytes.duplicate();
                part.limit(part.position() + fits);
                inner.write(part, at);
                bytes.position(bytes.position() + fits);
                if (bytes.hasRemaining()) {
                    throw new FileSystemException(fileOrDevice.toString(), null, "No space left on device");
                }
            }
        };
    }

    @Override
    public void delete(Path path) throws IOException {
        long freed = 0;
        if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> all = Files.walk(path)) {
                for (Path one : all.toList()) {
                    freed += Files.isRegularFile(one, LinkOption.NOFOLLOW_LINKS) ? Files.size(one) : 0;
                }
            }
        }
        super.delete(path);
        room.addAndGet(freed);
    }

    @Override
    public long usableBytes(Path path) throws IOException {
        return honest ? Math.min(room.get(), super.usableBytes(path)) : super.usableBytes(path);
    }
}
