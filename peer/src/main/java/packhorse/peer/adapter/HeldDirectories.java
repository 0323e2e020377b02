package packhorse.peer.adapter;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The directories that a thread came to last, held open as long as it {@link InstallDisk#staying stays}. Who unpacks thousands of files
 * comes to one directory again and again, and to look at each on the way every time costs more than the files.
 *
 * <p>Nothing is believed for that. Each was gone to by a {@link Way} when it was opened, and from then on names are used in the open
 * directory and not by a path, so what somebody makes of the path leads nobody anywhere: that is how a way ends too which leads through
 * others' directories. Before each use the path is asked whether it still leads to the very same directory; where it does not, because
 * that was renamed, deleted or exchanged, it is let go, and the way is gone anew. So one that comes to belong to somebody else is held
 * as any of his is: what he takes away is his own.
 *
 * <p>Memory: {@link #HELD_MAX} open directories. A thread's own; a stay within a stay is the outer one's.
 */
final class HeldDirectories {
    /** A tree is written directory by directory, with a few above it. */
    static final int HELD_MAX = 16;

    private static final ThreadLocal<@Nullable HeldDirectories> CURRENT = new ThreadLocal<>();

    /** @param key which directory it is, whatever its name */
    private record Held(SecureDirectoryStream<Path> directory, Object key) {}

    private final Map<Path, Held> held = new LinkedHashMap<>(HELD_MAX, 0.75f, true);

    private HeldDirectories() {}

    /** Does something while this thread's are held. */
    static <T> T during(InstallDisk.Stay<T> work) throws IOException {
        if (CURRENT.get() != null) {
            return work.run();
        }
        HeldDirectories fresh = new HeldDirectories();
        CURRENT.set(fresh);
        try {
            return work.run();
        } finally {
            CURRENT.remove();
            fresh.letGo();
        }
    }

    /** This thread's; empty while it does not stay anywhere. */
    static Optional<HeldDirectories> current() {
        return Optional.ofNullable(CURRENT.get());
    }

    /** The one that has this path, where it still has. */
    Optional<SecureDirectoryStream<Path>> find(Path directory) throws IOException {
        Held found = held.get(directory);
        if (found == null) {
            return Optional.empty();
        }
        if (isAt(directory, found.key())) {
            return Optional.of(found.directory());
        }
        held.remove(directory);
        found.directory().close();
        return Optional.empty();
    }

    private static boolean isAt(Path directory, Object key) {
        try {
            return key.equals(
                    Files.readAttributes(directory, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            return false;
        }
    }

    /** Holds one more, and lets the one go that was not come to for the longest time. */
    SecureDirectoryStream<Path> hold(Path directory, SecureDirectoryStream<Path> opened) throws IOException {
        Object key = opened.getFileAttributeView(BasicFileAttributeView.class)
                .readAttributes()
                .fileKey();
        Held before = held.put(directory, new Held(opened, key));
        if (before != null) {
            before.directory().close();
        }
        if (held.size() > HELD_MAX) {
            Iterator<Held> eldest = held.values().iterator();
            Held gone = eldest.next();
            eldest.remove();
            gone.directory().close();
        }
        return opened;
    }

    private void letGo() throws IOException {
        for (Held each : held.values()) {
            each.directory().close();
        }
        held.clear();
    }
}
