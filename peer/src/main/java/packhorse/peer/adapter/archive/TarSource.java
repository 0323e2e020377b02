package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.BadContentException;
import packhorse.core.content.FileEntry.Owner;
import packhorse.peer.tree.PassableInput;

/**
 * A tar, plain or compressed: ustar, pax and GNU names and sizes. Files, directories, links within the tree; nothing else. Sparse
 * files are refused, since their maps may say one size to one reader and another to the next.
 *
 * <p>A plain one is not read where a visitor reads nothing: its headers say where the next is. A compressed one is decompressed to the
 * end each time. What follows the last entry must be the two empty records that end a tar, then zeros: an archive that was cut at a
 * record's border has none, and what stands behind them no tool shows.
 */
final class TarSource implements Source {
    private static final int RECORD_BYTES = 512;
    /** Names of the longest path and link target, times in pax, and much room for what a publisher's tool adds. */
    private static final int HEADER_BYTES_MAX = 1 << 20;
    /** Later times some file system cannot keep (2446 is ext4's bound). */
    private static final Instant MODIFIED_MAX = Instant.parse("2400-01-01T00:00:00Z");

    private final Path archive;
    private final Format format;
    private final Limits limits;
    private final boolean owners;

    TarSource(Path archive, ArchiveSettings settings) {
        this.archive = archive;
        this.format = settings.format();
        this.limits = settings.limits();
        this.owners = settings.archiveOwners();
    }

    @Override
    public void walk(Visitor visitor) throws IOException {
        try (FileChannel channel = FileChannel.open(archive, StandardOpenOption.READ);
                InputStream unpacked = Reading.of(format.word(), () -> unpacked(channel));
                MeteredInput metered = metered(unpacked, channel.size());
                TarArchiveInputStream tar = new TarArchiveInputStream(metered, "UTF-8")) {
            Optional<PassableInput> passable =
                    unpacked instanceof PassableInput plain ? Optional.of(plain) : Optional.empty();
            InputStream data = Reading.stream(format.word(), tar);
            long end = 0;
            for (TarArchiveEntry entry = next(tar, metered); entry != null; entry = next(tar, metered)) {
                if (entry.getName().indexOf('?') >= 0 || entry.getLinkName().indexOf('?') >= 0) {
                    requireUtf8(entry.getName(), metered.seen());
                    requireUtf8(entry.getLinkName(), metered.seen());
                }
                Optional<Item> item = item(entry);
                long start = metered.count();
                end = start + (entry.getSize() + RECORD_BYTES - 1) / RECORD_BYTES * RECORD_BYTES;
                metered.allowAll();
                metered.watchTail(end);
                if (item.isPresent()) {
                    visitor.visit(item.get(), data);
                }
                if (passable.isPresent()) {
                    long left = start + entry.getSize() - metered.count();
                    Reading.of(format.word(), () -> passable.get().passOver(left));
                }
                Reading.drain(data);
            }
            metered.allowAll();
            Reading.drain(Reading.stream(format.word(), metered));
            if (metered.count() < end + 2 * RECORD_BYTES) {
                throw new BadContentException("the tar is cut off: it ends at byte " + metered.count()
                        + " without the empty records that end one");
            }
            if (metered.tailHasBytes()) {
                throw new BadContentException("something follows the end of the tar");
            }
        }
    }

    private InputStream unpacked(FileChannel channel) throws IOException {
        return switch (format) {
            case TAR -> new PassableInput(channel);
            case TAR_GZ -> new GzipMember(Channels.newInputStream(channel));
            case TAR_ZST -> new ZstdFrame(channel);
            case TREE, ZIP -> throw new IllegalArgumentException(format.word() + " is no tar");
        };
    }

    private MeteredInput metered(InputStream unpacked, long packedBytes) {
        long most = format == Format.TAR
                ? Long.MAX_VALUE
                : Math.max(Limits.RATIO_FREE_BYTES, Math.multiplyExact(packedBytes, limits.ratio()));
        return new MeteredInput(
                unpacked,
                most,
                "the archive of " + packedBytes + " bytes unpacks to more than " + most
                        + "; raise settings.limits.ratio where that is meant");
    }

