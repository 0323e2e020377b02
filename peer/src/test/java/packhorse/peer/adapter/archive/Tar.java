package packhorse.peer.adapter.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.github.luben.zstd.Zstd;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;

/** Makes tars, such as nobody's tool would make too: {@code Tar.of(tar -> tar.file("a", "x").link("l", "../a"))}. */
final class Tar {
    static final int RECORD = 512;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final TarArchiveOutputStream out = new TarArchiveOutputStream(bytes, "UTF-8");

    private Tar() {
        out.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        out.setBigNumberMode(TarArchiveOutputStream.BIGNUMBER_POSIX);
        out.setAddPaxHeadersForNonAsciiNames(true);
    }

    static byte[] of(Consumer<Tar> content) {
        try {
            Tar tar = new Tar();
            content.accept(tar);
            tar.out.close();
            return tar.bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Tar file(String name, String text) {
        return file(name, text.getBytes(UTF_8), 0644);
    }

    Tar file(String name, byte[] content, int mode) {
        return entry(name, TarConstants.LF_NORMAL, mode, "", content);
    }

    Tar directory(String name) {
        return directory(name, 0755);
    }

    Tar directory(String name, int mode) {
        return entry(name, TarConstants.LF_DIR, mode, "", new byte[0]);
    }

    Tar link(String name, String target) {
        return entry(name, TarConstants.LF_SYMLINK, 0777, target, new byte[0]);
    }

    Tar hardLink(String name, String existing) {
        return entry(name, TarConstants.LF_LINK, 0644, existing, new byte[0]);
    }

    Tar entry(String name, byte type, int mode, String target, byte[] content) {
        try {
            TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
            entry.setMode(mode);
            entry.setSize(content.length);
            entry.setIds(1234, 1234);
            entry.setModTime(1_700_000_000_000L);
            if (!target.isEmpty()) {
                entry.setLinkName(target);
            }
            out.putArchiveEntry(entry);
            if (content.length > 0) {
                out.write(content);
            }
            out.closeArchiveEntry();
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static byte[] gz(byte[] tar) {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(tar);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return packed.toByteArray();
    }

    static byte[] zst(byte[] tar) {
        return Zstd.compress(tar, 3);
    }

    /** A pax header of its own, for the next entry. */
    Tar pax(String... pairs) {
        StringBuilder records = new StringBuilder();
        for (String pair : pairs) {
            int rest = pair.getBytes(UTF_8).length + 2;
            int length = rest + Integer.toString(rest + 1).length();
            records.append(length).append(' ').append(pair).append('\n');
        }
        return entry(
                "pax",
                TarConstants.LF_PAX_EXTENDED_HEADER_LC,
                0644,
                "",
                records.toString().getBytes(UTF_8));
    }

    /** The tar with a header field overwritten, and the header's checksum made right again. */
    static byte[] patched(byte[] tar, int header, int at, byte[] field) {
        byte[] patched = tar.clone();
        System.arraycopy(field, 0, patched, header + at, field.length);
        for (int i = 148; i < 156; i++) {
            patched[header + i] = ' ';
        }
        int sum = 0;
        for (int i = 0; i < RECORD; i++) {
            sum += patched[header + i] & 0xff;
        }
        byte[] check = String.format("%06o\0 ", sum).getBytes(UTF_8);
        System.arraycopy(check, 0, patched, header + 148, check.length);
        return patched;
    }
}
