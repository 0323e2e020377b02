package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import packhorse.core.content.BadContentException;

/**
 * Proves that a zip says one thing only. The format says everything twice, at each entry and in the directory at the end, and lets
 * bytes stand between what it names; readers believe one or the other, so one file can be several archives. Here both must agree
 * in every field, and entries, their descriptors, the directory and its end must follow each other from the first byte to the
 * last without a gap or an overlap (PKWARE APPNOTE 6.3.10, §4.3). Zip bombs by overlap (Fifield 2019) fall with it.
 *
 * <p>Encrypted and split zips, and methods other than stored and deflated, are refused. O(entries) memory and reads; the directory is read in portions.
 */
final class ZipLayout {
    private static final int END_BYTES = 22;
    private static final int END = 0x06054b50;
    private static final int END64_LOCATOR_BYTES = 20;
    private static final int END64_LOCATOR = 0x07064b50;
    private static final int END64_BYTES = 56;
    private static final int END64 = 0x06064b50;
    private static final int CENTRAL_BYTES = 46;
    private static final int CENTRAL = 0x02014b50;
    private static final int LOCAL_BYTES = 30;
    private static final int LOCAL = 0x04034b50;
    private static final int DESCRIPTOR = 0x08074b50;

    private static final long IN_ZIP64 = 0xffffffffL;
    private static final int SHORT_IN_ZIP64 = 0xffff;
    private static final int ZIP64_EXTRA = 1;
    /** Another name of the entry, in UTF-8, behind a version and a checksum; some readers take it for the real one. */
    private static final int NAME_EXTRA = 0x7075;

    private static final int NAME_EXTRA_HEAD_BYTES = 5;

    /** Encrypted, strongly encrypted, directory masked. */
    private static final int FLAGS_SECRET = 1 | 1 << 6 | 1 << 13;
    /** Sizes and checksum stand behind the bytes. */
    private static final int FLAG_DESCRIPTOR = 1 << 3;
    /** Names are UTF-8. */
    static final int FLAG_UTF8 = 1 << 11;
    /** What both sayings of an entry must agree in. */
    private static final int FLAGS_COMPARED = FLAGS_SECRET | FLAG_DESCRIPTOR | FLAG_UTF8;

    static final int STORED = 0;
    static final int DEFLATED = 8;

    /** A path's room for each entry, and some. */
    private static final long DIRECTORY_BYTES_FREE = 1 << 20;

    private static final long DIRECTORY_BYTES_PER_ENTRY = 1 << 10;
    /** The library that reads the entries keeps all of it in memory, and the installer has little: some 200 000 entries. */
    private static final long DIRECTORY_BYTES_MAX = 24 << 20;
    /** One record of the directory at its longest, a name, extra fields and a comment of 64 KiB each, and some more of them. */
    private static final int PORTION_BYTES = CENTRAL_BYTES + 4 * 0xffff;

    private final FileChannel channel;
    private final long size;
    private final Limits limits;

    private ZipLayout(FileChannel channel, Limits limits) throws IOException {
        this.channel = channel;
        this.size = channel.size();
        this.limits = limits;
    }

    /**
     * An entry whose two sayings agree.
     *
     * @param at where its local header begins
     * @param name its bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, and made and read in this package only.
    record Entry(long at, byte[] name, int flags, int method, long crc, long packed, long unpacked) {}

    /** Where the directory is. */
    private record Directory(long at, long length, long entries) {}

    /** Values that a zip64 field may replace. */
    private record Sizes(long unpacked, long packed, long at) {}

    /**
     * Every entry, in the order in which they stand.
     *
     * @throws BadContentException with one line where the zip contradicts itself
     */
    static List<Entry> of(FileChannel channel, Limits limits) throws IOException {
        ZipLayout layout = new ZipLayout(channel, limits);
        Directory directory = layout.directory();
        List<Entry> entries = layout.central(directory);
        entries.sort(Comparator.comparingLong(Entry::at));
        long position = 0;
        for (int i = 0; i < entries.size(); i++) {
            long next = i + 1 < entries.size() ? entries.get(i + 1).at() : directory.at();
            if (entries.get(i).at() != position) {
                throw bad("bytes 0 to " + entries.get(i).at() + " belong to no entry of it");
            }
            layout.requireLocal(entries.get(i), next);
            position = next;
        }
        if (position != directory.at()) {
            throw bad("bytes " + position + " to " + directory.at() + " belong to no entry of it");
        }
        return entries;
    }

