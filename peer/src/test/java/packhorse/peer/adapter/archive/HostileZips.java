package packhorse.peer.adapter.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.apache.commons.compress.archivers.zip.UnicodePathExtraField;
import packhorse.peer.adapter.archive.HostileRows.Hostile;

/** Zips that are damaged, or say one thing in their directory and another at an entry's place. */
final class HostileZips {
    private static final byte[] GOOD_ZIP =
            Zip.of(zip -> zip.directory("d/", 0755).file("d/a", "hello").file("d/b", "x".repeat(2000)));
    private static final byte[] STREAMED_ZIP =
            Zip.streamed(zip -> zip.file("a", "hello").file("b", "x".repeat(2000)));
    private static final byte[] ZIP64 = Zip.zip64(zip -> zip.file("a", "hello"));

    private HostileZips() {}

    static void all(HostileRows rows) {
        int local = Zip.find(GOOD_ZIP, Zip.LOCAL, 1);
        int central = Zip.find(GOOD_ZIP, Zip.CENTRAL, 1);
        int end = Zip.find(GOOD_ZIP, Zip.END, 0);
        rows.bad(
                "other name at its place",
                HostileRows.replaced(GOOD_ZIP, local + 30, "d/x"),
                "\"d/a\" in its directory is \"d/x\" at its place");
        rows.bad(
                "other method at its place",
                Zip.with16(GOOD_ZIP, local + 8, 0),
                "\"d/a\" is packed one way in its directory and another at its place");
        rows.bad(
                "other flags at its place",
                Zip.with16(GOOD_ZIP, local + 6, 0),
                "\"d/a\" is packed one way in its directory and another at its place");
        rows.bad("other checksum at its place", Zip.with32(GOOD_ZIP, local + 14, 7), "the checksum of \"d/a\" is ");
        rows.bad(
                "other size at its place",
                Zip.with32(GOOD_ZIP, local + 22, 6),
                "the size of \"d/a\" is 5 in its directory and 6 at its place");
        rows.bad(
                "other packed size at its place",
                Zip.with32(GOOD_ZIP, local + 18, 6),
                "the packed size of \"d/a\" is ");
        rows.bad(
                "two entries in one place",
                Zip.with32(GOOD_ZIP, Zip.find(GOOD_ZIP, Zip.CENTRAL, 2) + 42, local),
                "\"d/a\" overlaps what follows it");
        rows.bad("entry outside", Zip.with32(GOOD_ZIP, central + 42, 0x7fffffff), "");
        rows.bad("something before", HostileRows.concat("MZ".getBytes(UTF_8), GOOD_ZIP), "its directory of ");
        rows.bad("something behind", HostileRows.concat(GOOD_ZIP, "evil".getBytes(UTF_8)), "something follows its end");
        rows.bad("cut off", Arrays.copyOf(GOOD_ZIP, GOOD_ZIP.length - 30), "it is cut off: it has no end");
        rows.bad("cut to nothing", Arrays.copyOf(GOOD_ZIP, 5), "it is cut off");
        rows.bad("one of several parts", Zip.with16(GOOD_ZIP, end + 4, 1), "it is one of several parts");
        rows.bad(
                "more entries than there are",
                Zip.with16(Zip.with16(GOOD_ZIP, end + 8, 4), end + 10, 4),
                "its directory ends before its entry 4 of 4");
        rows.bad(
                "fewer entries than there are",
                Zip.with16(Zip.with16(GOOD_ZIP, end + 8, 2), end + 10, 2),
                "its directory has ");
        rows.bad("directory elsewhere", Zip.with32(GOOD_ZIP, end + 16, 0), "its directory of ");
        rows.add(new Hostile(
                "encrypted",
                "b.zip",
                Zip.with16(Zip.with16(GOOD_ZIP, local + 6, 0x801), central + 8, 0x801),
                "\"d/a\" is encrypted; what is installed has to be readable"));
        rows.add(new Hostile(
                "unknown method",
                "b.zip",
                Zip.with16(Zip.with16(GOOD_ZIP, local + 8, 14), central + 10, 14),
                "\"d/a\" is packed by method 14; pack it deflated (8) or stored (0)"));
        byte[] crc = Zip.with32(Zip.with32(GOOD_ZIP, local + 14, 7), central + 16, 7);
        rows.add(new Hostile("wrong checksum", "b.zip", crc, "\"d/a\" has another checksum than the zip says"));
        byte[] longer = Zip.with32(Zip.with32(GOOD_ZIP, local + 22, 9), central + 24, 9);
        rows.add(new Hostile("fewer bytes than said", "b.zip", longer, "\"d/a\" has 5 bytes out of "));
        byte[] shorter = Zip.with32(Zip.with32(GOOD_ZIP, local + 22, 3), central + 24, 3);
        rows.add(new Hostile(
                "more bytes than said", "b.zip", shorter, "\"d/a\" has more than the 3 bytes that the zip says"));
        int descriptor = Zip.find(STREAMED_ZIP, Zip.DESCRIPTOR, 0);
        rows.bad(
                "descriptor that lies",
                Zip.with32(STREAMED_ZIP, descriptor + 12, 6),
                "the data descriptor of \"a\" says ");
        rows.bad(
                "no descriptor",
                Zip.with32(STREAMED_ZIP, descriptor, 6),
                "\"a\" ends with 16 bytes that are no data descriptor");
        rows.bad(
                "zip64 size without its field",
                Zip.with32(GOOD_ZIP, central + 24, -1),
                "\"d/a\" says its size stands in a zip64 field, and it does not");
        int end64 = Zip.find(ZIP64, 0x06064b50, 0);
        int locator = Zip.find(ZIP64, 0x07064b50, 0);
        int smallEnd = Zip.find(ZIP64, Zip.END, 0);
        rows.bad(
                "zip64 count that lies",
                Zip.with32(Zip.with16(Zip.with16(ZIP64, smallEnd + 8, 1), smallEnd + 10, 1), end64 + 24, 2),
                "its count of entries is 1 and, in zip64, 2");
        rows.bad(
                "zip64 end elsewhere",
                Zip.with32(ZIP64, locator + 8, 0),
                "its zip64 end is not where it is said to be");
        rows.bad(
                "zip64 end outside",
                Zip.with32(ZIP64, locator + 8, 0x7fffffff),
                "its zip64 end stands at 2147483647, outside of it");
        rows.add(new Hostile("the same twice", "b.zip", twice(), "the path \"a\" comes twice"));
        byte[] latin = Zip.of(zip -> zip.entry("\u00e9", new byte[1], 0, 8));
        byte[] unflagged = Zip.with16(
                Zip.with16(latin, Zip.find(latin, Zip.LOCAL, 0) + 6, 0), Zip.find(latin, Zip.CENTRAL, 0) + 8, 0);
        rows.add(new Hostile(
                "name of no encoding",
                "b.zip",
                unflagged,
                "the zip does not say how the name \"\u00e9\" is encoded; pack it with a tool that writes"
                        + " UTF-8 names"));
        byte[] ascii = Zip.of(zip -> zip.file("aaaa", "1"));
        byte[] invalid = ascii.clone();
        invalid[Zip.find(ascii, Zip.LOCAL, 0) + 31] = (byte) 0xff;
        invalid[Zip.find(ascii, Zip.CENTRAL, 0) + 47] = (byte) 0xff;
        rows.add(new Hostile("invalid UTF-8", "b.zip", invalid, "is not UTF-8"));
        rows.bad(
                "another name in an extra field",
                Zip.of(zip -> zip.extra("innocent", new UnicodePathExtraField("../evil", "innocent".getBytes(UTF_8)))),
                "\"innocent\" is \"../evil\" in an extra field");
        rows.add(new Hostile(
                "link with a NUL", "b.zip", Zip.of(zip -> zip.link("l", "a\0b")), "has the character U+0000"));
        rows.add(new Hostile(
                "link by its mode, directory by its name",
                "b.zip",
                Zip.of(zip -> zip.entry("l/", "d".getBytes(UTF_8), 0120777, 0)),
                "\"l/\" is a directory by its name or by its mode, not by both"));
        rows.add(new Hostile("empty", "b.zip", Zip.of(zip -> {}), "the archive holds nothing"));
    }

    private static byte[] twice() {
        byte[] zip = Zip.of(z -> z.file("a", "1").file("b", "2"));
        byte[] twice = zip.clone();
        twice[Zip.find(zip, Zip.LOCAL, 1) + 30] = 'a';
        twice[Zip.find(zip, Zip.CENTRAL, 1) + 46] = 'a';
        return twice;
    }
}
