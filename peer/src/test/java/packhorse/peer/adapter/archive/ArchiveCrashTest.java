package packhorse.peer.adapter.archive;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Placement;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.adapter.testing.TreePicture;

/**
 * Every operation of an archive, ended at every one of its changes, by a kill and by a power cut, leaves the old or the new state. A
 * journal of one word stands in for the engine's: it says which way the next process goes.
 */
final class ArchiveCrashTest {
    private static final World.Release ONE = release("1.0");
    private static final World.Release TWO = release("2.0");
    private static final World.Release THREE = release("3.0");
    private static final World.Release FOUR = release("4.0");

    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private static World.Release release(String version) {
        return World.archive(
                version,
                "app.tar.zst",
                Tar.zst(Tar.of(tar -> tar.directory("bin")
                        .file("bin/app", ("app " + version).getBytes(UTF_8), 0755)
                        .hardLink("same", "bin/app")
                        .link("tool", "bin/app"))));
    }

    enum Operation {
        INSTALL,
        UPDATE,
        UNDO_OF_AN_INSTALL,
        UNDO_OF_AN_UPDATE,
        COMMIT,
        REMOVE,
        UNDO_OF_A_REMOVAL,
        BACK_TO_A_KEPT_VERSION,
        MEND
    }

    private static String journal(Path place) throws IOException {
        Path file = place.resolve("journal");
        return Files.exists(file) ? Files.readString(file) : "";
    }

    private static void journal(Path place, InstallDisk disk, String word) throws IOException {
        disk.replace(place.resolve("journal"), word.getBytes(UTF_8), 0600);
    }

    /** What the next process does is decided by the journal's word alone, as with the engine. */
    private static final class Life implements EveryStep.Life {
        private final World.Release release;
        private final Optional<World.Release> previous;
        private final Operation operation;

        Life(Operation operation, World.Release release, Optional<World.Release> previous) {
            this.operation = operation;
            this.release = release;
            this.previous = previous;
        }

        private Workplace at(Path place, InstallDisk disk) {
            return World.at(place, release, previous, disk);
        }

        @Override
        public void operate(Path place, InstallDisk disk) throws Exception {
            Workplace here = at(place, disk);
            Placement placement = release.placement();
            switch (operation) {
                case INSTALL, UPDATE, BACK_TO_A_KEPT_VERSION -> {
                    assertEquals(java.util.List.of(), placement.precheck(here));
                    placement.prepare(here);
                    journal(place, disk, "undo");
                    placement.capture(here);
                    placement.apply(here);
                    placement.activate(here);
                    assertEquals(java.util.List.of(), placement.verify(here));
                    journal(place, disk, "");
                }
                case REMOVE -> {
                    journal(place, disk, "undo");
                    placement.capture(here);
                    placement.remove(here);
                    assertEquals(java.util.List.of(), placement.verify(here));
                    journal(place, disk, "commit");
                    placement.commit(here);
                    journal(place, disk, "");
                }
                case UNDO_OF_AN_INSTALL, UNDO_OF_AN_UPDATE, UNDO_OF_A_REMOVAL -> {
                    journal(place, disk, "undo");
                    placement.undo(here);
                    journal(place, disk, "");
                }
                case COMMIT -> {
                    journal(place, disk, "commit");
                    placement.commit(here);
                    journal(place, disk, "");
                }
                case MEND -> {
                    journal(place, disk, "mend");
                    placement.mend(here);
                    assertEquals(java.util.List.of(), placement.verify(here));
                    journal(place, disk, "");
                }
            }
        }

        @Override
        public void recover(Path place, InstallDisk disk) throws Exception {
            Workplace here = at(place, disk);
            Placement placement = release.placement();
            // As the engine does: what it goes by is on the disk.
            journal(place, disk, journal(place));
            switch (journal(place)) {
                case "undo" -> placement.undo(here);
                case "commit" -> placement.commit(here);
                case "mend" -> placement.mend(here);
                default -> {
                    // Nothing was begun, or all was done.
                }
            }
            journal(place, disk, "");
        }
    }

    private static void build(Operation operation, Path place) throws Exception {
        World.build(place, ONE, TWO, THREE, FOUR);
        switch (operation) {
            case INSTALL -> {
                // An empty machine.
            }
            case UPDATE, MEND -> World.install(place, ONE, Optional.empty());
            case BACK_TO_A_KEPT_VERSION, REMOVE -> {
                World.install(place, ONE, Optional.empty());
                World.install(place, TWO, Optional.of(ONE));
            }
            case UNDO_OF_AN_INSTALL ->
                World.toVerified(World.at(place, ONE, Optional.empty(), InstallDisk.real()), ONE.placement());
            case UNDO_OF_AN_UPDATE -> {
                World.install(place, ONE, Optional.empty());
                World.toVerified(World.at(place, TWO, Optional.of(ONE), InstallDisk.real()), TWO.placement());
            }
            case UNDO_OF_A_REMOVAL -> {
                World.install(place, ONE, Optional.empty());
                Workplace here = World.at(place, ONE, Optional.empty(), InstallDisk.real());
                ONE.placement().capture(here);
                ONE.placement().remove(here);
            }
            case COMMIT -> {
                World.install(place, ONE, Optional.empty());
                World.install(place, TWO, Optional.of(ONE));
                World.install(place, THREE, Optional.of(TWO));
                World.toVerified(World.at(place, FOUR, Optional.of(THREE), InstallDisk.real()), FOUR.placement());
            }
        }
        if (operation == Operation.MEND) {
            Files.writeString(place.resolve("root" + World.INTO + "/versions/1.0/bin/app"), "broken");
        }
    }

    private static Life life(Operation operation) {
        return switch (operation) {
            case INSTALL, UNDO_OF_AN_INSTALL, MEND, UNDO_OF_A_REMOVAL -> new Life(operation, ONE, Optional.empty());
            case UPDATE, UNDO_OF_AN_UPDATE -> new Life(operation, TWO, Optional.of(ONE));
            case BACK_TO_A_KEPT_VERSION -> new Life(operation, ONE, Optional.of(TWO));
            case REMOVE -> new Life(operation, TWO, Optional.empty());
            case COMMIT -> new Life(operation, FOUR, Optional.of(THREE));
        };
    }

    /** The machine, and what is kept of the versions that are in place; serials of markers may count an attempt. */
    private static TreePicture looks(Path place) throws IOException {
        TreePicture all = TreePicture.of(place)
                .without("staging")
                .without("undo")
                .without("journal")
                .without(".journal.packhorse-new");
        return all;
    }

    private EveryStep every(Operation operation) {
        return EveryStep.in(scratch)
                .world(place -> build(operation, place))
                .life(life(operation))
                .looksAt(ArchiveCrashTest::looks);
    }

    @ParameterizedTest
    @EnumSource
    void killedAtAnyChangeItIsOldOrNew(Operation operation) throws Exception {
        every(operation).check();
    }

    @ParameterizedTest
    @EnumSource
    void atAnyPowerCutItIsOldOrNew(Operation operation) throws Exception {
        every(operation).powerCut().check();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MEND")
    void killedTwiceBeforeThePowerCutItIsOldOrNew(Operation operation) throws Exception {
        assertTrue(every(operation).twice(7, 100) > 3);
    }
}
