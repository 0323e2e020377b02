package packhorse.peer.adapter.archive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import packhorse.core.content.CodeClass;
import packhorse.core.content.FileEntry;
import packhorse.core.content.Sha256;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.archive.HostileRows.Hostile;
import packhorse.peer.adapter.testing.NarrowDisk;
import packhorse.peer.adapter.testing.TreePicture;

/**
 * Every kind of hostile archive is refused with the line that says why, and nothing of it is left anywhere: what is unpacked while it
 * is judged, never leaves staging.
 */
final class HostileArchivesTest {
    @TempDir(factory = MemoryDir.class)
    Path place;

    static List<Hostile> all() {
        HostileRows rows = new HostileRows();
        HostileEntries.names(rows);
        HostileEntries.types(rows);
        HostileBombs.all(rows);
        HostileTars.tars(rows);
        HostileTars.headers(rows);
        HostileTars.packings(rows);
        HostileZips.all(rows);
        return rows.list();
    }

    @ParameterizedTest
    @MethodSource("all")
    void isRefusedAndNothingIsLeft(Hostile hostile) throws Exception {
        refused(of(hostile), hostile.line(), InstallDisk.real());
    }

    /** Where there may be too little room it is judged before a byte of it is written. */
    @ParameterizedTest
    @MethodSource("all")
    void isRefusedBeforeItIsWrittenWhereRoomIsShort(Hostile hostile) throws Exception {
        NarrowDisk disk = new NarrowDisk();
        refused(of(hostile), hostile.line(), disk);
        assertEquals(0, disk.created());
    }

    private static World.Release of(Hostile hostile) {
        return World.archive("1.0", hostile.name(), hostile.content(), hostile.settings());
    }

    @Test
    void aPublishedTreeIsJudgedByItsNamesToo() throws Exception {
        byte[] text = {'a'};
        String name = ".a.packhorse-new";
        refused(
                World.tree(
                        "1.0",
                        Tar.of(tar -> tar.file(name, text, 0644)),
                        List.of(new FileEntry.File(name, 0644, FileEntry.Owner.ROOT, text.length, Sha256.of(text)))),
                "the path \"" + name + "\" has the element \"" + name + "\", a name that Packhorse gives",
                InstallDisk.real());
    }

    private void refused(World.Release release, String line, InstallDisk disk) throws Exception {
        World.build(place, release);
        Workplace here = World.at(place, release, Optional.empty(), disk);
        TreePicture before = TreePicture.of(place);
        AdapterException refused =
                assertThrows(AdapterException.class, () -> release.placement().prepare(here));
        assertEquals(List.of(), TreePicture.of(place).differences(before), "something is left");
        assertTrue(
                String.valueOf(refused.getMessage()).startsWith("acme/app@1.0 (any): "),
                String.valueOf(refused.getMessage()));
        assertTrue(
                String.valueOf(refused.getMessage()).contains(line),
                () -> refused.getMessage() + "\n  instead of " + line);
        assertEquals(1, String.valueOf(refused.getMessage()).lines().count(), String.valueOf(refused.getMessage()));
        assertEquals(CodeClass.PERMANENT, refused.codeClass());
    }
}
