package packhorse.peer.adapter.archive;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import org.apache.commons.compress.archivers.tar.TarConstants;
import packhorse.peer.adapter.archive.HostileRows.Hostile;

/** Tars that are damaged or lie, and what they are packed in. */
final class HostileTars {
    private HostileTars() {}

    static void tars(HostileRows rows) {
        rows.add(new Hostile(
                "cut within a file",
                "b.tar",
                Arrays.copyOf(HostileRows.GOOD_TAR, 2 * Tar.RECORD + 512 + 700),
                "the tar is malformed: "));
        rows.add(new Hostile(
                "cut within a header",
                "b.tar",
                Arrays.copyOf(HostileRows.GOOD_TAR, 700),
                "the tar is cut off: it ends at byte "));
        rows.add(new Hostile(
                "cut between entries",
                "b.tar",
                Arrays.copyOf(HostileRows.GOOD_TAR, 3 * Tar.RECORD),
                "the tar is cut off: it ends at byte 1536 without the empty records that end one"));
        rows.add(new Hostile(
                "cut within its end",
                "b.tar",
                Arrays.copyOf(HostileRows.GOOD_TAR, 3 * Tar.RECORD + Tar.RECORD + 2048 + Tar.RECORD),
                "the tar is cut off: it ends at byte "));
        rows.add(new Hostile(
                "something behind its end",
                "b.tar",
                HostileRows.concat(HostileRows.GOOD_TAR, "evil".getBytes(UTF_8)),
                "something follows the end of the tar"));
        rows.add(new Hostile(
                "a tar behind its end",
                "b.tar",
                HostileRows.concat(HostileRows.GOOD_TAR, HostileRows.GOOD_TAR),
                "something follows the end of the tar"));
        rows.add(new Hostile("empty", "b.tar", new byte[10240], "the archive holds nothing"));
        rows.add(new Hostile(
                "no tar",
                "b.tar",
                "this is no tar at all, but some text".repeat(100).getBytes(UTF_8),
                "the tar is malformed: "));
        rows.add(new Hostile(
                "wrong checksum",
                "b.tar",
                HostileRows.flipped(HostileRows.GOOD_TAR, Tar.RECORD + 100),
                "the header of \"d/a\" has a wrong checksum"));
        rows.add(new Hostile(
                "size that lies",
                "b.tar",
                Tar.patched(HostileRows.GOOD_TAR, Tar.RECORD, 124, "77777777777\0".getBytes(UTF_8)),
                "the archive's files have more than"));
        rows.add(new Hostile(
                "negative size",
                "b.tar",
                Tar.patched(HostileRows.GOOD_TAR, Tar.RECORD, 124, new byte[] {
                    -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1
                }),
                "the tar is malformed: "));
        rows.add(new Hostile(
                "link with bytes",
                "b.tar",
                Tar.patched(HostileRows.GOOD_TAR, Tar.RECORD, 156, new byte[] {'2'}),
                "\"d/a\" is no file and says it has 5 bytes"));
        rows.add(new Hostile(
                "directory with bytes",
                "b.tar",
                Tar.patched(HostileRows.GOOD_TAR, Tar.RECORD, 156, new byte[] {'5'}),
                "\"d/a\" is no file and says it has 5 bytes"));
        rows.add(new Hostile(
                "old GNU sparse file",
                "b.tar",
                Tar.patched(HostileRows.GOOD_TAR, Tar.RECORD, 156, new byte[] {'S'}),
                "\"d/a\" is sparse; pack it without -S"));
        rows.add(new Hostile(
                "invalid UTF-8",
                "b.tar",
                Tar.patched(HostileRows.GOOD_TAR, Tar.RECORD, 0, new byte[] {'a', (byte) 0xff, 'b', 0}),
                "the path \"a?b\" is not UTF-8"));
    }

