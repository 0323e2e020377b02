package packhorse.peer.adapter.testing;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import packhorse.core.testing.OutsideProgram;

/**
 * A real file system on a device of its own, whose power can be cut: what programs wrote and did not sync is lost, whoever wrote it.
 * {@link CrashDisk} knows only what goes through it; a package system's program does not.
 *
 * <p>The device is a file. What the kernel has not written to it yet is in memory alone, so a copy of the file is what a disk without a
 * cache holds after a power cut, and the copy's mount replays the journal of the file system as the next start would. The kernel is
 * told to write nothing by itself in between: its commits come every five seconds otherwise, and a file renamed over another is
 * written with it ({@code auto_da_alloc}), which other file systems do not do.
 */
public final class CutFileSystem implements AutoCloseable {
    private static final long BYTES = 48L << 20;
    private static final int BLOCK = 4 << 10;
    private static final int PORTION = 256 * BLOCK;
    private static final String OPTIONS = "loop,commit=900,noauto_da_alloc";

    private final Path directory;
    private Path image;
    private Path mounted;
    private int cuts;

    private CutFileSystem(Path directory, Path image) throws IOException {
        this.directory = directory;
        this.image = image;
        this.mounted = mount(image);
    }

    /** An empty one. */
    public static CutFileSystem fresh(Path directory) throws IOException {
        OutsideProgram.requireLoopDevices();
        Path image = directory.resolve("disk-0");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        OutsideProgram.said("mkfs.ext4", "-q", "-O", "^metadata_csum,^resize_inode", "-J", "size=4", image.toString());
        return new CutFileSystem(directory, image);
    }

    /** Where it is mounted now. */
    public Path place() {
        return mounted;
    }

    /** With what another holds now; what that one holds is synced. */
    public CutFileSystem copy(Path into) throws IOException {
        OutsideProgram.said("sync", "--file-system", mounted.toString());
        return new CutFileSystem(into, copied(into.resolve("disk-0")));
    }

    /** What a power cut would leave of it now; this one stays as it is. */
    public CutFileSystem left(Path into) throws IOException {
        return new CutFileSystem(into, copied(into.resolve("disk-0")));
    }

    /** Loses what was not synced; {@link #place} is another afterwards. */
    public void cut() throws IOException {
        cuts++;
        Path copy = copied(directory.resolve("disk-" + cuts));
        close();
        image = copy;
        mounted = mount(copy);
    }

    /** Fills it up, but for so much: as somebody's file. */
    public void fill(Path filler, long room) throws IOException {
        try (FileChannel out = FileChannel.open(filler, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int portion = PORTION; portion >= BLOCK; portion /= 16) {
                try {
                    while (true) {
                        out.write(ByteBuffer.allocate(portion));
                    }
                } catch (IOException full) {
                    // The next portions are smaller.
                }
            }
            out.force(true);
            out.truncate(Math.max(0, out.size() - room));
            // What was freed can be taken once that is on the disk.
            out.force(true);
        }
    }

    private Path copied(Path copy) throws IOException {
        OutsideProgram.said("cp", "--sparse=always", image.toString(), copy.toString());
        return copy;
    }

    private static Path mount(Path image) throws IOException {
        Path place = Files.createDirectory(image.resolveSibling(image.getFileName() + "-mounted"));
        OutsideProgram.said("mount", "-o", OPTIONS, image.toString(), place.toString());
        return place;
    }

    /** Its file is deleted with it. */
    @Override
    public void close() throws IOException {
        OutsideProgram.said("umount", mounted.toString());
        Files.delete(mounted);
        Files.delete(image);
    }
}
