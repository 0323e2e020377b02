package packhorse.core.content;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Refuses trees that some machine could not hold: two names that a file system may take for one, a file with something below
 * it, an entry whose directory was never listed (or is a link), entries out of order.
 *
 * <p>Two names are taken for one when they are equal after normalisation (NFC) and case folding, as on the file systems of
 * Windows and macOS. Folding here is upper then lower case, without locale, between normalisations: {@code STRASSE} and
 * {@code straße} collide too. Refusing more than a given file system would is the safe side.
 *
 * <p>Entries come in the order of their paths' UTF-8 bytes. A directory's entries need not follow it at once: {@code a} is
 * listed before {@code a-b}, which is listed before {@code a/c}. But all paths that begin with {@code a/} are one run, so the
 * guard keeps only the directories whose run is not over, each with its entries' folded names: O(path) time per entry,
 * memory for the siblings along one path and not for the whole tree.
 */
public final class CollisionGuard {
    /** A directory whose run is not over: its own path with a slash at the end, and its entries so far by folded name. */
    private record Level(String prefix, Map<String, String> namesByFolded) {
        Level(String prefix) {
            this(prefix, new HashMap<>());
        }

        boolean isOverAt(String path, byte[] bytes) {
            return !path.startsWith(prefix)
                    && Arrays.compareUnsigned(bytes, prefix.getBytes(StandardCharsets.UTF_8)) > 0;
        }
    }

    private final List<Level> open = new ArrayList<>();
    private byte[] last = {};

    public CollisionGuard() {
        open.add(new Level(""));
    }

    /** @throws BadContentException naming both paths, when the entry does not fit those before it */
    public void accept(FileEntry entry) {
        accept(entry.path(), entry instanceof FileEntry.Directory);
    }

    /**
     * The same for an entry of which only its place is known.
     *
     * @throws BadContentException naming both paths, when it does not fit those before it
     */
    public void accept(String path, boolean directory) {
        byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
        int order = Arrays.compareUnsigned(bytes, last);
        if (order <= 0) {
            String before = new String(last, StandardCharsets.UTF_8);
            throw new BadContentException(
                    order == 0
                            ? "the path \"" + path + "\" is listed twice"
                            : "the path \"" + path + "\" comes after \"" + before + "\", out of order");
        }
        last = bytes;
        while (open.getLast().isOverAt(path, bytes)) {
            open.removeLast();
        }
        Level level = parentOf(path);
        String name = path.substring(level.prefix().length());
        int slash = name.indexOf('/');
        if (slash >= 0) {
            throw new BadContentException("the path \"" + path + "\" lies in \"" + level.prefix()
                    + name.substring(0, slash) + "\", which is not listed as a directory");
        }
        String twin = level.namesByFolded().putIfAbsent(fold(name), name);
        if (twin != null) {
            throw new BadContentException(
                    "\"" + path + "\" and \"" + level.prefix() + twin + "\" are one name on some file systems");
        }
        if (directory) {
            open.add(new Level(path + "/"));
        }
    }

    /** The innermost open directory that the path lies in; those whose run has not begun are passed over. */
    private Level parentOf(String path) {
        for (Level level : open.reversed()) {
            if (path.startsWith(level.prefix())) {
                return level;
            }
        }
        throw new AssertionError("the root holds every path");
    }

    static String fold(String name) {
        String normal = Normalizer.normalize(name, Normalizer.Form.NFC);
        return Normalizer.normalize(normal.toUpperCase(Locale.ROOT).toLowerCase(Locale.ROOT), Normalizer.Form.NFC);
    }
}