    private Directory directory() throws IOException {
        long end = endAt();
        ByteBuffer tail = read(end, END_BYTES);
        int disk = unsigned(tail.getShort(4));
        int directoryDisk = unsigned(tail.getShort(6));
        long here = unsigned(tail.getShort(8));
        long entries = unsigned(tail.getShort(10));
        long length = unsigned(tail.getInt(12));
        long at = unsigned(tail.getInt(16));
        long directoryEnd = end;
        if (end >= END64_LOCATOR_BYTES) {
            ByteBuffer locator = read(end - END64_LOCATOR_BYTES, END64_LOCATOR_BYTES);
            if (locator.getInt(0) == END64_LOCATOR) {
                long end64 = locator.getLong(8);
                if (locator.getInt(4) != 0 || locator.getInt(16) > 1) {
                    throw bad("it is one of several parts");
                }
                if (end64 < 0 || end64 > end - END64_LOCATOR_BYTES - END64_BYTES) {
                    throw bad("its zip64 end stands at " + end64 + ", outside of it");
                }
                ByteBuffer big = read(end64, END64_BYTES);
                if (big.getInt(0) != END64 || end64 + 12 + big.getLong(4) != end - END64_LOCATOR_BYTES) {
                    throw bad("its zip64 end is not where it is said to be");
                }
                if (big.getInt(16) != 0 || big.getInt(20) != 0) {
                    throw bad("it is one of several parts");
                }
                here = both("count of entries", here, SHORT_IN_ZIP64, big.getLong(24));
                entries = both("count of entries", entries, SHORT_IN_ZIP64, big.getLong(32));
                length = both("directory's length", length, IN_ZIP64, big.getLong(40));
                at = both("directory's place", at, IN_ZIP64, big.getLong(48));
                directoryEnd = end64;
            }
        }
        if (disk != 0 || directoryDisk != 0 || here != entries) {
            throw bad("it is one of several parts");
        }
        if (entries > limits.entries()) {
            throw new BadContentException("the archive holds more than " + limits.entries()
                    + " entries; raise settings.limits.entries where that is meant");
        }
        if (at < 0 || length < 0 || at > directoryEnd || length != directoryEnd - at) {
            throw bad("its directory of " + length + " bytes at " + at + " does not end where its end begins, at "
                    + directoryEnd);
        }
        if (length > DIRECTORY_BYTES_FREE + entries * DIRECTORY_BYTES_PER_ENTRY) {
            throw bad("its directory has " + length + " bytes for " + entries + " entries");
        }
        if (length > DIRECTORY_BYTES_MAX) {
            throw new BadContentException("the zip's directory has " + length + " bytes, more than "
                    + DIRECTORY_BYTES_MAX + "; pack so many entries as a tar");
        }
        return new Directory(at, length, entries);
    }

    /** The directory, of which some is in memory. */
    private final class Portions {
        private final ByteBuffer portion = ByteBuffer.allocate(PORTION_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .limit(0);
        private long next;
        private long left;

        Portions(Directory directory) {
            this.next = directory.at();
            this.left = directory.length();
        }

        /** What is in memory from where the next record should begin: all of it, or as much as one can have. */
        ByteBuffer record() throws IOException {
            if (portion.remaining() < CENTRAL_BYTES + 3 * 0xffff && left > 0) {
                portion.compact();
                portion.limit((int) Math.min(portion.capacity(), portion.position() + left));
                while (portion.hasRemaining()) {
                    int count = channel.read(portion, next);
                    if (count < 0) {
                        throw bad("it is cut off");
                    }
                    next += count;
                    left -= count;
                }
                portion.flip();
            }
            return portion;
        }

        /** Bytes that nobody took. */
        long remaining() {
            return left + portion.remaining();
        }
    }

    /** The last signature; its comment must be what is left, so that no reader finds another end. */
    private long endAt() throws IOException {
        if (size < END_BYTES) {
            throw bad("it is cut off");
        }
        int window = (int) Math.min(size, END_BYTES + 0xffff);
        ByteBuffer tail = read(size - window, window);
        for (int i = window - END_BYTES; i >= 0; i--) {
            if (tail.getInt(i) == END) {
                if (unsigned(tail.getShort(i + 20)) != window - END_BYTES - i) {
                    throw bad("something follows its end");
                }
                return size - window + i;
            }
        }
        throw bad("it is cut off: it has no end");
    }

