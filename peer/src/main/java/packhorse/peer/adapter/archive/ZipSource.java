package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import packhorse.core.content.BadContentException;
import packhorse.core.content.FileEntry.Owner;
import packhorse.core.content.SafePath;

/**
 * A zip. {@link ZipLayout} proves first that it says one thing only; then the library reads it, and what that says is held against
 * what was proved. Names are UTF-8, or ASCII: others say different things to different tools. Everything belongs to root, since a
 * zip's owners are a matter of each tool.
 */
final class ZipSource implements Source {
    private static final int UNIX = 3;
    private static final int DARWIN = 19;

    private static final int TYPE = 0170000;
    private static final int TYPE_FILE = 0100000;
    private static final int TYPE_DIRECTORY = 0040000;
    private static final int TYPE_LINK = 0120000;

    /** What most tools would make of an entry that says no mode. */
    private static final int FILE_MODE = 0644;

    private static final int DIRECTORY_MODE = 0755;
    /** Where an entry's time is one that a file cannot have. */
    private static final Instant MODIFIED_MAX = Instant.parse("2400-01-01T00:00:00Z");

    private final Path archive;
    private final Limits limits;

    ZipSource(Path archive, ArchiveSettings settings) {
        this.archive = archive;
        this.limits = settings.limits();
    }

    @Override
    public void walk(Visitor visitor) throws IOException {
        try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ)) {
            List<ZipLayout.Entry> layout = Reading.of("zip", () -> ZipLayout.of(channel, limits));
            try (ZipFile zip = Reading.of(
                    "zip",
                    () -> ZipFile.builder()
                            .setSeekableByteChannel(channel)
                            .setCharset(StandardCharsets.UTF_8)
                            .setUseUnicodeExtraFields(false)
                            .get())) {
                Map<Long, ZipArchiveEntry> byPlace = new HashMap<>();
                zip.getEntries()
                        .asIterator()
                        .forEachRemaining(entry -> byPlace.put(entry.getLocalHeaderOffset(), entry));
                for (ZipLayout.Entry proved : layout) {
                    ZipArchiveEntry entry = Optional.ofNullable(byPlace.get(proved.at()))
                            .filter(found -> found.getSize() == proved.unpacked()
                                    && found.getCompressedSize() == proved.packed()
                                    && found.getMethod() == proved.method())
                            .orElseThrow(() -> new BadContentException("the zip says one thing of \""
                                    + ZipLayout.shown(proved.name()) + "\" to one reader and another to the next"));
                    visit(zip, entry, proved, visitor);
                }
                if (byPlace.size() != layout.size()) {
                    throw new BadContentException("the zip has " + byPlace.size() + " entries to one reader and "
                            + layout.size() + " to the next");
                }
            }
        }
    }

    private void visit(ZipFile zip, ZipArchiveEntry entry, ZipLayout.Entry proved, Visitor visitor) throws IOException {
        String name = name(entry, proved);
        int mode = mode(entry);
        int type = mode & TYPE;
        boolean directory = name.endsWith("/");
        if (type != 0 && type != TYPE_FILE && type != TYPE_DIRECTORY && type != TYPE_LINK) {
            throw new BadContentException("\"" + Names.shown(name) + "\" is of the type " + Integer.toOctalString(type)
                    + "; an archive may hold files, directories and links");
        }
        if (type != 0 && directory != (type == TYPE_DIRECTORY)) {
            throw new BadContentException(
                    "\"" + Names.shown(name) + "\" is a directory by its name or by its mode, not by both");
        }
        String path = Names.path(name, directory, limits.depth());
        Names.requireMode(path, mode);
        requireRatio(path, proved);
        try (InputStream data = Reading.stream("zip", new ZipData(path, proved, zip.getRawInputStream(entry)))) {
            if (!path.isEmpty()) {
                visitor.visit(item(path, mode, directory, entry, proved, data), data);
            }
            Reading.drain(data);
        }
    }

    private static Item item(
            String path, int mode, boolean directory, ZipArchiveEntry entry, ZipLayout.Entry proved, InputStream data)
            throws IOException {
        Instant modified = modified(entry);
        if (directory) {
            if (proved.unpacked() != 0) {
                throw new BadContentException(
                        "\"" + path + "\" is a directory and says it has " + proved.unpacked() + " bytes");
            }
            return new Item.Directory(path, mode == 0 ? DIRECTORY_MODE : mode & 07777, Owner.ROOT, modified);
        }
        if ((mode & TYPE) == TYPE_LINK) {
            if (proved.unpacked() > SafePath.PATH_BYTES_MAX) {
                throw new BadContentException(
                        "\"" + path + "\" links to something longer than " + SafePath.PATH_BYTES_MAX + " bytes");
            }
            return new Item.Link(path, Owner.ROOT, utf8(path, data.readNBytes((int) proved.unpacked())));
        }
        return new Item.File(
                path, mode == 0 ? FILE_MODE : mode & 07777, Owner.ROOT, modified, proved.unpacked(), Optional.empty());
    }

    private void requireRatio(String path, ZipLayout.Entry entry) {
        if (entry.unpacked() > Limits.RATIO_FREE_BYTES && entry.unpacked() / limits.ratio() > entry.packed()) {
            throw new BadContentException("\"" + path + "\" unpacks from " + entry.packed() + " to " + entry.unpacked()
                    + " bytes; raise settings.limits.ratio where that is meant");
        }
    }

    /** Type and permissions; 0 where the zip was made on a system that has none. */
    private static int mode(ZipArchiveEntry entry) {
        return madeOnUnix(entry) ? (int) (entry.getExternalAttributes() >> 16) & 0xffff : 0;
    }

    private static boolean madeOnUnix(ZipArchiveEntry entry) {
        int system = entry.getVersionMadeBy() >> 8;
        return system == UNIX || system == DARWIN;
    }

    /** The zip of Linux systems writes UTF-8 without saying so; others without saying so write their own code page. */
    private static String name(ZipArchiveEntry entry, ZipLayout.Entry proved) {
        String name = utf8(ZipLayout.shown(proved.name()), proved.name());
        boolean ascii = name.chars().allMatch(c -> c < 0x80);
        if (!ascii && (proved.flags() & ZipLayout.FLAG_UTF8) == 0 && !madeOnUnix(entry)) {
            throw new BadContentException("the zip does not say how the name \"" + Names.shown(name)
                    + "\" is encoded; pack it with a tool that writes UTF-8 names");
        }
        return name;
    }

    private static String utf8(String shown, byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new BadContentException("the name or target \"" + shown + "\" is not UTF-8", e);
        }
    }

    private static Instant modified(ZipArchiveEntry entry) {
        return Reading.of("zip", () -> {
            Instant time = entry.getLastModifiedTime() == null
                    ? Instant.EPOCH
                    : entry.getLastModifiedTime().toInstant();
            return time.isBefore(Instant.EPOCH) || time.isAfter(MODIFIED_MAX) ? Instant.EPOCH : time;
        });
    }
}
