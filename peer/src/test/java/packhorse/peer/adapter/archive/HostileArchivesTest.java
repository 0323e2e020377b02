package packhorse.peer.adapter.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import packhorse.core.content.CodeClass;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.testing.TreePicture;

/** Every kind of hostile archive is refused with the line that says why, before anything is written anywhere. */
final class HostileArchivesTest {
    @TempDir(factory = MemoryDir.class)
    Path place;

    /** One archive and what must be said of it. */
    @SuppressWarnings("ArrayRecordComponent") // Nobody compares two of them.
    record Hostile(String kind, String name, byte[] content, String line, JsonObject settings) {
        Hostile(String kind, String name, byte[] content, String line) {
            this(kind, name, content, line, World.settings(Map.of()));
        }

        @Override
        public String toString() {
            return kind + " (" + name.substring(name.indexOf('.') + 1) + ")";
        }
    }

    private static final byte[] GOOD_TAR =
            Tar.of(tar -> tar.directory("d").file("d/a", "hello").file("d/b", "x".repeat(2000)));
    private static final byte[] GOOD_ZIP =
            Zip.of(zip -> zip.directory("d/", 0755).file("d/a", "hello").file("d/b", "x".repeat(2000)));
    private static final byte[] STREAMED_ZIP =
            Zip.streamed(zip -> zip.file("a", "hello").file("b", "x".repeat(2000)));
    private static final byte[] ZIP64 = Zip.zip64(zip -> zip.file("a", "hello"));

    static Stream<Hostile> all() {
        List<Hostile> all = new ArrayList<>();
        names(all);
        types(all);
        bombs(all);
        tars(all);
        packings(all);
        zips(all);
        return all.stream();
    }