    /** Headers that speak for others: what they say counts, and is judged. */
    static void headers(HostileRows rows) {
        rows.tar(
                "path in a pax header",
                tar -> tar.pax("path=../../etc/cron.d/evil").file("a", "1"),
                "the path \"../../etc/cron.d/evil\" has the element \"..\"");
        rows.add(new Hostile(
                "path in a global pax header",
                "b.tar",
                Tar.patched(Tar.of(tar -> tar.pax("path=../evil").file("a", "1")), 0, 156, new byte[] {
                    TarConstants.LF_PAX_GLOBAL_EXTENDED_HEADER
                }),
                "the path \"../evil\" has the element \"..\""));
        rows.tar("NUL in a pax path", tar -> tar.pax("path=a\0b").file("a", "1"), "has the character U+0000");
        rows.tar(
                "target in a pax header",
                tar -> tar.pax("linkpath=/etc/shadow").link("l", "fine"),
                "the path \"l\" links to \"/etc/shadow\", which is not inside the tree");
        rows.tar(
                "target in a GNU header",
                tar -> tar.entry(
                                "././@LongLink", TarConstants.LF_GNUTYPE_LONGLINK, 0644, "", "../etc\0".getBytes(UTF_8))
                        .link("l", "fine"),
                "the path \"l\" links to \"../etc\", which leads out of the tree");
        rows.tar(
                "hard link's target in a pax header",
                tar -> tar.file("a", "1").pax("linkpath=../../etc/shadow").hardLink("h", "a"),
                "the path \"../../etc/shadow\" has the element \"..\"");
        rows.tar("negative pax size", tar -> tar.pax("size=-1").file("a", "1"), "the tar");
        rows.tar(
                "sparse file under another name",
                tar -> tar.pax(
                                "GNU.sparse.major=1",
                                "GNU.sparse.minor=0",
                                "GNU.sparse.name=../evil",
                                "GNU.sparse.realsize=512")
                        .file("a", new byte[512], 0644),
                "Non-numeric value in sparse headers block; pack it anew");
        rows.tar(
                "hard link to itself",
                tar -> tar.hardLink("h", "h"),
                "\"h\" is a hard link to \"h\", which is no file that came before it in the archive");
        rows.tar(
                "directory by its name, with bytes",
                tar -> tar.pax("path=d/").file("d", "1"),
                "\"d\" is no file and says it has 1 bytes");
    }

    static void packings(HostileRows rows) {
        byte[] gz = Tar.gz(HostileRows.GOOD_TAR);
        byte[] zst = Tar.zst(HostileRows.GOOD_TAR);
        rows.add(new Hostile("cut off", "b.tar.gz", Arrays.copyOf(gz, gz.length - 20), "the gzip stream is cut off"));
        rows.add(new Hostile(
                "without its checksum", "b.tar.gz", Arrays.copyOf(gz, gz.length - 8), "the gzip stream is cut off"));
        rows.add(new Hostile(
                "damaged", "b.tar.gz", HostileRows.flipped(gz, gz.length - 6), "the tar.gz is malformed: "));
        rows.add(new Hostile(
                "two members",
                "b.tar.gz",
                HostileRows.concat(gz, Tar.gz(new byte[512])),
                "something follows the gzip member; pack it as one member"));
        rows.add(new Hostile(
                "something behind",
                "b.tar.gz",
                HostileRows.concat(gz, new byte[] {0}),
                "something follows the gzip member; pack it as one member"));
        rows.add(new Hostile("no gzip", "b.tar.gz", HostileRows.GOOD_TAR, "the tar.gz is malformed: "));
        rows.add(new Hostile(
                "endless name",
                "b.tar.gz",
                HostileRows.concat(
                        new byte[] {31, (byte) 139, 8, 8, 0, 0, 0, 0, 0, 3},
                        "n".repeat(200_000).getBytes(UTF_8)),
                "the gzip header is longer than"));
        rows.add(
                new Hostile("cut off", "b.tar.zst", Arrays.copyOf(zst, zst.length - 10), "the zstd stream is cut off"));
        rows.add(new Hostile(
                "two frames",
                "b.tar.zst",
                HostileRows.concat(zst, Tar.zst(new byte[512])),
                "something follows the zstd frame; pack it as one frame"));
        rows.add(new Hostile(
                "skippable frame",
                "b.tar.zst",
                HostileRows.concat(zst, new byte[] {0x50, 0x2a, 0x4d, 0x18, 1, 0, 0, 0, 7}),
                "something follows the zstd frame; pack it as one frame"));
        rows.add(new Hostile("no zstd", "b.tar.zst", HostileRows.GOOD_TAR, "the zstd stream is damaged: "));
        rows.add(new Hostile("damaged", "b.tar.zst", HostileRows.flipped(zst, zst.length / 2), "the "));
    }
}
