package packhorse.peer.installer.engine;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import packhorse.peer.adapter.Laid;

/**
 * Places that somebody has for his own, found by a name that another one lays at, below or before one of them.
 *
 * <p>The rule. Below a place nothing is laid. At a place a directory may be laid, since directories are shared; and where the place is a
 * file that is only edited, the file itself as one of configuration, or a link, which the edit follows. Before a place, on the way to
 * it, directories and links may be laid, and no file.
 */
final class Places {
    /**
     * One of them.
     *
     * @param whose for people
     * @param claim as its owner calls it
     * @param edited whether it is a file that is only edited
     */
    record Place(String whose, Path claim, boolean edited) {}

    private final Map<Path, Place> at = new HashMap<>();
    private final Map<Path, Place> before = new HashMap<>();

    /** @param names what it is called on this machine */
    void add(Place place, List<Path> names) {
        for (Path name : names) {
            at.putIfAbsent(name, place);
            for (Path above = name.getParent(); above != null; above = above.getParent()) {
                before.putIfAbsent(above, place);
            }
        }
    }

    boolean isEmpty() {
        return at.isEmpty();
    }

    /** The place that must not be laid upon. */
    Optional<Place> hit(Laid.Kind kind, List<Path> names) {
        for (Path name : names) {
            Place same = at.get(name);
            if (same != null && !mayBeAt(kind, same)) {
                return Optional.of(same);
            }
            for (Path above = name.getParent(); above != null; above = above.getParent()) {
                Place around = at.get(above);
                if (around != null) {
                    return Optional.of(around);
                }
            }
            Place behind = before.get(name);
            if (behind != null && !mayBeBefore(kind)) {
                return Optional.of(behind);
            }
        }
        return Optional.empty();
    }

    private static boolean mayBeAt(Laid.Kind kind, Place place) {
        return switch (kind) {
            case CONFIGURATION, LINK -> place.edited();
            case DIRECTORY -> !place.edited();
            case FILE -> false;
        };
    }

    private static boolean mayBeBefore(Laid.Kind kind) {
        return switch (kind) {
            case DIRECTORY, LINK -> true;
            case FILE, CONFIGURATION -> false;
        };
    }
}
