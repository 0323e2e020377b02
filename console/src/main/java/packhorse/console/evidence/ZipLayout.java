package packhorse.console.evidence;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Whether an archive is nothing but its entries, one behind the other from the first byte, its directory and its end.
 *
 * <p>An archive has two readings: by the directory at its end, as {@link java.util.zip.ZipFile} reads it, and from its beginning, as
 * streams and many mail scanners do. What stands before, between or behind the entries, in a comment, or behind the end of what an entry
 * packs, is seen by one of them only: so both have to be the same, byte by byte (APPNOTE 6.3, 4.3).
 *
 * <p>Each entry is unpacked once; so this is for an archive whose entries are known to be as long as they should be.
 */
final class ZipLayout {
    private static final int LOCAL = 0x04034b50;
    private static final int LOCAL_BYTES = 30;
    private static final int DESCRIPTOR = 0x08074b50;
    private static final int DIRECTORY = 0x02014b50;
    private static final int DIRECTORY_BYTES = 46;
    private static final int END = 0x06054b50;
    private static final int END_BYTES = 22;
    private static final int LONG_END = 0x06064b50;
    private static final int LONG_LOCATOR = 0x07064b50;
    private static final int LONG_END_BYTES = 56;
    private static final int LONG_LOCATOR_BYTES = 20;
    private static final long WIDE = 0xFFFF_FFFFL;
    private static final int MANY = 0xFFFF;
    private static final int SIZES_FOLLOW = 1 << 3;
    private static final int DEFLATED = 8;
    private static final int STORED = 0;
    private static final int WIDE_SIZES = 1;
    private static final int WIDE_SIZES_BYTES_MAX = 24;
    private static final int TIME = 0x5455;
    /** Flags, and when it was changed. */
    private static final int TIME_BYTES = 5;

    private static final String BESIDE = "an entry has something beside its name";
    private static final int READ_BYTES = 1 << 16;

    private final FileChannel file;

    private ZipLayout(FileChannel file) {
        this.file = file;
    }

