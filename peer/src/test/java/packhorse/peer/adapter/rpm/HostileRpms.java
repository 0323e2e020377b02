package packhorse.peer.adapter.rpm;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/** Packages that rpmbuild built and somebody changed: single values of the header, under the same index. */
public final class HostileRpms {
    private static final int LEAD_BYTES = 96;
    private static final int PREAMBLE_BYTES = 16;
    private static final int ENTRY_BYTES = 16;
    private static final int LINK = 0120777;
    private static final int CHARACTER_DEVICE = 0020644;
    private static final int PIPE = 0010644;

    private HostileRpms() {}

    /**
     * One.
     *
     * @param line what is said of it
     */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
    public record Hostile(String what, byte[] rpm, String line) {
        @Override
        public String toString() {
            return what;
        }
    }

    /** All that is told by reading one. */
    public static List<Hostile> all(Path directory) throws Exception {
        byte[] good = good(directory);
        byte[] ours = Files.readAllBytes(
                new Rpms(directory).build("acme-app", "2", "", "/opt/acme/.app.packhorse-new", "evil"));
        return List.of(
                new Hostile("climbing", replaced(good, "/opt/acme/\0", "/opt/../x/\0"), "has the element \"..\""),
                new Hostile(
                        "not absolute",
                        replaced(good, "/opt/acme/\0", "opt//acme/\0"),
                        "holds names that are not absolute"),
                new Hostile("twice", replaced(good, "\0lib\0", "\0app\0"), "holds /opt/acme/app twice"),
                new Hostile(
                        "below its own file",
                        replaced(good, "/opt/acme/dir/\0", "/opt/acme/app/\0"),
                        "holds /opt/acme/app/file below /opt/acme/app, which is no directory"),
                new Hostile(
                        "below its own link",
                        mode(replaced(good, "/opt/acme/dir/\0", "/opt/acme/app/\0"), LINK),
                        "holds /opt/acme/app/file below /opt/acme/app, which is no directory"),
                new Hostile("a device", mode(good, CHARACTER_DEVICE), "holds /opt/acme/app, a device or a pipe"),
                new Hostile("a pipe", mode(good, PIPE), "holds /opt/acme/app, a device or a pipe"),
                new Hostile(
                        "a control character",
                        replaced(good, "\0lib\0", "\0l\nb\0"),
                        "the name \"./opt/acme/l b\" has the character U+000A"),
                new Hostile(
                        "a name of ours", ours, "has the element \".app.packhorse-new\", a name that Packhorse gives"),
                new Hostile(
                        "another name",
                        replaced(good, "\0acme-app\0", "\0evil-app\0"),
                        "should hold the package acme-app, but holds evil-app"),
                new Hostile(
                        "a file in no directory",
                        with32(good, RpmHeader.DIRECTORY_INDEXES, 99),
                        "has a header that contradicts itself"),
                new Hostile("cut off in its header", Arrays.copyOf(good, 700), "is no whole .rpm file"),
                new Hostile(
                        "no rpm", "#!/bin/sh\n".repeat(20).getBytes(StandardCharsets.UTF_8), "is no whole .rpm file"));
    }

    /** What is told by rpm alone, which knows the digests of header and payload. */
    public static List<Hostile> forRpm(Path directory) throws Exception {
        byte[] good = good(directory);
        byte[] payload = good.clone();
        payload[good.length - 30] ^= 1;
        return List.of(
                new Hostile("a size that lies", with32(good, RpmHeader.FILE_SIZES, 1 << 30), "rpm"),
                new Hostile("another payload", payload, "rpm"),
                new Hostile("cut off in its payload", Arrays.copyOf(good, good.length - 20), "rpm"));
    }

    private static byte[] good(Path directory) throws Exception {
        return Files.readAllBytes(new Rpms(directory)
                .build(
                        "acme-app",
                        "1",
                        "",
                        "/opt/acme/app",
                        "one",
                        "/opt/acme/dir/file",
                        "two",
                        "/opt/acme/lib",
                        "three"));
    }

    /** Where the header begins, behind that of the signatures. */
    private static int header(byte[] rpm) {
        ByteBuffer bytes = ByteBuffer.wrap(rpm);
        int entries = bytes.getInt(LEAD_BYTES + 8);
        int store = bytes.getInt(LEAD_BYTES + 12);
        return LEAD_BYTES + PREAMBLE_BYTES + entries * ENTRY_BYTES + (store + 7) / 8 * 8;
    }

    private static int at(byte[] rpm, int tag) {
        ByteBuffer bytes = ByteBuffer.wrap(rpm);
        int header = header(rpm);
        int entries = bytes.getInt(header + 8);
        for (int i = 0; i < entries; i++) {
            int entry = header + PREAMBLE_BYTES + i * ENTRY_BYTES;
            if (bytes.getInt(entry) == tag) {
                return header + PREAMBLE_BYTES + entries * ENTRY_BYTES + bytes.getInt(entry + 8);
            }
        }
        throw new AssertionError("no tag " + tag);
    }

    /** Of the first file. */
    private static byte[] mode(byte[] rpm, int mode) {
        byte[] changed = rpm.clone();
        ByteBuffer.wrap(changed).putShort(at(rpm, RpmHeader.FILE_MODES), (short) mode);
        return changed;
    }

    private static byte[] with32(byte[] rpm, int tag, int value) {
        byte[] changed = rpm.clone();
        ByteBuffer.wrap(changed).putInt(at(rpm, tag), value);
        return changed;
    }

    private static byte[] replaced(byte[] rpm, String from, String to) {
        byte[] wanted = from.getBytes(StandardCharsets.UTF_8);
        for (int at = header(rpm); at < rpm.length - wanted.length; at++) {
            if (Arrays.equals(rpm, at, at + wanted.length, wanted, 0, wanted.length)) {
                byte[] changed = rpm.clone();
                System.arraycopy(to.getBytes(StandardCharsets.UTF_8), 0, changed, at, wanted.length);
                return changed;
            }
        }
        throw new AssertionError("no " + from);
    }
}
