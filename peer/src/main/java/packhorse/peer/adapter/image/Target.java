package packhorse.peer.adapter.image;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Mounts;
import packhorse.peer.adapter.Way;
import packhorse.peer.adapter.Workplace;

/**
 * What an image is written to: a block device or a regular file, with what the kernel says of it. Links are followed where they are
 * root's, as all names below {@code /dev/disk} are links; from outside the machine's root, so only below it.
 *
 * @param said its path in the settings
 * @param path where it really is
 * @param device {@code major:minor} of a block device; empty for a regular file
 * @param bytes how much it holds
 */
record Target(String said, Path path, Optional<String> device, long bytes) {
    private static final int BLOCK_DEVICE = 0060000;
    private static final int TYPE = 0170000;

    /**
     * Finds it.
     *
     * @throws AdapterException with one line where it is neither
     */
    static Target find(Workplace here, String said) throws IOException {
        Path path;
        try {
            path = Way.real(here.at(said));
        } catch (NoSuchFileException e) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, said + " is not there; make the partition or file, or correct the path", e);
        }
        if (!path.startsWith(here.root().toRealPath())) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT,
                    said + " leads to " + path + ", out of the machine's root; correct the link");
        }
        int mode = number(path, "unix:mode");
        boolean block = (mode & TYPE) == BLOCK_DEVICE;
        if (!block && !Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, said + " is neither a block device nor a file; correct the path");
        }
        try (FileChannel channel = Way.read(path)) {
            return new Target(said, path, block ? Optional.of(device(path)) : Optional.empty(), channel.size());
        }
    }

    private static int number(Path path, String attribute) throws IOException {
        return (Integer) Files.getAttribute(path, attribute, LinkOption.NOFOLLOW_LINKS);
    }

    /** As the kernel's files name it; the C library packs both numbers into one so. */
    private static String device(Path path) throws IOException {
        long packed = (Long) Files.getAttribute(path, "unix:rdev", LinkOption.NOFOLLOW_LINKS);
        long major = ((packed >>> 8) & 0xfff) | ((packed >>> 32) & ~0xfffL);
        long minor = (packed & 0xff) | ((packed >>> 12) & ~0xffL);
        return major + ":" + minor;
    }

    /**
     * Why nothing may be written to it, one line; empty where it may.
     *
     * @param needed bytes of the image
     */
    Optional<String> inTheWay(Workplace here, long needed) throws IOException {
        if (bytes < needed) {
            return Optional.of(said + " holds " + bytes + " bytes, and the image has " + needed
                    + "; make it larger, or take a smaller image");
        }
        return inUse(here);
    }

    private Optional<String> inUse(Workplace here) throws IOException {
        Optional<Mounts.Mount> mount = mounted(here);
        if (mount.isPresent()) {
            return Optional.of(
                    mount.get().point().equals("/")
                            ? said + " is the running system's root; write to the slot that does not run"
                            : said + " is mounted at " + mount.get().point() + "; unmount it");
        }
        String swaps = text(here, "/proc/swaps");
        if (swaps.lines().anyMatch(line -> line.startsWith(path + " ") || line.startsWith(path + "\t"))) {
            return Optional.of(said + " is used for swapping; switch that off");
        }
        for (String one : devices(here)) {
            Path holders = kernel(here, "/sys/dev/block/" + one + "/holders");
            if (Files.isDirectory(holders)) {
                for (Path holder : list(holders)) {
                    return Optional.of(said + " is a part of " + holder.getFileName() + "; take it out of that");
                }
            }
        }
        return Optional.empty();
    }

    /** Where it, or a part of it, is mounted. */
    Optional<Mounts.Mount> mounted(Workplace here) throws IOException {
        Mounts mounts = Mounts.parse(text(here, "/proc/self/mountinfo"));
        for (String one : devices(here)) {
            Optional<Mounts.Mount> mount = mounts.of(one, device.isPresent() ? path.toString() : "");
            if (mount.isPresent()) {
                return mount;
            }
        }
        return Optional.empty();
    }

    /** The device, its partitions; of a file, the loop devices that show it, and theirs. One that is taken away meanwhile is none. */
    private List<String> devices(Workplace here) throws IOException {
        List<String> devices = new ArrayList<>();
        if (device.isPresent()) {
            devices.add(device.get());
        } else {
            for (Path loop : list(kernel(here, "/sys/block"))) {
                if (read(loop.resolve("loop/backing_file"))
                        .map(String::strip)
                        .filter(path.toString()::equals)
                        .isPresent()) {
                    read(loop.resolve("dev")).map(String::strip).ifPresent(devices::add);
                }
            }
        }
        for (String one : List.copyOf(devices)) {
            for (Path part : list(kernel(here, "/sys/dev/block/" + one))) {
                if (Files.exists(part.resolve("partition"))) {
                    read(part.resolve("dev")).map(String::strip).ifPresent(devices::add);
                }
            }
        }
        return devices;
    }

    /** What lies in a directory of the kernel's; nothing where that is not there, or goes with its device while it is looked at. */
    private static List<Path> list(Path directory) throws IOException {
        List<Path> found = new ArrayList<>();
        if (!Files.isDirectory(directory)) {
            return found;
        }
        try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
            stream.forEach(found::add);
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            if (Files.exists(directory)) {
                throw e.getCause();
            }
            return List.of();
        }
        return found;
    }

    /** What a file of the kernel's says; empty where it is not there, or goes with its device while it is read. */
    private static Optional<String> read(Path file) throws IOException {
        try {
            // Names of files stand in some, in whatever bytes they have.
            return Optional.of(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
        } catch (IOException e) {
            if (Files.exists(file)) {
                throw e;
            }
            return Optional.empty();
        }
    }

    /** The kernel's own files: below the root where that has them, else of the machine that this runs on. */
    private static Path kernel(Workplace here, String path) {
        Path below = here.at(path);
        return Files.exists(below) ? below : Path.of(path);
    }

    private static String text(Workplace here, String path) throws IOException {
        return read(kernel(here, path)).orElse("");
    }
}
