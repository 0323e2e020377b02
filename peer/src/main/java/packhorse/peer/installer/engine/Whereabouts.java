package packhorse.peer.installer.engine;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Where names lead to on this machine: one disk has many names, and {@code /lib} is {@code /usr/lib}. Made for one look, since links
 * change; it remembers the directories that it came through last.
 */
final class Whereabouts {
    /** Where names of claims begin. */
    private static final Path MACHINE = Path.of("/");
    /** As names come in their order, those of a directory come close together. */
    private static final int REMEMBERED_MAX = 1_000;

    private final Path root;
    private final Map<Path, Path> directories = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Path, Path> eldest) {
            return size() > REMEMBERED_MAX;
        }
    };

    /** @param root the machine's root directory */
    Whereabouts(Path root) {
        this.root = root;
    }

    /** What a claim may be called here: as it is said, and where it leads to. */
    List<Path> ofClaim(Path claim) throws IOException {
        Path said = said(claim);
        return List.of(said, real(said));
    }

    /** The same for a name that is laid: what has that name is not followed. */
    List<Path> ofName(Path name) throws IOException {
        Path said = said(name);
        Path directory = said.getParent();
        if (directory == null) {
            return List.of(said);
        }
        Path led = directories.get(directory);
        if (led == null) {
            led = real(directory);
            directories.put(directory, led);
        }
        return List.of(said, led.resolve(Objects.requireNonNull(said.getFileName())));
    }

    private Path said(Path absolute) {
        return root.resolve(MACHINE.relativize(absolute)).normalize();
    }

    /** A path without links, as far as it is there. */
    static Path real(Path path) throws IOException {
        Path existing = existing(path);
        Path rest = existing.relativize(path.toAbsolutePath());
        try {
            return existing.toRealPath().resolve(rest).normalize();
        } catch (NoSuchFileException e) {
            // A link to nothing.
            return existing.toRealPath(LinkOption.NOFOLLOW_LINKS).resolve(rest).normalize();
        }
    }

    /** The longest part of it that is there. */
    static Path existing(Path path) {
        Path at = path.toAbsolutePath();
        while (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
            Path parent = at.getParent();
            if (parent == null) {
                return at;
            }
            at = parent;
        }
        return at;
    }
}