    /** What is told by names and links, in both kinds of archive. */
    private static void names(List<Hostile> all) {
        both(all, "climbs", "../evil", "the path \"../evil\" has the element \"..\"");
        both(all, "climbs later", "a/../../evil", "the path \"a/../../evil\" has the element \"..\"");
        both(all, "absolute", "/etc/evil", "the path \"/etc/evil\" is absolute");
        both(all, "empty element", "a//b", "the path \"a//b\" has an empty element");
        both(all, "dot element", "a/./b", "the path \"a/./b\" has the element \".\"");
        tar(all, "backslash", tar -> tar.file("a\\b", "evil"), "the path \"a\\b\" has the character U+005C");
        byte[] slashed = Zip.of(zip -> zip.file("a_b", "evil"));
        slashed[Zip.find(slashed, Zip.LOCAL, 0) + 31] = '\\';
        slashed[Zip.find(slashed, Zip.CENTRAL, 0) + 47] = '\\';
        all.add(new Hostile("backslash", "b.zip", slashed, "the path \"a\\b\" has the character U+005C"));
        both(all, "control character", "a\nb", "the path \"a\\u000ab\" has the character U+000A");
        both(all, "delete character", "a\u007fb", "the path \"a\\u007fb\" has the character U+007F");
        both(
                all,
                "device's name",
                "x/Con.txt",
                "the path \"x/Con.txt\" has the element \"Con.txt\", which is a device on Windows");
        both(
                all,
                "numbered device's name",
                "lpt9",
                "the path \"lpt9\" has the element \"lpt9\", which is a device on Windows");
        both(
                all,
                "trailing dot",
                "a./b",
                "the path \"a./b\" has the element \"a.\", whose last character Windows drops");
        both(all, "trailing space", "a ", "the path \"a \" has the element \"a \", whose last character Windows drops");
        both(
                all,
                "long name",
                "n".repeat(256),
                "the path \"" + "n".repeat(200) + "\" has an element longer than 255 bytes");
        both(all, "too deep", "d/".repeat(40) + "f", "the path \"" + "d/".repeat(40) + "f\" is deeper than 40 levels");
        pair(all, "the same twice", tar -> tar.file("a", "1").file("a", "2"), null, "the path \"a\" comes twice");
        pair(
                all,
                "case collision",
                tar -> tar.file("README", "1").file("readme", "2"),
                zip -> zip.file("README", "1").file("readme", "2"),
                "\"readme\" and \"README\" are one name on some file systems");
        pair(
                all,
                "directories collide by case",
                tar -> tar.file("Lib/a", "1").file("lib/b", "2"),
                zip -> zip.file("Lib/a", "1").file("lib/b", "2"),
                "\"lib\" and \"Lib\" are one name on some file systems");
        pair(
                all,
                "normalisation collision",
                tar -> tar.file("caf\u00e9", "1").file("cafe\u0301", "2"),
                zip -> zip.file("caf\u00e9", "1").file("cafe\u0301", "2"),
                "\"caf\u00e9\" and \"cafe\u0301\" are one name on some file systems");
        pair(
                all,
                "below a file",
                tar -> tar.file("a", "1").file("a/b", "2"),
                zip -> zip.file("a", "1").file("a/b", "2"),
                "\"a/b\" lies in \"a\", which is a file");
        pair(
                all,
                "a file where something is below",
                tar -> tar.file("a/b", "1").file("a", "2"),
                zip -> zip.file("a/b", "1").file("a", "2"),
                "\"a\" has something below it, and is not a directory");
        pair(
                all,
                "through a link",
                tar -> tar.link("a", "d").file("a/b", "2"),
                zip -> zip.link("a", "d").file("a/b", "2"),
                "\"a/b\" lies in \"a\", which is a link");
        link(
                all,
                "absolute link",
                "l",
                "/etc/passwd",
                "the path \"l\" links to \"/etc/passwd\", which is not inside the tree");
        link(
                all,
                "link out of the tree",
                "d/l",
                "../../etc",
                "the path \"d/l\" links to \"../../etc\", which leads out of the tree");
        link(
                all,
                "link that climbs behind a name",
                "l",
                "d/../../etc",
                "the path \"l\" links to \"d/../../etc\", which has \"..\" behind a name");
        pair(
                all,
                "chain of links out of the tree",
                tar -> tar.directory("a").directory("a/b").link("a/b/up", "..").link("out", "a/b/up/../../etc"),
                zip -> zip.directory("a/", 0755)
                        .directory("a/b/", 0755)
                        .link("a/b/up", "..")
                        .link("out", "a/b/up/../../etc"),
                "the path \"out\" links to \"a/b/up/../../etc\", which has \"..\" behind a name");
        link(all, "link to a control character", "l", "\n", "the path \"\\u000a\" has the character U+000A");
    }

    private static void types(List<Hostile> all) {
        special(all, "character device", TarConstants.LF_CHR, "a character device");
        special(all, "block device", TarConstants.LF_BLK, "a block device");
        special(all, "named pipe", TarConstants.LF_FIFO, "a named pipe");
        special(all, "contiguous file", TarConstants.LF_CONTIG, "of the type '7'");
        special(all, "volume label", (byte) 'V', "of the type 'V'");
        special(all, "unknown type", (byte) 'Q', "of the type 'Q'");
        tar(
                all,
                "hard link out of the tree",
                tar -> tar.hardLink("h", "../../etc/shadow"),
                "the path \"../../etc/shadow\" has the element \"..\"");
        tar(all, "absolute hard link", tar -> tar.hardLink("h", "/etc/shadow"), "the path \"/etc/shadow\" is absolute");
        tar(
                all,
                "hard link to what comes later",
                tar -> tar.hardLink("h", "a").file("a", "1"),
                "\"h\" is a hard link to \"a\", which is no file that came before it in the archive");
        tar(
                all,
                "hard link to a link",
                tar -> tar.link("l", "x").hardLink("h", "l"),
                "\"h\" is a hard link to \"l\", which is no file that came before it in the archive");
        tar(
                all,
                "hard link to a directory",
                tar -> tar.directory("d").hardLink("h", "d"),
                "\"h\" is a hard link to \"d\", which is no file that came before it in the archive");
        pair(
                all,
                "set-user-id",
                tar -> tar.file("su", new byte[1], 04755),
                zip -> zip.file("su", new byte[1], 0104755),
                "\"su\" has the mode 4755: what runs as somebody else (set-user-id, set-group-id) may not come in an"
                        + " archive");
        pair(
                all,
                "set-group-id",
                tar -> tar.file("sg", new byte[1], 02755),
                zip -> zip.file("sg", new byte[1], 0102755),
                "\"sg\" has the mode 2755: what runs as somebody else (set-user-id, set-group-id) may not come in an"
                        + " archive");
        pair(
                all,
                "set-group-id directory",
                tar -> tar.directory("d", 02755),
                zip -> zip.directory("d/", 02755),
                "\"d\" has the mode 2755: what runs as somebody else (set-user-id, set-group-id) may not come in an"
                        + " archive");
        zip(
                all,
                "device",
                zip -> zip.file("dev", new byte[0], 0020644),
                "\"dev\" is of the type 20000; an archive may hold files, directories and links");
        zip(
                all,
                "socket",
                zip -> zip.file("sock", new byte[0], 0140644),
                "\"sock\" is of the type 140000; an archive may hold files, directories and links");
        zip(
                all,
                "directory by its mode only",
                zip -> zip.file("d", new byte[0], 0040755),
                "\"d\" is a directory by its name or by its mode, not by both");
        zip(
                all,
                "directory by its name only",
                zip -> zip.entry("d/", new byte[0], 0100644, 0),
                "\"d/\" is a directory by its name or by its mode, not by both");
        zip(
                all,
                "directory with bytes",
                zip -> zip.entry("d/", new byte[] {1}, 0, 0),
                "\"d\" is a directory and says it has 1 bytes");
    }