    private @Nullable TarArchiveEntry next(TarArchiveInputStream tar, MeteredInput metered) {
        metered.allow(
                HEADER_BYTES_MAX,
                "an entry's header is longer than " + HEADER_BYTES_MAX + " bytes, which no path needs");
        return Reading.of(format.word(), tar::getNextEntry);
    }

    /** The library writes a question mark for what is not UTF-8. One that it shows has to be in the header, then. */
    private static void requireUtf8(String name, byte[] header) {
        for (String element : name.split("/", -1)) {
            if (element.indexOf('?') >= 0 && !contains(header, element.getBytes(StandardCharsets.UTF_8))) {
                throw new BadContentException("the path \"" + Names.shown(name) + "\" is not UTF-8");
            }
        }
    }

    private static boolean contains(byte[] bytes, byte[] part) {
        for (int i = 0; i + part.length <= bytes.length; i++) {
            if (Arrays.equals(bytes, i, i + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }

    /** The entry as one that may be written; empty for the top directory. */
    private Optional<Item> item(TarArchiveEntry entry) {
        byte flag = entry.getLinkFlag();
        String name = entry.getName();
        if (!entry.isCheckSumOK()) {
            throw new BadContentException("the header of \"" + Names.shown(name) + "\" has a wrong checksum");
        }
        if (entry.isSparse()) {
            throw new BadContentException("\"" + Names.shown(name) + "\" is sparse; pack it without -S");
        }
        boolean plain = flag == TarConstants.LF_NORMAL || flag == TarConstants.LF_OLDNORM;
        boolean directory = flag == TarConstants.LF_DIR || (plain && name.endsWith("/"));
        if (!plain && !directory && flag != TarConstants.LF_SYMLINK && flag != TarConstants.LF_LINK) {
            throw new BadContentException("\"" + Names.shown(name) + "\" is " + kind(flag)
                    + "; an archive may hold files, directories and links");
        }
        String path = Names.path(name, directory, limits.depth());
        Names.requireMode(path, entry.getMode());
        if (entry.getSize() < 0 || (entry.getSize() > 0 && (directory || !plain))) {
            throw new BadContentException("\"" + path + "\" is no file and says it has " + entry.getSize() + " bytes");
        }
        if (path.isEmpty()) {
            return Optional.empty();
        }
        int mode = entry.getMode() & 07777;
        Instant modified = modified(entry);
        if (directory) {
            return Optional.of(new Item.Directory(path, mode, owner(path, entry), modified));
        }
        return Optional.of(
                switch (flag) {
                    case TarConstants.LF_SYMLINK -> new Item.Link(path, owner(path, entry), entry.getLinkName());
                    case TarConstants.LF_LINK ->
                        new Item.HardLink(path, Names.path(entry.getLinkName(), false, limits.depth()));
                    default ->
                        new Item.File(path, mode, owner(path, entry), modified, entry.getSize(), Optional.empty());
                });
    }

    private static String kind(byte flag) {
        return switch (flag) {
            case TarConstants.LF_CHR -> "a character device";
            case TarConstants.LF_BLK -> "a block device";
            case TarConstants.LF_FIFO -> "a named pipe";
            default -> "of the type '" + (flag > 0x20 && flag < 0x7f ? "" + (char) flag : "\\" + (flag & 0xff)) + "'";
        };
    }

    private Owner owner(String path, TarArchiveEntry entry) {
        if (!owners) {
            return Owner.ROOT;
        }
        long uid = entry.getLongUserId();
        long gid = entry.getLongGroupId();
        if (uid < 0 || uid > Integer.MAX_VALUE || gid < 0 || gid > Integer.MAX_VALUE) {
            throw new BadContentException("\"" + path + "\" belongs to " + uid + ":" + gid + ", which nobody is");
        }
        return new Owner((int) uid, (int) gid);
    }

    private static Instant modified(TarArchiveEntry entry) {
        Instant time = Reading.of("tar", () -> entry.getLastModifiedTime().toInstant());
        return time.isBefore(Instant.EPOCH) || time.isAfter(MODIFIED_MAX) ? Instant.EPOCH : time;
    }
}
