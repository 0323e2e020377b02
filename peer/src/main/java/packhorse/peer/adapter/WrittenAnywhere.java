package packhorse.peer.adapter;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import packhorse.core.content.CodeClass;
import packhorse.peer.adapter.Programs.Ended;
import packhorse.peer.adapter.Programs.Frame;

/**
 * Brings to the disk what a program wrote that may write anywhere.
 *
 * <p><b>Problem.</b> A maintainer script, or a hook with the machine's root, changes files that nobody knows of, and flushes nothing. Once
 * its step stands in the journal as done it is not run again; a loss of power after that would take away what it did.
 *
 * <p><b>Way.</b> Whole file systems are flushed ({@code syncfs}): the one that the root directory is on, and each below it that may be
 * written to and outlives a start. The machine's {@code sync} does it for us, as {@code sync -f}: that one waits and says what failed,
 * where a {@code sync} of everything says nothing. File systems of the kernel's own (memory, processes) hold nothing that lasts, and
 * those of another machine get a file's bytes when it is closed; neither is waited for, unless the root itself is on one.
 *
 * <p><b>Cost.</b> All that waits to be written there, by whomever, and one program. Flushing file by file costs more from some dozen files
 * on.
 *
 * @see <a href="https://man7.org/linux/man-pages/man2/sync.2.html">sync(2)</a>
 */
public final class WrittenAnywhere {
    private static final String SYNC = "sync";

    /** A slow disk takes some hundred megabytes of others' in less. */
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** A command line has an end. */
    private static final int POINTS_MAX = 200;

    /** File systems that last and are on no device of their own, as the kernel sees it. */
    private static final Set<String> LASTING = Set.of("zfs", "ubifs", "virtiofs", "bcachefs", "btrfs");

    private WrittenAnywhere() {}

    /** Why it cannot be done here, with the mend. */
    public static Optional<String> missing(Workplace here) {
        return here.programs().find(SYNC).isPresent()
                ? Optional.empty()
                : Optional.of("this machine has no " + SYNC + "; install it (coreutils)");
    }

    /**
     * Returns when all that was written below {@code root} before is on the disk.
     *
     * @throws IOException where a disk fails
     * @throws AdapterException where this machine cannot do it
     */
    public static void force(Workplace here, Path root) throws IOException {
        List<String> points = points(root);
        Ended ended = sync(here, points);
        if (ended.code() == 0) {
            return;
        }
        List<String> now = points(root);
        if (!now.equals(points)) {
            // One was unmounted meanwhile, and flushed by that.
            ended = sync(here, now);
        }
        if (ended.code() != 0) {
            throw new IOException("not all that was written is on the disk: " + ended.lastLine());
        }
    }

    private static Ended sync(Workplace here, List<String> points) throws IOException {
        Path program = here.programs()
                .find(SYNC)
                .orElseThrow(() -> new AdapterException(
                        CodeClass.ENVIRONMENT, missing(here).orElse(SYNC)));
        Ended ended = new Ended(0, Optional.empty(), "");
        for (int from = 0; from < points.size() && ended.code() == 0; from += POINTS_MAX) {
            List<String> command = new ArrayList<>(List.of(program.toString(), "-f"));
            command.addAll(points.subList(from, Math.min(points.size(), from + POINTS_MAX)));
            Frame frame = new Frame(
                    Path.of("/"), List.of(), List.of(), new TreeMap<>(Map.of("LC_ALL", "C")), false, PATIENCE);
            try {
                ended = here.programs().run(command, frame);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted before all was on the disk");
            }
        }
        return ended;
    }

    private static List<String> points(Path root) throws IOException {
        Path real = root.toRealPath();
        return points(Mounts.parse(said("/proc/self/mountinfo")), deviceless(said("/proc/filesystems")), real);
    }

    private static String said(String file) throws IOException {
        try {
            return new String(Files.readAllBytes(Path.of(file)), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** Types that need no device, from the text of {@code /proc/filesystems}. */
    static Set<String> deviceless(String filesystems) {
        return filesystems
                .lines()
                .filter(line -> line.startsWith("nodev"))
                .map(line -> line.substring("nodev".length()).strip())
                .collect(Collectors.toSet());
    }

    /**
     * Where to flush: {@code root}, and one place of each other file system below it.
     *
     * @param root without links
     */
    static List<String> points(Mounts mounts, Set<String> deviceless, Path root) {
        String below = root.getParent() == null ? "/" : root + "/";
        Map<String, String> byDevice = new LinkedHashMap<>();
        for (Mounts.Mount mount : mounts.all()) {
            boolean lasts = !deviceless.contains(mount.type()) || LASTING.contains(mount.type());
            // A name that is no text cannot be said to a program.
            boolean named = mount.point().indexOf('\uFFFD') < 0;
            if (mount.writable() && lasts && named && mount.point().startsWith(below)) {
                byDevice.putIfAbsent(mount.device(), mount.point());
            }
        }
        List<String> points = new ArrayList<>(List.of(root.toString()));
        byDevice.values().stream().filter(point -> !points.contains(point)).forEach(points::add);
        return points;
    }
}