    private static void bombs(List<Hostile> all) {
        byte[] zeros = Tar.of(tar -> tar.file("zeros", new byte[20 << 20], 0644));
        all.add(new Hostile("bomb", "b.tar.gz", Tar.gz(zeros), "the archive's files have more than "));
        all.add(new Hostile("bomb", "b.tar.zst", Tar.zst(zeros), "the archive's files have more than 1048576 bytes"));
        all.add(new Hostile(
                "bomb",
                "b.zip",
                Zip.of(zip -> zip.file("zeros", new byte[20 << 20], 0100644)),
                "\"zeros\" unpacks from "));
        all.add(new Hostile(
                "bomb of many",
                "b.zip",
                Zip.of(zip -> {
                    for (int i = 0; i < 40; i++) {
                        zip.file("f" + i, new byte[1 << 20], 0100644);
                    }
                }),
                "bytes together; raise settings.limits.ratio or bytes where that is meant"));
        byte[] padded = concat(GOOD_TAR, new byte[20 << 20]);
        all.add(new Hostile("bomb behind the end", "b.tar.gz", Tar.gz(padded), "bytes unpacks to more than "));
        all.add(new Hostile(
                "bomb behind the end",
                "b.tar.zst",
                Tar.zst(padded),
                "bytes unpacks to more than 1048576; raise settings.limits.ratio where that is meant"));
        JsonObject small = World.settings(Map.of(
                "limits",
                JsonObject.of(Map.of(
                        "bytes", new JsonInteger(1000), "entries", new JsonInteger(3), "depth", new JsonInteger(2)))));
        all.add(new Hostile(
                "too many bytes",
                "b.tar",
                Tar.of(tar -> tar.file("a", "x".repeat(600)).file("b", "x".repeat(600))),
                "the archive's files have more than 1000 bytes together; raise settings.limits.ratio or bytes where"
                        + " that is meant",
                small));
        all.add(new Hostile(
                "too many entries",
                "b.tar",
                Tar.of(tar -> tar.file("a", "").file("b", "").file("c", "").file("d", "")),
                "the archive holds more than 3 entries; raise settings.limits.entries where that is meant",
                small));
        all.add(new Hostile(
                "too many entries",
                "b.zip",
                Zip.of(zip -> zip.file("a", "").file("b", "").file("c", "").file("d", "")),
                "the archive holds more than 3 entries; raise settings.limits.entries where that is meant",
                small));
        all.add(new Hostile(
                "deeper than said",
                "b.tar",
                Tar.of(tar -> tar.file("a/b/c", "")),
                "the path \"a/b/c\" is deeper than 2 levels",
                small));
        all.add(new Hostile(
                "flood of entries",
                "b.tar",
                Tar.of(tar -> {
                    for (int i = 0; i <= Limits.ENTRIES_DEFAULT; i++) {
                        tar.file("f" + i, "");
                    }
                }),
                "the archive holds more than 20000 entries; raise settings.limits.entries where that is meant"));
        byte[] name =
                Tar.of(tar -> tar.entry("././@LongLink", TarConstants.LF_GNUTYPE_LONGNAME, 0644, "", new byte[2 << 20])
                        .file("a", ""));
        all.add(new Hostile(
                "endless name", "b.tar", name, "an entry's header is longer than 1048576 bytes, which no path needs"));
    }

