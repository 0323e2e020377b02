package packhorse.peer.adapter.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.zip.Zip64Mode;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipArchiveOutputStream;
import org.apache.commons.compress.archivers.zip.ZipExtraField;
import org.apache.commons.compress.utils.SeekableInMemoryByteChannel;

/** Makes zips, and finds in them what a test wants to spoil. */
final class Zip {
    static final int CENTRAL = 0x02014b50;
    static final int LOCAL = 0x04034b50;
    static final int DESCRIPTOR = 0x08074b50;
    static final int END = 0x06054b50;

    private final ZipArchiveOutputStream out;

    private Zip(ZipArchiveOutputStream out) {
        this.out = out;
    }

    /** With sizes before the bytes. */
    static byte[] of(Consumer<Zip> content) {
        try (SeekableInMemoryByteChannel channel = new SeekableInMemoryByteChannel()) {
            ZipArchiveOutputStream out = new ZipArchiveOutputStream(channel);
            content.accept(new Zip(out));
            out.close();
            return java.util.Arrays.copyOf(channel.array(), (int) channel.size());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** With sizes behind the bytes, in data descriptors. */
    static byte[] streamed(Consumer<Zip> content) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipArchiveOutputStream out = new ZipArchiveOutputStream(bytes)) {
            content.accept(new Zip(out));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] zip64(Consumer<Zip> content) {
        return of(zip -> {
            zip.out.setUseZip64(Zip64Mode.Always);
            content.accept(zip);
        });
    }

    Zip file(String name, String text) {
        return file(name, text.getBytes(UTF_8), 0100644);
    }

    Zip file(String name, byte[] content, int mode) {
        return entry(name, content, mode, ZipArchiveEntry.DEFLATED);
    }

    Zip stored(String name, byte[] content) {
        return entry(name, content, 0100644, ZipArchiveEntry.STORED);
    }

    Zip directory(String name, int mode) {
        return entry(name, new byte[0], 0040000 | mode, ZipArchiveEntry.STORED);
    }

    Zip link(String name, String target) {
        return entry(name, target.getBytes(UTF_8), 0120777, ZipArchiveEntry.STORED);
    }

    /** A file with an extra field, at its place and in the directory. */
    Zip extra(String name, ZipExtraField field) {
        return entry(name, new byte[] {1}, 0100644, ZipArchiveEntry.STORED, Optional.of(field));
    }

    Zip entry(String name, byte[] content, int mode, int method) {
        return entry(name, content, mode, method, Optional.empty());
    }

    private Zip entry(String name, byte[] content, int mode, int method, Optional<ZipExtraField> field) {
        try {
            ZipArchiveEntry entry = new ZipArchiveEntry(name);
            entry.setMethod(method);
            entry.setSize(content.length);
            entry.setTime(1_700_000_000_000L);
            java.util.zip.CRC32 crc = new java.util.zip.CRC32();
            crc.update(content);
            entry.setCrc(crc.getValue());
            if (mode != 0) {
                entry.setUnixMode(mode);
            }
            field.ifPresent(entry::addExtraField);
            out.putArchiveEntry(entry);
            out.write(content);
            out.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the nth such record begins. */
    static int find(byte[] zip, int signature, int nth) {
        ByteBuffer in = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
        int seen = 0;
        for (int i = 0; i + 4 <= zip.length; i++) {
            if (in.getInt(i) == signature && seen++ == nth) {
                return i;
            }
        }
        throw new AssertionError("no such record");
    }

    static byte[] with16(byte[] zip, int at, int value) {
        byte[] changed = zip.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putShort(at, (short) value);
        return changed;
    }

    static byte[] with32(byte[] zip, int at, int value) {
        byte[] changed = zip.clone();
        ByteBuffer.wrap(changed).order(ByteOrder.LITTLE_ENDIAN).putInt(at, value);
        return changed;
    }

    static int get32(byte[] zip, int at) {
        return ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN).getInt(at);
    }
}
