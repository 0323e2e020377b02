package packhorse.peer.adapter.archive;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import packhorse.core.content.BadContentException;

/**
 * One zip entry's bytes, which must be exactly as many as the directory says, with its checksum, and made of exactly the packed bytes
 * that it says. The library's own stream checks none of the three.
 */
final class ZipData extends InputStream {
    private static final int BUFFER_BYTES = 64 << 10;

    private final String name;
    private final ZipLayout.Entry entry;
    private final InputStream raw;
    private final Inflater inflater = new Inflater(true);
    private final CRC32 crc = new CRC32();
    private final byte[] packed = new byte[BUFFER_BYTES];
    private long given;
    private boolean done;

    ZipData(String name, ZipLayout.Entry entry, InputStream raw) {
        this.name = name;
        this.entry = entry;
        this.raw = raw;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (done) {
            return -1;
        }
        int count =
                entry.method() == ZipLayout.STORED ? raw.read(buffer, offset, length) : inflate(buffer, offset, length);
        if (count < 0) {
            finish();
            return -1;
        }
        given += count;
        crc.update(buffer, offset, count);
        if (given > entry.unpacked()) {
            throw new BadContentException(
                    "\"" + name + "\" has more than the " + entry.unpacked() + " bytes that the zip says");
        }
        return count;
    }

    private int inflate(byte[] buffer, int offset, int length) throws IOException {
        try {
            while (true) {
                int count = inflater.inflate(buffer, offset, length);
                if (count > 0) {
                    return count;
                }
                if (inflater.finished()) {
                    return -1;
                }
                int read = inflater.needsInput() ? raw.read(packed) : -1;
                if (read <= 0) {
                    throw new BadContentException("\"" + name + "\" is cut off within its packed bytes");
                }
                inflater.setInput(packed, 0, read);
            }
        } catch (DataFormatException e) {
            throw new BadContentException("\"" + name + "\" is damaged: " + e.getMessage(), e);
        }
    }

    private void finish() {
        done = true;
        long used = entry.method() == ZipLayout.STORED ? given : inflater.getBytesRead();
        if (given != entry.unpacked() || used != entry.packed()) {
            throw new BadContentException("\"" + name + "\" has " + given + " bytes out of " + used
                    + " packed ones, the zip says " + entry.unpacked() + " out of " + entry.packed());
        }
        if (crc.getValue() != entry.crc()) {
            throw new BadContentException("\"" + name + "\" has another checksum than the zip says");
        }
    }

    @Override
    public void close() throws IOException {
        inflater.end();
        raw.close();
    }
}
