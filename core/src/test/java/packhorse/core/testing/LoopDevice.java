package packhorse.core.testing;

import java.io.IOException;
import java.nio.file.Path;

/** A block device whose blocks are a file's. */
public final class LoopDevice implements AutoCloseable {
    private final Path path;

    private LoopDevice(Path path) {
        this.path = path;
    }

    /** @param file of whole blocks of 512 bytes */
    public static LoopDevice of(Path file) throws IOException {
        OutsideProgram.requireLoopDevices();
        return new LoopDevice(Path.of(OutsideProgram.said("losetup", "--find", "--show", file.toString())));
    }

    /** Whether this system lets this process make one. */
    public static boolean possible() {
        try {
            return !OutsideProgram.said("losetup", "--find").isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    public Path path() {
        return path;
    }

    /** Gives it another name, on a file system that lets names be devices. */
    public void named(Path name) throws IOException {
        // The number behind /dev/loop is the minor one; the major one is 7 on every Linux.
        String minor = String.valueOf(path.getFileName()).replaceFirst("loop", "");
        OutsideProgram.said("mknod", name.toString(), "b", "7", minor);
    }

    @Override
    public void close() throws IOException {
        OutsideProgram.said("losetup", "--detach", path.toString());
    }
}
