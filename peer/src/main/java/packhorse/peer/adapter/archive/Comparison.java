package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Sha256;
import packhorse.peer.tree.FileListReader;

/**
 * Holds a directory against its file list, byte for byte. Files that the list does not name are not looked at: programs keep logs and
 * caches beside themselves. No link is followed, so what somebody put in a directory's place is not taken for it.
 */
final class Comparison {
    private static final int BUFFER_BYTES = 256 << 10;

    private final boolean owners;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private final Set<String> lost = new HashSet<>();
    private final LongConsumer progress;
    private long bytes;

    Comparison(LongConsumer progress) throws IOException {
        // Others than root cannot give files away, so theirs are whoever's they are.
        this.owners = UnixFile.self() == 0;
        this.progress = progress;
    }

    /**
     * How something is not as it should be.
     *
     * @param what for people, without its path
     * @param rightsOnly whether mode and owner are all that is wrong
     */
    record Difference(FileEntry entry, String what, boolean rightsOnly) {
        @Override
        public String toString() {
            return entry.path() + ": " + what;
        }
    }

    /** All that differs, up to {@code most}. */
    List<Difference> of(FileListReader list, Path directory, int most) throws IOException {
        List<Difference> found = new ArrayList<>();
        for (Optional<FileEntry> entry = list.next(); entry.isPresent(); entry = list.next()) {
            if (found.size() < most) {
                of(entry.get(), directory).ifPresent(found::add);
            }
        }
        return found;
    }

    /** Whether one entry differs; directories come before what is in them. */
    Optional<Difference> of(FileEntry entry, Path directory) throws IOException {
        int slash = entry.path().lastIndexOf('/');
        boolean gone = slash > 0 && lost.contains(entry.path().substring(0, slash));
        Optional<Difference> difference = gone
                ? Optional.of(new Difference(entry, "is gone", false))
                : at(directory.resolve(entry.path()), entry);
        if (entry instanceof FileEntry.Directory
                && difference.isPresent()
                && !difference.get().rightsOnly()) {
            lost.add(entry.path());
        }
        return difference;
    }

    /** Tells that it is as it should be now. */
    void mended(FileEntry entry) {
        lost.remove(entry.path());
    }

    private Optional<Difference> at(Path path, FileEntry entry) throws IOException {
        UnixFile found;
        try {
            found = UnixFile.of(path);
        } catch (NoSuchFileException e) {
            return Optional.of(new Difference(entry, "is gone", false));
        }
        Optional<String> content = switch (entry) {
            case FileEntry.File file ->
                found.type() != UnixFile.Type.FILE
                        ? Optional.of("is no longer a file")
                        : content(file, path, found.size());
            case FileEntry.Directory d ->
                found.type() != UnixFile.Type.DIRECTORY ? Optional.of("is no longer a directory") : Optional.empty();
            case FileEntry.Link link ->
                found.type() != UnixFile.Type.LINK
                        ? Optional.of("is no longer a link")
                        : target(link, Files.readSymbolicLink(path).toString());
        };
        if (content.isPresent()) {
            return Optional.of(new Difference(entry, content.get(), false));
        }
        if (!(entry instanceof FileEntry.Link) && found.permissions() != entry.mode()) {
            return Optional.of(new Difference(
                    entry,
                    "has the mode " + Integer.toOctalString(found.permissions()) + ", not "
                            + Integer.toOctalString(entry.mode()),
                    true));
        }
        FileEntry.Owner owner = found.owner();
        if (owners && !owner.equals(entry.owner())) {
            return Optional.of(new Difference(
                    entry,
                    "belongs to " + owner.uid() + ":" + owner.gid() + ", not "
                            + entry.owner().uid() + ":" + entry.owner().gid(),
                    // Whose file it was may hold it open to write: it is replaced, not given back.
                    entry instanceof FileEntry.Directory));
        }
        return Optional.empty();
    }

    private static Optional<String> target(FileEntry.Link link, String target) {
        return target.equals(link.target())
                ? Optional.empty()
                : Optional.of("leads to " + target + ", not to " + link.target());
    }

    private Optional<String> content(FileEntry.File file, Path path, long size) throws IOException {
        if (size != file.size()) {
            return Optional.of("has " + size + " bytes, not " + file.size());
        }
        MessageDigest digest = Sha256.newDigest();
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS);
                InputStream in = Channels.newInputStream(channel)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                bytes += count;
                progress.accept(bytes);
            }
        }
        return Sha256.ofDigest(digest.digest()).equals(file.sha256())
                ? Optional.empty()
                : Optional.of("has other bytes");
    }
}
