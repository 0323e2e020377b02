package packhorse.peer.adapter.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.testing.FailingForceDisk;
import packhorse.peer.adapter.testing.FullDisk;
import packhorse.peer.adapter.testing.TornDisk;
import packhorse.peer.adapter.testing.TreePicture;

/** A disk that fills up, cannot flush or tears a write stops an update with an error; the version before is untouched, and undo goes. */
final class ArchiveFaultTest {
    private static final World.Release ONE = release("1.0");
    private static final World.Release TWO = release("2.0");

    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private static World.Release release(String version) {
        return World.archive(
                version,
                "app.tar",
                Tar.of(tar -> tar.file(
                                "bin/app", ("app " + version).repeat(2000).getBytes(UTF_8), 0755)
                        .file("bin/other", "other " + version)
                        .link("tool", "bin/app")));
    }

    /** Makes a world with the old version, updates on that disk, and tells what came of it. */
    private boolean updated(String name, InstallDisk disk) throws Exception {
        Path place = Files.createDirectory(scratch.resolve(name));
        World.build(place, ONE, TWO);
        World.install(place, ONE, Optional.empty());
        TreePicture before = TreePicture.of(place);
        Workplace here = World.at(place, TWO, Optional.of(ONE), disk);
        List<String> found = List.of();
        boolean done = true;
        try {
            TWO.placement().prepare(here);
            TWO.placement().capture(here);
            TWO.placement().apply(here);
            TWO.placement().activate(here);
            found = TWO.placement().verify(here);
        } catch (IOException | RuntimeException e) {
            done = false;
        }
        if (done && found.isEmpty()) {
            return true;
        }
        TWO.placement().undo(World.at(place, TWO, Optional.of(ONE), InstallDisk.real()));
        World.clear(place, InstallDisk.real());
        assertEquals(List.of(), TreePicture.of(place).differences(before), name);
        World.toVerified(World.at(place, TWO, Optional.of(ONE), InstallDisk.real()), TWO.placement());
        return false;
    }

    @Test
    void aDiskThatFillsUpAtAnyByteStopsItAndNothingElse() throws Exception {
        boolean updated = false;
        for (long room = 0; !updated; room += 4001) {
            updated = updated("full-" + room, new FullDisk(InstallDisk.real(), room, false));
        }
        assertTrue(updated);
    }

    @Test
    void aFlushThatFailsAnywhereStopsIt() throws Exception {
        boolean updated = false;
        for (long good = 0; !updated; good++) {
            updated = updated("unflushed-" + good, new FailingForceDisk(InstallDisk.real(), good));
            assertTrue(good < 1000, "it never goes through");
        }
        assertTrue(updated);
    }

    @Test
    void aTornWriteIsReportedOrFoundByReadingBack() throws Exception {
        for (boolean silent : new boolean[] {false, true}) {
            TornDisk counting = new TornDisk(InstallDisk.real(), Long.MAX_VALUE, silent);
            assertTrue(updated("whole-" + silent, counting));
            for (long good = 0; good < counting.count(); good++) {
                TornDisk torn = new TornDisk(InstallDisk.real(), good, silent);
                assertFalse(updated("torn-" + silent + "-" + good, torn), "portion " + good + ", silent " + silent);
            }
        }
    }

    @Test
    void bytesThatChangedInStagingAreFoundInTheirPlace() throws Exception {
        Path place = Files.createDirectory(scratch.resolve("staged"));
        World.build(place, ONE);
        Workplace here = World.at(place, ONE, Optional.empty(), InstallDisk.real());
        ONE.placement().prepare(here);
        Files.writeString(place.resolve("staging/tree/bin/other"), "0ther 1.0");
        ONE.placement().capture(here);
        ONE.placement().apply(here);
        assertEquals(
                List.of(World.INTO + "/versions/1.0/bin/other: has other bytes"),
                ONE.placement().verify(here));
        Files.writeString(place.resolve("staging/files.ndjson"), "{}\n");
        assertThrows(RuntimeException.class, () -> {
            ONE.placement().apply(here);
            ONE.placement().verify(here);
        });
    }
}
