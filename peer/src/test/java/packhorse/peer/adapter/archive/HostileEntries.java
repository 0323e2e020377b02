package packhorse.peer.adapter.archive;

import org.apache.commons.compress.archivers.tar.TarConstants;
import packhorse.peer.adapter.archive.HostileRows.Hostile;

/** What is told by an entry alone, by its name, its link or its type, mostly in both kinds of archive. */
final class HostileEntries {
    private HostileEntries() {}

    /** What is told by names and links, in both kinds of archive. */
    static void names(HostileRows rows) {
        rows.both("climbs", "../evil", "the path \"../evil\" has the element \"..\"");
        rows.both("climbs later", "a/../../evil", "the path \"a/../../evil\" has the element \"..\"");
        rows.both("absolute", "/etc/evil", "the path \"/etc/evil\" is absolute");
        rows.both("empty element", "a//b", "the path \"a//b\" has an empty element");
        rows.both("dot element", "a/./b", "the path \"a/./b\" has the element \".\"");
        rows.tar("backslash", tar -> tar.file("a\\b", "evil"), "the path \"a\\b\" has the character U+005C");
        byte[] slashed = Zip.of(zip -> zip.file("a_b", "evil"));
        slashed[Zip.find(slashed, Zip.LOCAL, 0) + 31] = '\\';
        slashed[Zip.find(slashed, Zip.CENTRAL, 0) + 47] = '\\';
        rows.add(new Hostile("backslash", "b.zip", slashed, "the path \"a\\b\" has the character U+005C"));
        rows.both("control character", "a\nb", "the path \"a\\u000ab\" has the character U+000A");
        rows.both("delete character", "a\u007fb", "the path \"a\\u007fb\" has the character U+007F");
        rows.both(
                "device's name",
                "x/Con.txt",
                "the path \"x/Con.txt\" has the element \"Con.txt\", which is a device on Windows");
        rows.both(
                "numbered device's name",
                "lpt9",
                "the path \"lpt9\" has the element \"lpt9\", which is a device on Windows");
        rows.both(
                "trailing dot", "a./b", "the path \"a./b\" has the element \"a.\", whose last character Windows drops");
        rows.both(
                "a name of ours",
                "etc/.app.conf.packhorse-new",
                "the path \"etc/.app.conf.packhorse-new\" has the element \".app.conf.packhorse-new\", a name that"
                        + " Packhorse gives what is not in place yet");
        rows.both("trailing space", "a ", "the path \"a \" has the element \"a \", whose last character Windows drops");
        rows.both(
                "long name",
                "n".repeat(256),
                "the path \"" + "n".repeat(200) + "\" has an element longer than 255 bytes");
        rows.both("too deep", "d/".repeat(40) + "f", "the path \"" + "d/".repeat(40) + "f\" is deeper than 40 levels");
        rows.tar("the same twice", tar -> tar.file("a", "1").file("a", "2"), "the path \"a\" comes twice");
        rows.files("case collision", "\"readme\" and \"README\" are one name on some file systems", "README", "readme");
        rows.files(
                "directories collide by case",
                "\"lib\" and \"Lib\" are one name on some file systems",
                "Lib/a",
                "lib/b");
        rows.files(
                "normalisation collision",
                "\"caf\u00e9\" and \"cafe\u0301\" are one name on some file systems",
                "caf\u00e9",
                "cafe\u0301");
        rows.files("below a file", "\"a/b\" lies in \"a\", which is a file", "a", "a/b");
        rows.files(
                "a file where something is below", "\"a\" has something below it, and is not a directory", "a/b", "a");
        rows.pair(
                "through a link",
                tar -> tar.link("a", "d").file("a/b", "2"),
                zip -> zip.link("a", "d").file("a/b", "2"),
                "\"a/b\" lies in \"a\", which is a link");
        rows.link(
                "absolute link",
                "l",
                "/etc/passwd",
                "the path \"l\" links to \"/etc/passwd\", which is not inside the tree");
        rows.link(
                "link out of the tree",
                "d/l",
                "../../etc",
                "the path \"d/l\" links to \"../../etc\", which leads out of the tree");
        rows.link(
                "link that climbs behind a name",
                "l",
                "d/../../etc",
                "the path \"l\" links to \"d/../../etc\", which has \"..\" behind a name");
        rows.pair(
                "chain of links out of the tree",
                tar -> tar.directory("a").directory("a/b").link("a/b/up", "..").link("out", "a/b/up/../../etc"),
                zip -> zip.directory("a/", 0755)
                        .directory("a/b/", 0755)
                        .link("a/b/up", "..")
                        .link("out", "a/b/up/../../etc"),
                "the path \"out\" links to \"a/b/up/../../etc\", which has \"..\" behind a name");
        rows.link("link to a control character", "l", "\n", "the path \"\\u000a\" has the character U+000A");
    }

