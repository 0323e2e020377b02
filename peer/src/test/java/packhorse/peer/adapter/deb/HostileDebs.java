package packhorse.peer.adapter.deb;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.compressors.xz.XZCompressorOutputStream;

/** Packages that no honest tool builds, byte by byte. */
public final class HostileDebs {
    static final byte[] FORMAT = "2.0\n".getBytes(StandardCharsets.UTF_8);
    private static final String CONTROL = "Package: acme-app\nVersion: 1\nArchitecture: all\n";
    /** What dpkg wants besides. */
    private static final String HONEST = "Maintainer: Acme <acme@example.org>\nDescription: of a test\n";

    private HostileDebs() {}

    /**
     * One.
     *
     * @param line what is said of it
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
    public record Hostile(String what, byte[] deb, String line) {
        @Override
        public String toString() {
            return what;
        }
    }

    /** A tar of whatever names and types. */
    public static final class Data {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private final TarArchiveOutputStream tar = new TarArchiveOutputStream(bytes, "UTF-8");

        Data() {
            tar.setLongFileMode(TarArchiveOutputStream.LONGFILE_POSIX);
        }

        Data file(String name, String text) {
            return entry(new TarArchiveEntry(name, true), text);
        }

        Data typed(String name, byte type, String target) {
            TarArchiveEntry entry = new TarArchiveEntry(name, type, true);
            entry.setLinkName(target);
            return entry(entry, "");
        }

        private Data entry(TarArchiveEntry entry, String text) {
            byte[] content = text.getBytes(StandardCharsets.UTF_8);
            try {
                entry.setSize(content.length);
                tar.putArchiveEntry(entry);
                tar.write(content);
                tar.closeArchiveEntry();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return this;
        }

        byte[] bytes() {
            try {
                tar.finish();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            return bytes.toByteArray();
        }
    }

    /** An ar archive of members, each a name and its bytes. */
    static byte[] ar(Object... members) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ArArchiveOutputStream ar = new ArArchiveOutputStream(bytes)) {
            for (int i = 0; i < members.length; i += 2) {
                byte[] member = (byte[]) members[i + 1];
                ar.putArchiveEntry(new ArArchiveEntry((String) members[i], member.length));
                ar.write(member);
                ar.closeArchiveEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static byte[] control() {
        return new Data().file("./control", CONTROL).bytes();
    }

    private static byte[] deb(byte[] control, byte[] data) {
        return ar("debian-binary", FORMAT, "control.tar", control, "data.tar", data);
    }

    /** A good one but for what its control file says. */
    public static byte[] saying(String control) {
        return deb(
                new Data().file("./control", control + HONEST).bytes(),
                new Data().file("./opt/acme", "x").bytes());
    }

    /** A good one of this file. */
    public static byte[] of(String path) {
        return deb(
                new Data().file("./control", CONTROL + HONEST).bytes(),
                new Data().file(path, "evil").bytes());
    }

    private static Hostile data(String what, Consumer<Data> content, String line) {
        Data data = new Data();
        content.accept(data);
        return new Hostile(what, deb(control(), data.bytes()), line);
    }

    private static Hostile control(String what, Consumer<Data> content, String line) {
        Data control = new Data().file("./control", CONTROL);
        content.accept(control);
        return new Hostile(
                what, deb(control.bytes(), new Data().file("./opt/a", "x").bytes()), line);
    }

    /** All that is told by reading one. */
    public static List<Hostile> all() {
        List<Hostile> all = new ArrayList<>(List.of(
                data(
                        "climbing",
                        data -> data.file("./../etc/passwd", "x"),
                        "the name \"./../etc/passwd\" has the element \"..\""),
                data(
                        "climbing in the middle",
                        data -> data.file("./opt/../../etc/passwd", "x"),
                        "has the element \"..\""),
                data("absolute", data -> data.file("/etc/passwd", "x"), "the name \"/etc/passwd\" is absolute"),
                data("twice", data -> data.file("./opt/a", "x").file("./opt/a", "y"), "holds /opt/a twice"),
                data(
                        "twice, said otherwise",
                        data -> data.file("./opt/a", "x").file("opt/a", "y"),
                        "holds /opt/a twice"),
                data("an empty element", data -> data.file("./opt//a", "y"), "has the element \"\""),
                data("a control character", data -> data.file("./opt/a\nb", "x"), "has the character U+000A"),
                data(
                        "a name of ours",
                        data -> data.file("./etc/.acme.packhorse-new", "y"),
                        "has the element \".acme.packhorse-new\", a name that Packhorse gives"),
                data(
                        "below its own link",
                        data -> data.typed("./opt/a", TarConstants.LF_SYMLINK, "/etc")
                                .file("./opt/a/passwd", "x"),
                        "holds /opt/a/passwd below /opt/a, which is no directory"),
                data(
                        "below its own file",
                        data -> data.file("./opt/a", "x").file("./opt/a/b", "x"),
                        "holds /opt/a/b below /opt/a, which is no directory"),
                data(
                        "a character device",
                        data -> data.typed("./dev/mem", TarConstants.LF_CHR, ""),
                        "holds /dev/mem, a device"),
                data(
                        "a block device",
                        data -> data.typed("./dev/sda", TarConstants.LF_BLK, ""),
                        "holds /dev/sda, a device"),
                data("a pipe", data -> data.typed("./opt/pipe", TarConstants.LF_FIFO, ""), "holds /opt/pipe, a device"),
                data(
                        "one with a file outside",
                        data -> data.typed("./opt/shadow", TarConstants.LF_LINK, "/etc/shadow"),
                        "the name \"/etc/shadow\" is absolute"),
                data(
                        "one with nothing",
                        data -> data.typed("./opt/a", TarConstants.LF_LINK, "./opt/b"),
                        "makes /opt/a one with ./opt/b, which it does not hold"),
                control(
                        "a control archive that climbs",
                        control -> control.file("./../../etc/cron.d/evil", "x"),
                        "the name \"./../../etc/cron.d/evil\" has the element \"..\""),
                control(
                        "a script that is a link",
                        control -> control.typed("./postinst", TarConstants.LF_SYMLINK, "/opt/a"),
                        "has ./postinst in its control archive, which is no file"),
                control(
                        "a device in the control archive",
                        control -> control.typed("./config", TarConstants.LF_CHR, ""),
                        "has ./config in its control archive, which is no file")));
        all.add(new Hostile("a bomb", bomb(), "unpacks to more than 1000 times its size"));
        byte[] whole = deb(control(), new Data().file("./opt/a", "x").bytes());
        all.add(new Hostile(
                "cut off", java.util.Arrays.copyOf(whole, whole.length / 2), "has no control or no data archive"));
        return all;
    }

    private static byte[] bomb() {
        byte[] zeros = new byte[1 << 20];
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new XZCompressorOutputStream(packed))) {
            TarArchiveEntry entry = new TarArchiveEntry("./opt/zeros");
            entry.setSize(100L * zeros.length);
            tar.putArchiveEntry(entry);
            for (int i = 0; i < 100; i++) {
                tar.write(zeros);
            }
            tar.closeArchiveEntry();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return ar("debian-binary", FORMAT, "control.tar", control(), "data.tar.xz", packed.toByteArray());
    }
}