    /** What of it is not an entry, the directory or the end; empty: nothing. */
    static Optional<String> fault(Path path) throws IOException {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            new ZipLayout(file).walk();
            return Optional.empty();
        } catch (Foreign | EOFException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private static final class Foreign extends Exception {
        private static final long serialVersionUID = 1;

        Foreign(String line) {
            super(line, null, false, false);
        }
    }

    /** Where the directory is. */
    private record Directory(long from, long to, long entries) {}

    /** An entry as the directory has it. */
    private record Entry(ByteBuffer name, int flags, int method, long packed, long whole, long from, boolean wide) {
        String shown() {
            return StandardCharsets.UTF_8.decode(name.duplicate()).toString();
        }
    }

    private void walk() throws IOException, Foreign {
        Directory directory = directory();
        long inDirectory = directory.from();
        long at = 0;
        for (long entry = 0; entry < directory.entries(); entry++) {
            ByteBuffer header = bytes(inDirectory, DIRECTORY_BYTES);
            require(header.getInt(0) == DIRECTORY, "its directory is broken");
            int name = header.getChar(28);
            int extra = header.getChar(30);
            require(header.getChar(32) == 0, "an entry has a comment");
            Entry one = entry(header, bytes(inDirectory + DIRECTORY_BYTES, name + extra), name);
            inDirectory += DIRECTORY_BYTES + name + extra;
            require(one.from() == at, "there are foreign bytes before " + one.shown());
            at = behind(one);
        }
        require(inDirectory == directory.to(), "there are foreign bytes in its directory");
        require(at == directory.from(), "there are foreign bytes behind the last entry");
    }

    private Directory directory() throws IOException, Foreign {
        long end = file.size() - END_BYTES;
        require(end >= 0, "it is too short");
        ByteBuffer last = bytes(end, END_BYTES);
        require(last.getInt(0) == END && last.getChar(20) == 0, "there are foreign bytes behind its end, or a comment");
        long size = last.getInt(12) & WIDE;
        long from = last.getInt(16) & WIDE;
        long entries = last.getChar(10);
        if (size == WIDE || from == WIDE || entries == MANY) {
            ByteBuffer locator = bytes(end - LONG_LOCATOR_BYTES, LONG_LOCATOR_BYTES);
            ByteBuffer whole = bytes(end - LONG_LOCATOR_BYTES - LONG_END_BYTES, LONG_END_BYTES);
            require(
                    locator.getInt(0) == LONG_LOCATOR
                            && locator.getLong(8) == end - LONG_LOCATOR_BYTES - LONG_END_BYTES
                            && whole.getInt(0) == LONG_END
                            && whole.getLong(4) == LONG_END_BYTES - 12,
                    "its end is broken");
            entries = whole.getLong(32);
            size = whole.getLong(40);
            from = whole.getLong(48);
            end -= LONG_LOCATOR_BYTES + LONG_END_BYTES;
        }
        require(from >= 0 && size >= 0 && from + size == end, "there are foreign bytes before its end");
        return new Directory(from, end, entries);
    }

    private static Entry entry(ByteBuffer header, ByteBuffer names, int name) throws Foreign {
        byte[] text = new byte[name];
        names.get(text);
        long packed = header.getInt(20) & WIDE;
        long whole = header.getInt(24) & WIDE;
        long from = header.getInt(42) & WIDE;
        boolean wide = packed == WIDE || whole == WIDE;
        Optional<ByteBuffer> sizes = sizes(names);
        int wanted = (whole == WIDE ? 8 : 0) + (packed == WIDE ? 8 : 0) + (from == WIDE ? 8 : 0);
        require(sizes.map(ByteBuffer::remaining).orElse(0) == wanted, BESIDE);
        if (sizes.isPresent()) {
            whole = whole == WIDE ? sizes.get().getLong() : whole;
            packed = packed == WIDE ? sizes.get().getLong() : packed;
            from = from == WIDE ? sizes.get().getLong() : from;
        }
        return new Entry(ByteBuffer.wrap(text), header.getChar(8), header.getChar(10), packed, whole, from, wide);
    }

    /** The long sizes among what stands behind a name, where besides a time may stand and nothing else. */
    private static Optional<ByteBuffer> sizes(ByteBuffer extra) throws Foreign {
        Optional<ByteBuffer> sizes = Optional.empty();
        boolean timed = false;
        while (extra.hasRemaining()) {
            require(extra.remaining() >= 4, BESIDE);
            int kind = extra.getChar();
            int length = extra.getChar();
            require(length <= extra.remaining(), BESIDE);
            if (kind == WIDE_SIZES && sizes.isEmpty() && length <= WIDE_SIZES_BYTES_MAX) {
                sizes = Optional.of(extra.slice(extra.position(), length).order(ByteOrder.LITTLE_ENDIAN));
            } else {
                require(kind == TIME && !timed && length == TIME_BYTES, BESIDE);
                timed = true;
            }
            extra.position(extra.position() + length);
        }
        return sizes;
    }

    /** Where the bytes of an entry end. */
    private long behind(Entry entry) throws IOException, Foreign {
        ByteBuffer local = bytes(entry.from(), LOCAL_BYTES);
        int name = local.getChar(26);
        int extra = local.getChar(28);
        long data = entry.from() + LOCAL_BYTES + name + extra;
        require(
                local.getInt(0) == LOCAL
                        && local.getChar(6) == entry.flags()
                        && local.getChar(8) == entry.method()
                        && bytes(entry.from() + LOCAL_BYTES, name).equals(entry.name()),
                entry.shown() + " is another one where it stands");
        require(sizes(bytes(entry.from() + LOCAL_BYTES + name, extra)).isEmpty() || entry.wide(), BESIDE);
        require(packs(entry, data), entry.shown() + " has foreign bytes behind its end");
        long behind = data + entry.packed();
        if ((entry.flags() & SIZES_FOLLOW) == 0) {
            require(
                    (local.getInt(18) & WIDE) == entry.packed(),
                    entry.shown() + " is of another length where it stands");
            return behind;
        }
        int width = entry.wide() ? 8 : 4;
        ByteBuffer sizes = bytes(behind, 8 + 2 * width);
        require(sizes.getInt(0) == DESCRIPTOR, entry.shown() + " has foreign bytes behind its end");
        long packed = width == 8 ? sizes.getLong(8) : sizes.getInt(8) & WIDE;
        long whole = width == 8 ? sizes.getLong(16) : sizes.getInt(12) & WIDE;
        require(
                packed == entry.packed() && whole == entry.whole(),
                entry.shown() + " is of another length where it stands");
        return behind + 8L + 2L * width;
    }

    /** Whether an entry's bytes are what it packs, to the last of them. */
    private boolean packs(Entry entry, long data) throws IOException, Foreign {
        if (entry.method() == STORED) {
            return entry.packed() == entry.whole();
        }
        require(entry.method() == DEFLATED, entry.shown() + " is packed in a way that Packhorse does not know");
        Inflater inflater = new Inflater(true);
        try {
            byte[] out = new byte[READ_BYTES];
            long read = 0;
            while (!inflater.finished()) {
                if (inflater.needsInput()) {
                    int next = (int) Math.min(READ_BYTES, entry.packed() - read);
                    if (next <= 0) {
                        return false;
                    }
                    inflater.setInput(bytes(data + read, next));
                    read += next;
                }
                if (inflater.inflate(out) == 0 && inflater.needsDictionary()) {
                    return false;
                }
                if (inflater.getBytesWritten() > entry.whole()) {
                    return false;
                }
            }
            return inflater.getBytesRead() == entry.packed() && inflater.getBytesWritten() == entry.whole();
        } catch (DataFormatException e) {
            return false;
        } finally {
            inflater.end();
        }
    }

    private ByteBuffer bytes(long from, int count) throws IOException {
        if (from < 0 || from + count > file.size()) {
            throw new EOFException("it ends in the middle of an entry");
        }
        ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
        while (bytes.hasRemaining()) {
            if (file.read(bytes, from + bytes.position()) < 0) {
                throw new EOFException("it ends in the middle of an entry");
            }
        }
        return bytes.flip();
    }

    private static void require(boolean so, String otherwise) throws Foreign {
        if (!so) {
            throw new Foreign(otherwise);
        }
    }
}
