package packhorse.peer.adapter.exec;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.core.content.BadContentException;
import packhorse.core.content.CodeClass;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Manifest;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.tree.FileListReader;
import packhorse.peer.tree.TreeArchive;

/**
 * A release's own files in its private place: laid out from the content, each hashed against the signed list on the way, and compared with
 * the list again later. Who may read and execute is decided here and not by the list: root keeps them and everybody
 * reads them, because a confined script is nobody; whatever the list says of owners and set-user-id bits is not carried out.
 */
final class ReleaseFiles {
    private static final int DIRECTORY = 0755;
    private static final int PROGRAM = 0755;
    private static final int FILE = 0644;
    private static final int OWNER_EXECUTES = 0100;
    private static final int PERMISSIONS = 07777;

    private final Manifest manifest;

    ReleaseFiles(Manifest manifest) {
        this.manifest = manifest;
    }

    /** Makes {@code target}, which is not there; forced, but for its own name. */
    void layOut(Workplace here, Path content, Path fileList, Path target) throws IOException {
        try {
            here.disk().createDirectory(target, DIRECTORY);
            switch (manifest.form()) {
                case TREE -> {
                    new TreeArchive(manifest, content, fileList).walk((entry, data) -> {});
                    new TreeArchive(manifest, content, fileList).walk((entry, data) -> put(here, entry, data, target));
                }
                case FILE -> {
                    try (FileListReader list = open(fileList)) {
                        FileEntry entry = list.next()
                                .orElseThrow(() -> new BadContentException(manifest.id() + " lists no file"));
                        try (InputStream data = new BufferedInputStream(Files.newInputStream(content))) {
                            put(here, entry, data, target);
                        }
                        if (list.next().isPresent()) {
                            throw new BadContentException(manifest.id() + " is one file and lists more");
                        }
                    }
                }
            }
            here.disk().forceTree(target);
        } catch (BadContentException e) {
            throw new AdapterException(
                    CodeClass.PERMANENT, e.getMessage() + "; nothing was run: the publisher has to publish it anew", e);
        }
    }

    private void put(Workplace here, FileEntry entry, InputStream data, Path target) throws IOException {
        Path path = target.resolve(entry.path());
        switch (entry) {
            case FileEntry.Directory directory -> here.disk().createDirectory(path, DIRECTORY);
            case FileEntry.Link link -> here.disk().symlink(path, link.target());
            case FileEntry.File file -> {
                MessageDigest digest = Sha256.newDigest();
                here.disk().create(path, new DigestInputStream(data, digest), mode(file), here.progress());
                Sha256 actual = Sha256.ofDigest(digest.digest());
                if (!actual.equals(file.sha256())) {
                    throw new BadContentException(
                            "the file " + file.path() + " has SHA-256 " + actual + ", not " + file.sha256());
                }
            }
        }
    }

    private int mode(FileEntry.File file) {
        boolean program = manifest.form() == Manifest.Form.FILE || (file.mode() & OWNER_EXECUTES) != 0;
        return program ? PROGRAM : FILE;
    }

    /** Where {@code place} is not what the list says, one line each. */
    List<String> differences(Path fileList, Path place) throws IOException {
        List<String> found = new ArrayList<>();
        Set<Path> known = new HashSet<>(Set.of(place));
        try (FileListReader list = open(fileList)) {
            for (Optional<FileEntry> entry = list.next(); entry.isPresent(); entry = list.next()) {
                Path path = place.resolve(entry.get().path());
                known.add(path);
                if (!same(entry.get(), path)) {
                    add(found, path + " is not as it was published");
                }
            }
        } catch (BadContentException e) {
            add(found, fileList + " is not the list that was signed");
            return found;
        }
        extra(place, known, found);
        return found;
    }

    private FileListReader open(Path fileList) throws IOException {
        return new FileListReader(manifest.files(), manifest.fileCount(), fileList);
    }

    private boolean same(FileEntry entry, Path path) throws IOException {
        if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        return switch (entry) {
            case FileEntry.Directory directory ->
                Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS) && permissions(path) == DIRECTORY;
            case FileEntry.Link link ->
                Files.isSymbolicLink(path)
                        && Files.readSymbolicLink(path).toString().equals(link.target());
            case FileEntry.File file ->
                Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                        && Files.size(path) == file.size()
                        && permissions(path) == mode(file)
                        && hash(path).equals(file.sha256());
        };
    }

    private static int permissions(Path path) throws IOException {
        return (Integer) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS) & PERMISSIONS;
    }

    private static Sha256 hash(Path path) throws IOException {
        MessageDigest digest = Sha256.newDigest();
        try (InputStream in = new DigestInputStream(Files.newInputStream(path), digest)) {
            in.transferTo(java.io.OutputStream.nullOutputStream());
        }
        return Sha256.ofDigest(digest.digest());
    }

    /** No list is deeper than {@link packhorse.core.content.SafePath#DEPTH_MAX}, and what is not on it is not entered. */
    private static void extra(Path directory, Set<Path> known, List<String> found) throws IOException {
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        try (DirectoryStream<Path> all = Files.newDirectoryStream(directory)) {
            for (Path one : all) {
                if (known.contains(one)) {
                    extra(one, known, found);
                } else {
                    add(found, one + " is none of the release's");
                }
            }
        }
    }

    private static void add(List<String> found, String line) {
        if (found.size() < Placement.DIFFERENCES_MAX) {
            found.add(line);
        }
    }
}
