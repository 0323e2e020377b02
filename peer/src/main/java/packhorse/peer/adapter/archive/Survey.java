package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import packhorse.core.content.BadContentException;
import packhorse.core.content.CollisionGuard;

/**
 * Judges an archive as a whole and writes nothing. Each entry was judged by itself when its {@link Source} made it;
 * here come the rules about several: limits, names that are one on some machines, things below what is no directory, links. An entry is
 * judged against those before it when it comes; what only all of them together show is said by {@link #found}.
 *
 * <p>A tar may bring a directory after what is in it, or not at all, and zips mostly do; so directories that only paths speak of are
 * implied, and may be said once later. Everything else may come once. That links stay in the tree each of them says alone: a target
 * climbs only at its beginning, so it climbs real directories, and a chain of such links cannot leave either
 * ({@link packhorse.core.content.SafePath#requireLink}).
 *
 * <p>Memory: one map entry a path. {@link Limits#MEMORY_BYTES_MAX} bounds them, implied ones too: a path of forty levels implies
 * forty.
 */
final class Survey implements Source.Visitor {
    private final Limits limits;
    private final long bytesMax;
    private final Map<String, Kind> kinds = new HashMap<>();
    private long entries;
    private long bytes;
    private long memoryBytes;

    private enum Kind {
        FILE,
        DIRECTORY,
        IMPLIED,
        LINK
    }

    /** @param packedBytes the archive's own length */
    Survey(Limits limits, long packedBytes) {
        this.limits = limits;
        this.bytesMax = limits.unpackedMax(packedBytes);
    }

    /**
     * What an archive will become.
     *
     * @param bytes of all its files
     * @param paths of everything, implied directories too
     */
    record Found(long bytes, long paths) {}

    /**
     * Reads an archive to its end.
     *
     * @param packedBytes its own length
     * @throws BadContentException with one line where it may not be unpacked
     */
    static Found of(Source source, Limits limits, long packedBytes) throws IOException {
        Survey survey = new Survey(limits, packedBytes);
        source.walk(survey);
        return survey.found();
    }

    /** What it has seen so far. */
    Found soFar() {
        return new Found(bytes, kinds.size());
    }

    /**
     * What an archive will become that was shown to its end. Nothing may be shown after it.
     *
     * @throws BadContentException with one line where it may not be unpacked
     */
    Found found() {
        Found found = soFar();
        if (kinds.isEmpty()) {
            throw new BadContentException("the archive holds nothing");
        }
        requireNoCollisions();
        kinds.clear();
        return found;
    }

    /** The same for a tree whose signed list was judged entry by entry, by what reads it; needs no memory for the whole. */
    static Found ofListed(Source source) throws IOException {
        long[] bytes = {0};
        long[] entries = {0};
        source.walk((item, data) -> {
            entries[0]++;
            bytes[0] += item instanceof Item.File file ? file.size() : 0;
        });
        return new Found(bytes[0], entries[0]);
    }

    @Override
    public void visit(Item item, InputStream data) {
        entries++;
        String path = item.path();
        if (entries > limits.entries()) {
            throw new BadContentException("the archive holds more than " + limits.entries()
                    + " entries; raise settings.limits.entries where that is meant");
        }
        imply(path);
        Kind before = kinds.get(path);
        switch (item) {
            case Item.File file -> {
                bytes += file.size();
                if (file.size() > bytesMax || bytes > bytesMax) {
                    throw new BadContentException("the archive's files have more than " + bytesMax
                            + " bytes together; raise settings.limits.ratio or bytes where that is meant");
                }
                take(path, before, Kind.FILE);
            }
            case Item.Directory directory ->
                take(directory.path(), before == Kind.IMPLIED ? null : before, Kind.DIRECTORY);
            case Item.Link link -> {
                Names.requireLink(path, link.target());
                take(path, before, Kind.LINK);
            }
            case Item.HardLink link -> {
                if (kinds.get(link.existing()) != Kind.FILE) {
                    throw new BadContentException("\"" + path + "\" is a hard link to \"" + link.existing()
                            + "\", which is no file that came before it in the archive");
                }
                take(path, before, Kind.FILE);
            }
        }
    }

    private void take(String path, @org.jspecify.annotations.Nullable Kind before, Kind kind) {
        if (before != null) {
            throw new BadContentException(
                    before == Kind.IMPLIED
                            ? "\"" + path + "\" has something below it, and is not a directory"
                            : "the path \"" + path + "\" comes twice");
        }
        kinds.put(path, kind);
        remembered(path);
    }

    private void remembered(String path) {
        memoryBytes += Limits.memoryBytes(path);
        if (memoryBytes > Limits.MEMORY_BYTES_MAX) {
            throw new BadContentException("the archive's " + kinds.size() + " paths so far, with the directories above"
                    + " them, take more memory than the installer has for them (" + Limits.MEMORY_BYTES_MAX
                    + " bytes, some " + Limits.ENTRIES_MAX
                    + " paths of usual length); publish the tree itself, or several archives");
        }
    }

    private void imply(String path) {
        for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
            String parent = path.substring(0, slash);
            Kind kind = kinds.putIfAbsent(parent, Kind.IMPLIED);
            if (kind == Kind.FILE || kind == Kind.LINK) {
                throw new BadContentException("\"" + path + "\" lies in \"" + parent + "\", which is "
                        + (kind == Kind.LINK ? "a link" : "a file"));
            }
            if (kind != null) {
                return;
            }
            remembered(parent);
        }
    }

    private void requireNoCollisions() {
        CollisionGuard guard = new CollisionGuard();
        kinds.keySet().stream()
                .sorted(BY_BYTES)
                .forEach(path ->
                        guard.accept(path, kinds.get(path) == Kind.DIRECTORY || kinds.get(path) == Kind.IMPLIED));
    }

    /** The order of file lists. */
    static final Comparator<String> BY_BYTES =
            (a, b) -> Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
}
