package packhorse.peer.adapter.rpm;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import packhorse.core.content.CodeClass;
import packhorse.peer.adapter.AdapterException;

/**
 * The header of an .rpm file (RPM file format, version 3): a lead of 96 bytes, a header of signatures padded to 8 bytes, and the
 * header itself. A header is an index of 16-byte entries, tag, type, offset and count, and a store of big-endian values.
 *
 * <p>rpm installs what the header lists, and refuses a payload that holds anything else; so the header is what is looked at.
 */
final class RpmHeader {
    static final int NAME = 1000;
    static final int VERSION = 1001;
    static final int RELEASE = 1002;
    static final int EPOCH = 1003;
    static final int FILE_SIZES = 1028;
    static final int FILE_MODES = 1030;
    static final int FILE_DIGESTS = 1035;
    static final int FILE_LINKS = 1036;
    static final int FILE_FLAGS = 1037;
    static final int FILE_USERS = 1039;
    static final int FILE_GROUPS = 1040;
    static final int DIRECTORY_INDEXES = 1116;
    static final int BASE_NAMES = 1117;
    static final int DIRECTORY_NAMES = 1118;
    static final int OBSOLETES = 1090;
    static final int CONFLICTS = 1054;
    static final int LONG_FILE_SIZES = 5008;
    static final int DIGEST_ALGORITHM = 5011;

    private static final int LEAD_BYTES = 96;
    private static final int LEAD_MAGIC = 0xedabeedb;
    private static final int HEADER_MAGIC = 0x8eade801;
    private static final int ENTRY_BYTES = 16;
    /** rpm's own bounds. */
    private static final int ENTRIES_MAX = 0xffff;

    private static final int STORE_BYTES_MAX = 256 << 20;

    private record Entry(int type, int offset, int count) {}

    private final Map<Integer, Entry> entries;
    private final ByteBuffer store;

    private RpmHeader(Map<Integer, Entry> entries, ByteBuffer store) {
        this.entries = entries;
        this.store = store;
    }

    /** @throws AdapterException PERMANENT where it is no .rpm file */
    static RpmHeader read(Path file, String where) throws IOException {
        try (InputStream raw = Files.newInputStream(file);
                DataInputStream in = new DataInputStream(new BufferedInputStream(raw))) {
            if (in.readInt() != LEAD_MAGIC) {
                throw new IOException("it does not begin as one");
            }
            in.skipNBytes(LEAD_BYTES - Integer.BYTES);
            RpmHeader signatures = header(in);
            in.skipNBytes((8 - signatures.store.capacity() % 8) % 8);
            return header(in);
        } catch (IOException | RuntimeException e) {
            throw new AdapterException(
                    CodeClass.PERMANENT, where + " is no whole .rpm file (" + e.getMessage() + "); build it anew", e);
        }
    }

    private static RpmHeader header(DataInputStream in) throws IOException {
        if (in.readInt() != HEADER_MAGIC) {
            throw new IOException("a header's beginning is not there");
        }
        in.skipNBytes(Integer.BYTES);
        int count = in.readInt();
        int bytes = in.readInt();
        if (count < 0 || count > ENTRIES_MAX || bytes < 0 || bytes > STORE_BYTES_MAX) {
            throw new IOException("a header of " + count + " entries and " + bytes + " bytes");
        }
        Map<Integer, Entry> entries = new HashMap<>();
        byte[] index = in.readNBytes(count * ENTRY_BYTES);
        ByteBuffer each = ByteBuffer.wrap(index);
        while (each.remaining() >= ENTRY_BYTES) {
            int tag = each.getInt();
            entries.put(tag, new Entry(each.getInt(), each.getInt(), each.getInt()));
        }
        byte[] store = in.readNBytes(bytes);
        if (index.length < count * ENTRY_BYTES || store.length < bytes) {
            throw new IOException("it ends within a header");
        }
        return new RpmHeader(entries, ByteBuffer.wrap(store));
    }

    boolean has(int tag) {
        return entries.containsKey(tag);
    }

    /** The texts of a tag; none where it has none. */
    List<String> texts(int tag) {
        Entry entry = entries.get(tag);
        List<String> texts = new ArrayList<>();
        if (entry != null) {
            int at = entry.offset();
            for (int i = 0; i < entry.count(); i++) {
                int end = at;
                while (store.get(end) != 0) {
                    end++;
                }
                texts.add(new String(store.array(), store.arrayOffset() + at, end - at, StandardCharsets.UTF_8));
                at = end + 1;
            }
        }
        return texts;
    }

    String text(int tag) {
        List<String> texts = texts(tag);
        return texts.isEmpty() ? "" : texts.getFirst();
    }

    /** The numbers of a tag, of whatever width. */
    List<Long> numbers(int tag) {
        Entry entry = entries.get(tag);
        List<Long> numbers = new ArrayList<>();
        if (entry != null) {
            for (int i = 0; i < entry.count(); i++) {
                numbers.add(
                        switch (entry.type()) {
                            case 3 -> (long) (store.getShort(entry.offset() + 2 * i) & 0xffff);
                            case 4 -> store.getInt(entry.offset() + 4 * i) & 0xffffffffL;
                            case 5 -> store.getLong(entry.offset() + 8 * i);
                            default -> throw new IllegalStateException("tag " + tag + " is no number");
                        });
            }
        }
        return numbers;
    }
}
