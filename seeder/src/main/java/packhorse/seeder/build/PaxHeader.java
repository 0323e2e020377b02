package packhorse.seeder.build;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SequencedMap;
import java.util.TreeMap;

/**
 * The header bytes of one archive entry: POSIX ustar (IEEE Std 1003.1, pax), preceded by a pax extended header only where
 * ustar cannot say it: a name or link target that is not ASCII or longer than its field, a size or owner beyond the octal
 * digits. Every field that could tell of the publishing machine (times, names of user and group) is zero or empty, so the same
 * tree is the same bytes everywhere. Written here and not by a library because libraries put the running user's name into the
 * extended headers, and because the length must be known before the first byte.
 */
final class PaxHeader {
    static final int BLOCK = 512;
    /** Two zero blocks end an archive. */
    static final int END_BYTES = 2 * BLOCK;

    private static final int NAME_BYTES = 100;
    private static final int LINK_BYTES = 100;
    private static final long SIZE_MAX = 077777777777L;
    private static final long OWNER_MAX = 07777777L;
    private static final byte TYPE_FILE = '0';
    private static final byte TYPE_LINK = '2';
    private static final byte TYPE_DIRECTORY = '5';
    private static final byte TYPE_EXTENDED = 'x';
    private static final byte[] EXTENDED_NAME = ascii("././@PaxHeader");

    private PaxHeader() {}

    /** All header blocks of {@code entry}; a whole number of blocks. */
    static byte[] of(SourceEntry entry) {
        return switch (entry) {
            case SourceEntry.File file -> encode(entry, TYPE_FILE, file.path(), "", file.size());
            case SourceEntry.Directory directory -> encode(entry, TYPE_DIRECTORY, directory.path() + "/", "", 0);
            case SourceEntry.Link link -> encode(entry, TYPE_LINK, link.path(), link.target(), 0);
        };
    }

    /** Zero bytes that follow {@code size} bytes of data up to the next block. */
    static int paddingAfter(long size) {
        return (int) (-size & (BLOCK - 1));
    }

    private static byte[] encode(SourceEntry entry, byte type, String name, String target, long size) {
        byte[] nameBytes = name.getBytes(StandardCharsets.UTF_8);
        byte[] targetBytes = target.getBytes(StandardCharsets.UTF_8);
        SequencedMap<String, String> extended = new TreeMap<>();
        if (!fits(nameBytes, NAME_BYTES)) {
            extended.put("path", name);
        }
        if (!fits(targetBytes, LINK_BYTES)) {
            extended.put("linkpath", target);
        }
        if (size > SIZE_MAX) {
            extended.put("size", Long.toString(size));
        }
        if (entry.owner().uid() > OWNER_MAX) {
            extended.put("uid", Integer.toString(entry.owner().uid()));
        }
        if (entry.owner().gid() > OWNER_MAX) {
            extended.put("gid", Integer.toString(entry.owner().gid()));
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(3 * BLOCK);
        if (!extended.isEmpty()) {
            byte[] records = records(extended);
            out.writeBytes(block(TYPE_EXTENDED, EXTENDED_NAME, ascii(""), 0644, 0, 0, records.length));
            out.writeBytes(records);
            out.writeBytes(new byte[paddingAfter(records.length)]);
        }
        out.writeBytes(block(
                type,
                fallback(nameBytes, NAME_BYTES),
                fallback(targetBytes, LINK_BYTES),
                entry.mode(),
                Math.min(entry.owner().uid(), OWNER_MAX),
                Math.min(entry.owner().gid(), OWNER_MAX),
                Math.min(size, SIZE_MAX)));
        return out.toByteArray();
    }

    private static byte[] block(byte type, byte[] name, byte[] target, int mode, long uid, long gid, long size) {
        byte[] block = new byte[BLOCK];
        System.arraycopy(name, 0, block, 0, name.length);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, uid);
        octal(block, 116, 8, gid);
        octal(block, 124, 12, size);
        octal(block, 136, 12, 0);
        block[156] = type;
        System.arraycopy(target, 0, block, 157, target.length);
        System.arraycopy(ascii("ustar\00000"), 0, block, 257, 8);
        octal(block, 329, 8, 0);
        octal(block, 337, 8, 0);
        Arrays.fill(block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte b : block) {
            sum += b & 0xff;
        }
        octal(block, 148, 7, sum);
        return block;
    }

    /** Zero-filled octal digits and a final zero byte in {@code width} bytes. */
    private static void octal(byte[] block, int at, int width, long value) {
        for (int i = at + width - 2; i >= at; i--) {
            block[i] = (byte) ('0' + (value & 7));
            value >>>= 3;
        }
        block[at + width - 1] = 0;
    }

    /** Records {@code "LENGTH KEY=VALUE\n"}, where the length counts itself. */
    private static byte[] records(Map<String, String> extended) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        extended.forEach((key, value) -> {
            byte[] rest = (" " + key + "=" + value + "\n").getBytes(StandardCharsets.UTF_8);
            int length = rest.length + 1;
            while (length != rest.length + Integer.toString(length).length()) {
                length = rest.length + Integer.toString(length).length();
            }
            out.writeBytes(ascii(Integer.toString(length)));
            out.writeBytes(rest);
        });
        return out.toByteArray();
    }

    private static boolean fits(byte[] text, int width) {
        if (text.length > width) {
            return false;
        }
        for (byte b : text) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    /** What readers without pax see in place of a name that does not fit: its ASCII, cut. */
    private static byte[] fallback(byte[] text, int width) {
        byte[] shown = Arrays.copyOf(text, Math.min(text.length, width));
        for (int i = 0; i < shown.length; i++) {
            if (shown[i] < 0) {
                shown[i] = '_';
            }
        }
        return shown;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