    static void types(HostileRows rows) {
        rows.special("character device", TarConstants.LF_CHR, "a character device");
        rows.special("block device", TarConstants.LF_BLK, "a block device");
        rows.special("named pipe", TarConstants.LF_FIFO, "a named pipe");
        rows.special("contiguous file", TarConstants.LF_CONTIG, "of the type '7'");
        rows.special("volume label", (byte) 'V', "of the type 'V'");
        rows.special("unknown type", (byte) 'Q', "of the type 'Q'");
        rows.tar(
                "hard link out of the tree",
                tar -> tar.hardLink("h", "../../etc/shadow"),
                "the path \"../../etc/shadow\" has the element \"..\"");
        rows.tar("absolute hard link", tar -> tar.hardLink("h", "/etc/shadow"), "the path \"/etc/shadow\" is absolute");
        rows.tar(
                "hard link to what comes later",
                tar -> tar.hardLink("h", "a").file("a", "1"),
                "\"h\" is a hard link to \"a\", which is no file that came before it in the archive");
        rows.tar(
                "hard link to a link",
                tar -> tar.link("l", "x").hardLink("h", "l"),
                "\"h\" is a hard link to \"l\", which is no file that came before it in the archive");
        rows.tar(
                "hard link to a directory",
                tar -> tar.directory("d").hardLink("h", "d"),
                "\"h\" is a hard link to \"d\", which is no file that came before it in the archive");
        rows.pair(
                "set-user-id",
                tar -> tar.file("su", new byte[1], 04755),
                zip -> zip.file("su", new byte[1], 0104755),
                "\"su\" has the mode 4755: what runs as somebody else (set-user-id, set-group-id) may not come in an"
                        + " archive");
        rows.pair(
                "set-group-id",
                tar -> tar.file("sg", new byte[1], 02755),
                zip -> zip.file("sg", new byte[1], 0102755),
                "\"sg\" has the mode 2755: what runs as somebody else (set-user-id, set-group-id) may not come in an"
                        + " archive");
        rows.pair(
                "set-group-id directory",
                tar -> tar.directory("d", 02755),
                zip -> zip.directory("d/", 02755),
                "\"d\" has the mode 2755: what runs as somebody else (set-user-id, set-group-id) may not come in an"
                        + " archive");
        rows.zip(
                "device",
                zip -> zip.file("dev", new byte[0], 0020644),
                "\"dev\" is of the type 20000; an archive may hold files, directories and links");
        rows.zip(
                "socket",
                zip -> zip.file("sock", new byte[0], 0140644),
                "\"sock\" is of the type 140000; an archive may hold files, directories and links");
        rows.zip(
                "directory by its mode only",
                zip -> zip.file("d", new byte[0], 0040755),
                "\"d\" is a directory by its name or by its mode, not by both");
        rows.zip(
                "directory by its name only",
                zip -> zip.entry("d/", new byte[0], 0100644, 0),
                "\"d/\" is a directory by its name or by its mode, not by both");
        rows.zip(
                "directory with bytes",
                zip -> zip.entry("d/", new byte[] {1}, 0, 0),
                "\"d\" is a directory and says it has 1 bytes");
    }
}
