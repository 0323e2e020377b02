package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Optional;
import packhorse.core.content.CodeClass;
import packhorse.core.content.FileEntry;
import packhorse.core.durable.Durably;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Workplace;

/**
 * The link that leads to the version in use, on one machine. It says a relative way, so that it means the same inside the machine's root
 * and from outside.
 */
final class SwitchedLink {
    private final ArchiveSettings settings;
    private final Workplace here;
    private final Path link;

    SwitchedLink(ArchiveSettings settings, Workplace here) {
        this.settings = settings;
        this.here = here;
        this.link = here.at(settings.link());
    }

    /** What it says, word for word, with its owner; empty where there is no link. */
    Optional<Said> said() throws IOException {
        return Files.isSymbolicLink(link)
                ? Optional.of(new Said(
                        Files.readSymbolicLink(link).toString(),
                        UnixFile.of(link).owner()))
                : Optional.empty();
    }

    /** What a link says. */
    record Said(String target, FileEntry.Owner owner) {}

    /** The version that it leads to, where it leads to one of this line's directory. */
    Optional<String> version() throws IOException {
        Path versions = here.at(settings.versions());
        if (!Files.isSymbolicLink(link) || !Files.isDirectory(versions)) {
            return Optional.empty();
        }
        Path end = Durably.directoryOf(link)
                .toRealPath()
                .resolve(Files.readSymbolicLink(link))
                .normalize();
        return Durably.directoryOf(end).equals(versions.toRealPath())
                ? Optional.of(String.valueOf(end.getFileName()))
                : Optional.empty();
    }

    /** One line where it does not lead to that version. */
    Optional<String> wrong(String version) throws IOException {
        if (!Files.isSymbolicLink(link)) {
            return Optional.of(settings.link() + ": "
                    + (Files.exists(link, LinkOption.NOFOLLOW_LINKS) ? "is no longer a link" : "is gone"));
        }
        return says(target(version))
                ? Optional.empty()
                : Optional.of(
                        settings.link() + ": leads to " + Files.readSymbolicLink(link) + ", not to version " + version);
    }

    /** Leads it to that version, in one step. */
    void lead(String version) throws IOException {
        String target = target(version);
        if (!says(target)) {
            here.disk().switchLink(link, target);
        }
        here.disk().force(Durably.directoryOf(link));
    }

    /** Leads it there again, where somebody led it elsewhere. */
    void mend(String version) throws IOException {
        if (wrong(version).isEmpty()) {
            return;
        }
        if (Files.isDirectory(link, LinkOption.NOFOLLOW_LINKS)) {
            throw new AdapterException(
                    CodeClass.ENVIRONMENT, settings.link() + " is a directory, not a link; move it away");
        }
        here.disk().switchLink(link, target(version));
    }

    /** Takes it away, where it leads to one of this line's versions. */
    void remove() throws IOException {
        if (version().isPresent()) {
            here.disk().delete(link);
        }
        if (Files.isDirectory(Durably.directoryOf(link))) {
            here.disk().force(Durably.directoryOf(link));
        }
    }

    /** Makes it say again what it said, or takes it away where it was not there. */
    void restore(Optional<Said> before) throws IOException {
        InstallDisk disk = here.disk();
        if (!Files.isDirectory(Durably.directoryOf(link))) {
            return;
        }
        Path fresh = InstallDisk.freshBeside(link);
        disk.delete(fresh);
        if (before.isEmpty()) {
            if (Files.isSymbolicLink(link)) {
                disk.delete(link);
            }
        } else if (!says(before.get().target())) {
            FileEntry.Owner owner = before.get().owner();
            disk.symlink(fresh, before.get().target());
            disk.owner(fresh, owner.uid(), owner.gid());
            disk.rename(fresh, link);
        }
        disk.force(Durably.directoryOf(link));
    }

    private boolean says(String target) throws IOException {
        return Files.isSymbolicLink(link)
                && Files.readSymbolicLink(link).toString().equals(target);
    }

    private String target(String version) throws IOException {
        Path from = Durably.directoryOf(link).toRealPath();
        Path to = here.at(settings.versions()).toRealPath().resolve(version);
        return from.relativize(to).toString();
    }
}