    private static long both(String what, long small, long marker, long big) {
        if (big < 0 || (small != marker && small != big)) {
            throw bad("its " + what + " is " + small + " and, in zip64, " + big);
        }
        return big;
    }

    private List<Entry> central(Directory directory) throws IOException {
        Portions portions = new Portions(directory);
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < directory.entries(); i++) {
            ByteBuffer in = portions.record();
            if (in.remaining() < CENTRAL_BYTES || in.getInt(in.position()) != CENTRAL) {
                throw bad("its directory ends before its entry " + (i + 1) + " of " + directory.entries());
            }
            int start = in.position();
            int flags = unsigned(in.getShort(start + 8));
            int method = unsigned(in.getShort(start + 10));
            long crc = unsigned(in.getInt(start + 16));
            int nameLength = unsigned(in.getShort(start + 28));
            int extraLength = unsigned(in.getShort(start + 30));
            int commentLength = unsigned(in.getShort(start + 32));
            int disk = unsigned(in.getShort(start + 34));
            if (in.remaining() < CENTRAL_BYTES + nameLength + extraLength + commentLength) {
                throw bad("its directory ends within its entry " + (i + 1));
            }
            byte[] name = new byte[nameLength];
            in.position(start + CENTRAL_BYTES).get(name);
            byte[] extra = new byte[extraLength];
            in.get(extra);
            in.position(in.position() + commentLength);
            String shown = shown(name);
            requireReadable(shown, flags, method, disk);
            requireOneName(name, extra);
            Sizes sizes = sizes(
                    shown,
                    new Sizes(
                            unsigned(in.getInt(start + 24)),
                            unsigned(in.getInt(start + 20)),
                            unsigned(in.getInt(start + 42))),
                    extra,
                    true);
            entries.add(new Entry(sizes.at(), name, flags, method, crc, sizes.packed(), sizes.unpacked()));
        }
        if (portions.remaining() > 0) {
            throw bad("its directory has " + portions.remaining() + " bytes behind its last entry");
        }
        return entries;
    }

    private static void requireReadable(String name, int flags, int method, int disk) {
        if ((flags & FLAGS_SECRET) != 0) {
            throw new BadContentException("\"" + name + "\" is encrypted; what is installed has to be readable");
        }
        if (method != STORED && method != DEFLATED) {
            throw new BadContentException(
                    "\"" + name + "\" is packed by method " + method + "; pack it deflated (8) or stored (0)");
        }
        if (disk != 0) {
            throw bad("it is one of several parts");
        }
    }

    /** The three values with those in place that say they stand in the zip64 field. */
    private static Sizes sizes(String name, Sizes small, byte[] extra, boolean central) {
        ByteBuffer field = zip64(name, extra);
        long unpacked = small.unpacked() == IN_ZIP64 ? big(name, field) : small.unpacked();
        long packed = small.packed() == IN_ZIP64 ? big(name, field) : small.packed();
        long at = central && small.at() == IN_ZIP64 ? big(name, field) : small.at();
        return new Sizes(unpacked, packed, at);
    }

    private static @Nullable ByteBuffer zip64(String name, byte[] extra) {
        ByteBuffer in = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
        ByteBuffer found = null;
        while (in.remaining() >= 4) {
            int id = unsigned(in.getShort());
            int length = unsigned(in.getShort());
            if (length > in.remaining()) {
                throw bad("the extra fields of \"" + name + "\" end within one");
            }
            if (id == ZIP64_EXTRA) {
                if (found != null) {
                    throw bad("\"" + name + "\" has two zip64 fields");
                }
                found = in.slice(in.position(), length).order(ByteOrder.LITTLE_ENDIAN);
            }
            in.position(in.position() + length);
        }
        return found;
    }

    private static void requireOneName(byte[] name, byte[] extra) {
        ByteBuffer in = ByteBuffer.wrap(extra).order(ByteOrder.LITTLE_ENDIAN);
        while (in.remaining() >= 4) {
            int id = unsigned(in.getShort());
            int length = Math.min(unsigned(in.getShort()), in.remaining());
            if (id == NAME_EXTRA) {
                int from = in.position() + Math.min(length, NAME_EXTRA_HEAD_BYTES);
                byte[] other = Arrays.copyOfRange(extra, from, in.position() + length);
                if (!Arrays.equals(name, other)) {
                    throw bad("\"" + shown(name) + "\" is \"" + shown(other) + "\" in an extra field");
                }
            }
            in.position(in.position() + length);
        }
    }

