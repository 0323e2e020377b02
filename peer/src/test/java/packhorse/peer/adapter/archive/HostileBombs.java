package packhorse.peer.adapter.archive;

import java.util.Map;
import org.apache.commons.compress.archivers.tar.TarConstants;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.peer.adapter.archive.HostileRows.Hostile;

/** Archives that become far more than they are. */
final class HostileBombs {
    private HostileBombs() {}

    static void all(HostileRows rows) {
        byte[] zeros = Tar.of(tar -> tar.file("zeros", new byte[20 << 20], 0644));
        rows.add(new Hostile("bomb", "b.tar.gz", Tar.gz(zeros), "the archive's files have more than "));
        rows.add(new Hostile("bomb", "b.tar.zst", Tar.zst(zeros), "the archive's files have more than 1048576 bytes"));
        rows.add(new Hostile(
                "bomb",
                "b.zip",
                Zip.of(zip -> zip.file("zeros", new byte[20 << 20], 0100644)),
                "\"zeros\" unpacks from "));
        rows.add(new Hostile(
                "bomb of many",
                "b.zip",
                Zip.of(zip -> {
                    for (int i = 0; i < 40; i++) {
                        zip.file("f" + i, new byte[1 << 20], 0100644);
                    }
                }),
                "bytes together; raise settings.limits.ratio or bytes where that is meant"));
        byte[] padded = HostileRows.concat(HostileRows.GOOD_TAR, new byte[20 << 20]);
        rows.add(new Hostile("bomb behind the end", "b.tar.gz", Tar.gz(padded), "bytes unpacks to more than "));
        rows.add(new Hostile(
                "bomb behind the end",
                "b.tar.zst",
                Tar.zst(padded),
                "bytes unpacks to more than 1048576; raise settings.limits.ratio where that is meant"));
        JsonObject small = World.settings(Map.of(
                "limits",
                JsonObject.of(Map.of(
                        "bytes", new JsonInteger(1000), "entries", new JsonInteger(3), "depth", new JsonInteger(2)))));
        rows.add(new Hostile(
                "too many bytes",
                "b.tar",
                Tar.of(tar -> tar.file("a", "x".repeat(600)).file("b", "x".repeat(600))),
                "the archive's files have more than 1000 bytes together; raise settings.limits.ratio or bytes where"
                        + " that is meant",
                small));
        rows.add(new Hostile(
                "too many entries",
                "b.tar",
                Tar.of(tar -> tar.file("a", "").file("b", "").file("c", "").file("d", "")),
                "the archive holds more than 3 entries; raise settings.limits.entries where that is meant",
                small));
        rows.add(new Hostile(
                "too many entries",
                "b.zip",
                Zip.of(zip -> zip.file("a", "").file("b", "").file("c", "").file("d", "")),
                "the archive holds more than 3 entries; raise settings.limits.entries where that is meant",
                small));
        rows.add(new Hostile(
                "deeper than said",
                "b.tar",
                Tar.of(tar -> tar.file("a/b/c", "")),
                "the path \"a/b/c\" is deeper than 2 levels",
                small));
        rows.add(new Hostile(
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
        rows.add(new Hostile(
                "endless name", "b.tar", name, "an entry's header is longer than 1048576 bytes, which no path needs"));
    }
}
