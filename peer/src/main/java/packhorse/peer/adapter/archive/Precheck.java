package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.core.content.Manifest;
import packhorse.peer.adapter.Workplace;

/** What can be in an archive's way on a machine; each finding one line with its mend. */
final class Precheck {
    private static final int WRITABLE_BY_OTHERS = 0022;
    private static final int STICKY = 01000;

    private final Manifest manifest;
    private final ArchiveSettings settings;
    private final Workplace here;
    private final Versions versions;
    private final SwitchedLink link;
    private final List<String> problems = new ArrayList<>();

    Precheck(Manifest manifest, ArchiveSettings settings, Workplace here, Versions versions, SwitchedLink link) {
        this.manifest = manifest;
        this.settings = settings;
        this.here = here;
        this.versions = versions;
        this.link = link;
    }

    List<String> problems() throws IOException {
        previous();
        way(settings.versions());
        way(String.valueOf(Path.of(settings.link()).getParent()));
        if (problems.isEmpty()) {
            ownPlaces();
            link();
            versions();
        }
        return List.copyOf(problems);
    }

    /** A line stays where it is: two places could not be switched in one step. */
    private void previous() {
        here.previous().ifPresent(before -> {
            if (!before.section().adapter().equals(here.section().adapter())) {
                problems.add(before.manifest().id() + " was put in place by the adapter "
                        + before.section().adapter() + "; remove it first");
                return;
            }
            ArchiveSettings then = ArchiveSettings.read(before.manifest(), before.section());
            if (!then.into().equals(settings.into()) || !then.link().equals(settings.link())) {
                problems.add(before.manifest().id() + " is in " + then.into() + " with the link " + then.link()
                        + ", this release goes to " + settings.into() + " with the link " + settings.link()
                        + "; remove the older one first");
            }
        });
    }

    /** Each directory on the way is one, inside the root, and nobody else can put another in its place. */
    private void way(String directory) throws IOException {
        Path path = Path.of("/");
        Path root = here.root().toRealPath();
        int self = UnixFile.self();
        for (Path element : Path.of(directory)) {
            path = path.resolve(element);
            Path at = here.at(path.toString());
            if (!Files.exists(at, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            if (!Files.isDirectory(at)) {
                problems.add(path + " is not a directory; move it away");
                return;
            }
            if (!at.toRealPath().startsWith(root)) {
                problems.add(path + " leads out of " + here.root() + "; make it a directory");
                return;
            }
            UnixFile found = UnixFile.of(at.toRealPath());
            int owner = found.owner().uid();
            int mode = found.permissions();
            if (owner != 0 && owner != self) {
                problems.add(path + " belongs to user " + owner + ", who could lead the installation elsewhere; give it"
                        + " to root (chown root " + path + ")");
                return;
            }
            if ((mode & WRITABLE_BY_OTHERS) != 0 && (mode & STICKY) == 0) {
                problems.add(path + " can be written by others than its owner, who could lead the installation"
                        + " elsewhere; take that right away (chmod go-w " + path + ")");
                return;
            }
        }
    }

    /** Packhorse's own directories are no place for a release. */
    private void ownPlaces() {
        for (String place : List.of(settings.into(), settings.link())) {
            Path at = here.at(place).toAbsolutePath().normalize();
            for (Path own : List.of(here.staging(), here.undo(), here.home())) {
                Path mine = own.toAbsolutePath().normalize();
                if (at.startsWith(mine) || mine.startsWith(at)) {
                    problems.add(place + " is among Packhorse's own directories (" + own + "); name another one");
                    return;
                }
            }
        }
    }

    private void link() throws IOException {
        Path place = here.at(settings.link());
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.isSymbolicLink(place)) {
            problems.add(settings.link() + " is "
                    + (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS) ? "a directory" : "a file")
                    + ", not a link; move it away");
        } else if (here.previous().isEmpty() && link.version().isEmpty()) {
            problems.add(settings.link() + " leads to " + Files.readSymbolicLink(place)
                    + ", which is not this release's; remove the link");
        }
    }

    private void versions() throws IOException {
        String version = manifest.id().version().toString();
        Path place = versions.of(version);
        Optional<Versions.Marker> marker = versions.readMarker(version);
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            if (marker.isEmpty() || !versions.has(version)) {
                problems.add(settings.versions() + "/" + version + " is there and was not put there by Packhorse; move"
                        + " it away");
            } else if (marker.get().line().equals(manifest.id().name())
                    && !marker.get().content().equals(manifest.content().sha256())) {
                problems.add(settings.versions() + "/" + version + " is there with other content (SHA-256 "
                        + marker.get().content() + "); publish this under another version, or remove that first");
            }
        }
        versions.markers().values().stream()
                .map(Versions.Marker::line)
                .filter(line -> !line.equals(manifest.id().name()))
                .findFirst()
                .ifPresent(other -> problems.add(settings.into() + " is the place of " + other + "; name another one"));
    }
}