    private static long big(String name, @Nullable ByteBuffer field) {
        if (field == null || field.remaining() < Long.BYTES) {
            throw bad("\"" + name + "\" says its size stands in a zip64 field, and it does not");
        }
        long value = field.getLong();
        if (value < 0) {
            throw bad("\"" + name + "\" has a zip64 size of " + Long.toUnsignedString(value) + " bytes");
        }
        return value;
    }

    private void requireLocal(Entry entry, long next) throws IOException {
        String name = shown(entry.name());
        if (next - entry.at() < LOCAL_BYTES) {
            throw overlap(name);
        }
        ByteBuffer local = read(entry.at(), LOCAL_BYTES);
        if (local.getInt(0) != LOCAL) {
            throw bad("\"" + name + "\" is not where its directory says");
        }
        int flags = unsigned(local.getShort(6));
        int nameLength = unsigned(local.getShort(26));
        int extraLength = unsigned(local.getShort(28));
        long data = entry.at() + LOCAL_BYTES + nameLength + extraLength;
        if (data > next || entry.packed() > next - data) {
            throw overlap(name);
        }
        ByteBuffer behind = read(entry.at() + LOCAL_BYTES, nameLength + extraLength);
        byte[] localName = new byte[nameLength];
        byte[] extra = new byte[extraLength];
        behind.get(localName).get(extra);
        if (!Arrays.equals(localName, entry.name())) {
            throw bad("\"" + name + "\" in its directory is \"" + shown(localName) + "\" at its place");
        }
        if ((flags & FLAGS_COMPARED) != (entry.flags() & FLAGS_COMPARED)
                || unsigned(local.getShort(8)) != entry.method()) {
            throw bad("\"" + name + "\" is packed one way in its directory and another at its place");
        }
        Sizes sizes = sizes(name, new Sizes(unsigned(local.getInt(22)), unsigned(local.getInt(18)), 0), extra, false);
        requireOneName(entry.name(), extra);
        boolean later = (flags & FLAG_DESCRIPTOR) != 0;
        requireSame(name, "checksum", unsigned(local.getInt(14)), entry.crc(), later);
        requireSame(name, "packed size", sizes.packed(), entry.packed(), later);
        requireSame(name, "size", sizes.unpacked(), entry.unpacked(), later);
        long left = next - data - entry.packed();
        if (later) {
            requireDescriptor(name, entry, data + entry.packed(), left);
        } else if (left != 0) {
            throw bad(left + " bytes behind \"" + name + "\" belong to no entry of it");
        }
    }

    private void requireDescriptor(String name, Entry entry, long at, long length) throws IOException {
        if (length != 12 && length != 16 && length != 20 && length != 24) {
            throw bad("\"" + name + "\" ends with " + length + " bytes that are no data descriptor");
        }
        ByteBuffer in = read(at, (int) length);
        boolean marked = length == 16 || length == 24;
        if (marked && in.getInt() != DESCRIPTOR) {
            throw bad("\"" + name + "\" ends with " + length + " bytes that are no data descriptor");
        }
        long crc = unsigned(in.getInt());
        boolean big = in.remaining() == 2 * Long.BYTES;
        long packed = big ? in.getLong() : unsigned(in.getInt());
        long unpacked = big ? in.getLong() : unsigned(in.getInt());
        if (crc != entry.crc() || packed != entry.packed() || unpacked != entry.unpacked()) {
            throw bad("the data descriptor of \"" + name + "\" says " + packed + " and " + unpacked
                    + " bytes, its directory " + entry.packed() + " and " + entry.unpacked());
        }
    }

    private static void requireSame(String name, String what, long local, long central, boolean mayBeZero) {
        if (local != central && !(mayBeZero && local == 0)) {
            throw bad("the " + what + " of \"" + name + "\" is " + central + " in its directory and " + local
                    + " at its place");
        }
    }

    private ByteBuffer read(long at, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, at + buffer.position()) < 0) {
                throw bad("it is cut off");
            }
        }
        return buffer.flip();
    }

    private static BadContentException overlap(String name) {
        return bad("\"" + name + "\" overlaps what follows it");
    }

    private static BadContentException bad(String why) {
        return new BadContentException("the zip contradicts itself: " + why);
    }

    static String shown(byte[] name) {
        return Names.shown(new String(name, java.nio.charset.StandardCharsets.UTF_8));
    }

    private static int unsigned(short value) {
        return value & 0xffff;
    }

    private static long unsigned(int value) {
        return value & 0xffffffffL;
    }
}