    private static void tars(List<Hostile> all) {
        all.add(new Hostile(
                "cut within a file",
                "b.tar",
                Arrays.copyOf(GOOD_TAR, 2 * Tar.RECORD + 512 + 700),
                "the tar is malformed: "));
        all.add(new Hostile(
                "cut within a header", "b.tar", Arrays.copyOf(GOOD_TAR, 700), "the tar is cut off: it ends at byte "));
        all.add(new Hostile(
                "cut between entries",
                "b.tar",
                Arrays.copyOf(GOOD_TAR, 3 * Tar.RECORD),
                "the tar is cut off: it ends at byte 1536 without the empty records that end one"));
        all.add(new Hostile(
                "cut within its end",
                "b.tar",
                Arrays.copyOf(GOOD_TAR, 3 * Tar.RECORD + Tar.RECORD + 2048 + Tar.RECORD),
                "the tar is cut off: it ends at byte "));
        all.add(new Hostile(
                "something behind its end",
                "b.tar",
                concat(GOOD_TAR, "evil".getBytes(UTF_8)),
                "something follows the end of the tar"));
        all.add(new Hostile(
                "a tar behind its end", "b.tar", concat(GOOD_TAR, GOOD_TAR), "something follows the end of the tar"));
        all.add(new Hostile("empty", "b.tar", new byte[10240], "the archive holds nothing"));
        all.add(new Hostile(
                "no tar",
                "b.tar",
                "this is no tar at all, but some text".repeat(100).getBytes(UTF_8),
                "the tar is malformed: "));
        all.add(new Hostile(
                "wrong checksum",
                "b.tar",
                flipped(GOOD_TAR, Tar.RECORD + 100),
                "the header of \"d/a\" has a wrong checksum"));
        all.add(new Hostile(
                "size that lies",
                "b.tar",
                Tar.patched(GOOD_TAR, Tar.RECORD, 124, "77777777777\0".getBytes(UTF_8)),
                "the archive's files have more than"));
        all.add(new Hostile(
                "negative size",
                "b.tar",
                Tar.patched(GOOD_TAR, Tar.RECORD, 124, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1}),
                "the tar is malformed: "));
        all.add(new Hostile(
                "link with bytes",
                "b.tar",
                Tar.patched(GOOD_TAR, Tar.RECORD, 156, new byte[] {'2'}),
                "\"d/a\" is no file and says it has 5 bytes"));
        all.add(new Hostile(
                "directory with bytes",
                "b.tar",
                Tar.patched(GOOD_TAR, Tar.RECORD, 156, new byte[] {'5'}),
                "\"d/a\" is no file and says it has 5 bytes"));
        all.add(new Hostile(
                "old GNU sparse file",
                "b.tar",
                Tar.patched(GOOD_TAR, Tar.RECORD, 156, new byte[] {'S'}),
                "\"d/a\" is sparse; pack it without -S"));
        all.add(new Hostile(
                "invalid UTF-8",
                "b.tar",
                Tar.patched(GOOD_TAR, Tar.RECORD, 0, new byte[] {'a', (byte) 0xff, 'b', 0}),
                "the path \"a?b\" is not UTF-8"));
    }

    private static void packings(List<Hostile> all) {
        byte[] gz = Tar.gz(GOOD_TAR);
        byte[] zst = Tar.zst(GOOD_TAR);
        all.add(new Hostile("cut off", "b.tar.gz", Arrays.copyOf(gz, gz.length - 20), "the gzip stream is cut off"));
        all.add(new Hostile(
                "without its checksum", "b.tar.gz", Arrays.copyOf(gz, gz.length - 8), "the gzip stream is cut off"));
        all.add(new Hostile("damaged", "b.tar.gz", flipped(gz, gz.length - 6), "the tar.gz is malformed: "));
        all.add(new Hostile(
                "two members",
                "b.tar.gz",
                concat(gz, Tar.gz(new byte[512])),
                "something follows the gzip member; pack it as one member"));
        all.add(new Hostile(
                "something behind",
                "b.tar.gz",
                concat(gz, new byte[] {0}),
                "something follows the gzip member; pack it as one member"));
        all.add(new Hostile("no gzip", "b.tar.gz", GOOD_TAR, "the tar.gz is malformed: "));
        all.add(new Hostile(
                "endless name",
                "b.tar.gz",
                concat(
                        new byte[] {31, (byte) 139, 8, 8, 0, 0, 0, 0, 0, 3},
                        "n".repeat(200_000).getBytes(UTF_8)),
                "the gzip header is longer than"));
        all.add(new Hostile("cut off", "b.tar.zst", Arrays.copyOf(zst, zst.length - 10), "the zstd stream is cut off"));
        all.add(new Hostile(
                "two frames",
                "b.tar.zst",
                concat(zst, Tar.zst(new byte[512])),
                "something follows the zstd frame; pack it as one frame"));
        all.add(new Hostile(
                "skippable frame",
                "b.tar.zst",
                concat(zst, new byte[] {0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 7}),
                "something follows the zstd frame; pack it as one frame"));
        all.add(new Hostile("no zstd", "b.tar.zst", GOOD_TAR, "the zstd stream is damaged: "));
        all.add(new Hostile("damaged", "b.tar.zst", flipped(zst, zst.length / 2), "the "));
    }

    private static void zips(List<Hostile> all) {
        int local = Zip.find(GOOD_ZIP, Zip.LOCAL, 1);
        int central = Zip.find(GOOD_ZIP, Zip.CENTRAL, 1);
        int end = Zip.find(GOOD_ZIP, Zip.END, 0);
        bad(
                all,
                "other name at its place",
                replaced(GOOD_ZIP, local + 30, "d/x"),
                "\"d/a\" in its directory is \"d/x\" at its place");
        bad(
                all,
                "other method at its place",
                Zip.with16(GOOD_ZIP, local + 8, 0),
                "\"d/a\" is packed one way in its directory and another at its place");
        bad(
                all,
                "other flags at its place",
                Zip.with16(GOOD_ZIP, local + 6, 0),
                "\"d/a\" is packed one way in its directory and another at its place");
        bad(all, "other checksum at its place", Zip.with32(GOOD_ZIP, local + 14, 7), "the checksum of \"d/a\" is ");
        bad(
                all,
                "other size at its place",
                Zip.with32(GOOD_ZIP, local + 22, 6),
                "the size of \"d/a\" is 5 in its directory and 6 at its place");
        bad(
                all,
                "other packed size at its place",
                Zip.with32(GOOD_ZIP, local + 18, 6),
                "the packed size of \"d/a\" is ");
        bad(
                all,
                "two entries in one place",
                Zip.with32(GOOD_ZIP, Zip.find(GOOD_ZIP, Zip.CENTRAL, 2) + 42, local),
                "\"d/a\" overlaps what follows it");
        bad(all, "entry outside", Zip.with32(GOOD_ZIP, central + 42, 0x7fffffff), "");
        bad(all, "something before", concat("MZ".getBytes(UTF_8), GOOD_ZIP), "its directory of ");
        bad(all, "something behind", concat(GOOD_ZIP, "evil".getBytes(UTF_8)), "something follows its end");
        bad(all, "cut off", Arrays.copyOf(GOOD_ZIP, GOOD_ZIP.length - 30), "it is cut off: it has no end");
        bad(all, "cut to nothing", Arrays.copyOf(GOOD_ZIP, 5), "it is cut off");
        bad(all, "one of several parts", Zip.with16(GOOD_ZIP, end + 4, 1), "it is one of several parts");
        bad(
                all,
                "more entries than there are",
                Zip.with16(Zip.with16(GOOD_ZIP, end + 8, 4), end + 10, 4),
                "its directory ends before its entry 4 of 4");
        bad(
                all,
                "fewer entries than there are",
                Zip.with16(Zip.with16(GOOD_ZIP, end + 8, 2), end + 10, 2),
                "its directory has ");
        bad(all, "directory elsewhere", Zip.with32(GOOD_ZIP, end + 16, 0), "its directory of ");
        all.add(new Hostile(
                "encrypted",
                "b.zip",
                Zip.with16(Zip.with16(GOOD_ZIP, local + 6, 0x801), central + 8, 0x801),
                "\"d/a\" is encrypted; what is installed has to be readable"));
        all.add(new Hostile(
                "unknown method",
                "b.zip",
                Zip.with16(Zip.with16(GOOD_ZIP, local + 8, 14), central + 10, 14),
                "\"d/a\" is packed by method 14; pack it deflated (8) or stored (0)"));
        byte[] crc = Zip.with32(Zip.with32(GOOD_ZIP, local + 14, 7), central + 16, 7);
        all.add(new Hostile("wrong checksum", "b.zip", crc, "\"d/a\" has another checksum than the zip says"));
        byte[] longer = Zip.with32(Zip.with32(GOOD_ZIP, local + 22, 9), central + 24, 9);
        all.add(new Hostile("fewer bytes than said", "b.zip", longer, "\"d/a\" has 5 bytes out of "));
        byte[] shorter = Zip.with32(Zip.with32(GOOD_ZIP, local + 22, 3), central + 24, 3);
        all.add(new Hostile(
                "more bytes than said", "b.zip", shorter, "\"d/a\" has more than the 3 bytes that the zip says"));
        int descriptor = Zip.find(STREAMED_ZIP, Zip.DESCRIPTOR, 0);
        bad(
                all,
                "descriptor that lies",
                Zip.with32(STREAMED_ZIP, descriptor + 12, 6),
                "the data descriptor of \"a\" says ");
        bad(
                all,
                "no descriptor",
                Zip.with32(STREAMED_ZIP, descriptor, 6),
                "\"a\" ends with 16 bytes that are no data descriptor");
        bad(
                all,
                "zip64 size without its field",
                Zip.with32(GOOD_ZIP, central + 24, -1),
                "\"d/a\" says its size stands in a zip64 field, and it does not");
        int end64 = Zip.find(ZIP64, 0x06064b50, 0);
        int locator = Zip.find(ZIP64, 0x07064b50, 0);
        int smallEnd = Zip.find(ZIP64, Zip.END, 0);
        bad(
                all,
                "zip64 count that lies",
                Zip.with32(Zip.with16(Zip.with16(ZIP64, smallEnd + 8, 1), smallEnd + 10, 1), end64 + 24, 2),
                "its count of entries is 1 and, in zip64, 2");
        bad(
                all,
                "zip64 end elsewhere",
                Zip.with32(ZIP64, locator + 8, 0),
                "its zip64 end is not where it is said to be");
        bad(
                all,
                "zip64 end outside",
                Zip.with32(ZIP64, locator + 8, 0x7fffffff),
                "its zip64 end stands at 2147483647, outside of it");
        all.add(new Hostile("the same twice", "b.zip", twice(), "the path \"a\" comes twice"));
        byte[] latin = Zip.of(zip -> zip.entry("\u00e9", new byte[1], 0, 8));
        byte[] unflagged = Zip.with16(
                Zip.with16(latin, Zip.find(latin, Zip.LOCAL, 0) + 6, 0), Zip.find(latin, Zip.CENTRAL, 0) + 8, 0);
        all.add(new Hostile(
                "name of no encoding",
                "b.zip",
                unflagged,
                "the zip does not say how the name \"\u00e9\" is encoded; pack it with a tool that writes"
                        + " UTF-8 names"));
        byte[] ascii = Zip.of(zip -> zip.file("aaaa", "1"));
        byte[] invalid = ascii.clone();
        invalid[Zip.find(ascii, Zip.LOCAL, 0) + 31] = (byte) 0xff;
        invalid[Zip.find(ascii, Zip.CENTRAL, 0) + 47] = (byte) 0xff;
        all.add(new Hostile("invalid UTF-8", "b.zip", invalid, "is not UTF-8"));
        all.add(new Hostile("empty", "b.zip", Zip.of(zip -> {}), "the archive holds nothing"));
    }

    private static byte[] twice() {
        byte[] zip = Zip.of(z -> z.file("a", "1").file("b", "2"));
        byte[] twice = zip.clone();
        twice[Zip.find(zip, Zip.LOCAL, 1) + 30] = 'a';
        twice[Zip.find(zip, Zip.CENTRAL, 1) + 46] = 'a';
        return twice;
    }

    // ---- rows ----

    private static void both(List<Hostile> all, String kind, String name, String line) {
        pair(all, kind, tar -> tar.file(name, "evil"), zip -> zip.file(name, "evil"), line);
    }

    private static void link(List<Hostile> all, String kind, String name, String target, String line) {
        pair(all, kind, tar -> tar.link(name, target), zip -> zip.link(name, target), line);
    }

    private static void pair(
            List<Hostile> all,
            String kind,
            Consumer<Tar> tar,
            @org.jspecify.annotations.Nullable Consumer<Zip> zip,
            String line) {
        tar(all, kind, tar, line);
        if (zip != null) {
            zip(all, kind, zip, line);
        }
    }

    private static void tar(List<Hostile> all, String kind, Consumer<Tar> tar, String line) {
        byte[] bytes = Tar.of(tar);
        all.add(new Hostile(kind, "b.tar", bytes, line));
        all.add(new Hostile(kind, "b.tar.gz", Tar.gz(bytes), line));
        all.add(new Hostile(kind, "b.tar.zst", Tar.zst(bytes), line));
    }

    private static void zip(List<Hostile> all, String kind, Consumer<Zip> zip, String line) {
        all.add(new Hostile(kind, "b.zip", Zip.of(zip), line));
    }

    private static void special(List<Hostile> all, String kind, byte type, String words) {
        tar(
                all,
                kind,
                tar -> tar.entry("x", type, 0644, "", new byte[0]),
                "\"x\" is " + words + "; an archive may hold files, directories and links");
    }

    private static void bad(List<Hostile> all, String kind, byte[] zip, String line) {
        all.add(new Hostile(kind, "b.zip", zip, "the zip contradicts itself: " + line));
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    private static byte[] flipped(byte[] bytes, int at) {
        byte[] flipped = bytes.clone();
        flipped[at] ^= 1;
        return flipped;
    }

    private static byte[] replaced(byte[] bytes, int at, String text) {
        byte[] replaced = bytes.clone();
        byte[] with = text.getBytes(UTF_8);
        System.arraycopy(with, 0, replaced, at, with.length);
        return replaced;
    }

    @ParameterizedTest
    @MethodSource("all")
    void isRefusedBeforeAnythingIsWritten(Hostile hostile) throws Exception {
        World.Release release = World.archive("1.0", hostile.name(), hostile.content(), hostile.settings());
        World.build(place, release);
        Workplace here = World.at(place, release, Optional.empty(), InstallDisk.real());
        TreePicture before = TreePicture.of(place);
        AdapterException refused =
                assertThrows(AdapterException.class, () -> release.placement().prepare(here));
        assertEquals(List.of(), TreePicture.of(place).differences(before), "something was written");
        assertTrue(
                String.valueOf(refused.getMessage()).startsWith("acme/app@1.0 (any): "),
                String.valueOf(refused.getMessage()));
        assertTrue(
                String.valueOf(refused.getMessage()).contains(hostile.line()),
                () -> refused.getMessage() + "\n  instead of " + hostile.line());
        assertEquals(1, String.valueOf(refused.getMessage()).lines().count(), String.valueOf(refused.getMessage()));
        assertEquals(CodeClass.PERMANENT, refused.codeClass());
    }
}
