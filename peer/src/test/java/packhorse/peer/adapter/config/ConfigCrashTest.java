package packhorse.peer.adapter.config;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import packhorse.core.content.Kind;
import packhorse.core.testing.OnlyAs;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.archive.MemoryDir;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.adapter.testing.ExchangingDisk;
import packhorse.peer.adapter.testing.FailingForceDisk;
import packhorse.peer.adapter.testing.FullDisk;
import packhorse.peer.adapter.testing.ScratchMachine;
import packhorse.peer.adapter.testing.ScratchMachine.Release;
import packhorse.peer.adapter.testing.TornDisk;
import packhorse.peer.adapter.testing.TreePicture;

/** Every operation of configuration, ended at every one of its changes and on every bad disk, leaves the old or the new state. */
final class ConfigCrashTest {
    private static final Release ONE = release("1", "'name':'one','extra':1", "one ${site}");
    private static final Release TWO = release("2", "'name':'two','other':2", "two ${site}");

    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private static Release release(String version, String set, String template) {
        return ScratchMachine.release(
                new ConfigAdapter(),
                Kind.PACKAGE,
                version,
                "t",
                template.getBytes(UTF_8),
                "{'edits':[{'file':'/etc/app.ini','format':'ini','set':{'s':{" + set + "}},'mode':'0600'},"
                        + "{'file':'/etc/new/motd','format':'template','from':'t'}]}");
    }

    private static ScratchMachine machine(Path place) {
        return new ScratchMachine(place, new TreeMap<>(Map.of("site", "berlin")));
    }

    enum Operation {
        INSTALL,
        UPDATE,
        REMOVE,
        UNDO_OF_AN_INSTALL,
        UNDO_OF_AN_UPDATE,
        UNDO_OF_A_REMOVAL,
        MEND
    }

    private static void journal(Path place, InstallDisk disk, String word) throws IOException {
        disk.replace(place.resolve("journal"), word.getBytes(UTF_8), 0600);
    }

    /** A journal of one word stands in for the engine's: it says which way the next process goes. */
    private record Life(Operation operation) implements EveryStep.Life {
        private Release release() {
            return operation == Operation.UPDATE || operation == Operation.UNDO_OF_AN_UPDATE ? TWO : ONE;
        }

        private Optional<Release> previous() {
            return release().equals(TWO) ? Optional.of(ONE) : Optional.empty();
        }

        @Override
        public void operate(Path place, InstallDisk disk) throws Exception {
            ScratchMachine machine = machine(place);
            switch (operation) {
                case INSTALL, UPDATE -> {
                    journal(place, disk, "undo");
                    machine.install(release(), previous(), disk);
                }
                case REMOVE -> {
                    journal(place, disk, "undo");
                    machine.remove(ONE, disk);
                }
                case UNDO_OF_AN_INSTALL, UNDO_OF_AN_UPDATE, UNDO_OF_A_REMOVAL -> {
                    journal(place, disk, "undo");
                    machine.undo(release(), previous(), disk);
                }
                case MEND -> {
                    journal(place, disk, "mend");
                    ONE.placement().mend(machine.at(ONE, Optional.empty(), true, disk));
                    assertEquals(List.of(), machine.verify(ONE));
                }
            }
            journal(place, disk, "");
        }

        @Override
        public void recover(Path place, InstallDisk disk) throws Exception {
            Path file = place.resolve("journal");
            String word = Files.exists(file) ? Files.readString(file) : "";
            // As the engine does: what it goes by is on the disk.
            journal(place, disk, word);
            if (word.equals("undo")) {
                machine(place).undo(release(), previous(), disk);
            } else if (word.equals("mend")) {
                ONE.placement().mend(machine(place).at(ONE, Optional.empty(), true, disk));
            }
            journal(place, disk, "");
        }
    }

    private static void build(Operation operation, Path place) throws Exception {
        ScratchMachine machine = machine(place).with(ONE, TWO);
        machine.write("/etc/app.ini", "x=1\n[s]\nname=zero\n");
        switch (operation) {
            case INSTALL -> {}
            case UPDATE, REMOVE -> machine.commit(ONE);
            case UNDO_OF_AN_INSTALL -> machine.install(ONE);
            case UNDO_OF_AN_UPDATE -> {
                machine.commit(ONE);
                machine.install(TWO, Optional.of(ONE), InstallDisk.real());
            }
            case UNDO_OF_A_REMOVAL -> {
                machine.commit(ONE);
                machine.remove(ONE, InstallDisk.real());
            }
            case MEND -> {
                machine.commit(ONE);
                machine.write("/etc/app.ini", "x=1\n[s]\nname=bad\nextra=1\n");
            }
        }
    }

    private static TreePicture looks(Path place) throws IOException {
        return TreePicture.of(place.resolve("root"));
    }

    private EveryStep steps(Operation operation) {
        return EveryStep.in(scratch)
                .world(place -> build(operation, place))
                .life(new Life(operation))
                .looksAt(ConfigCrashTest::looks);
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void killedAtEveryChangeItIsOldOrNew(Operation operation) throws Exception {
        assertTrue(steps(operation).check() > 3);
    }

    @ParameterizedTest
    @EnumSource(Operation.class)
    void afterAPowerCutAtEveryChangeItIsOldOrNew(Operation operation) throws Exception {
        assertTrue(steps(operation).powerCut().check() > 3);
    }

    @ParameterizedTest
    @EnumSource(value = Operation.class, mode = EnumSource.Mode.EXCLUDE, names = "MEND")
    void killedTwiceBeforeThePowerCutItIsOldOrNew(Operation operation) throws Exception {
        assertTrue(steps(operation).twice(7, 100) > 3);
    }

    /** What is made in a user's directory is made elsewhere, and given to him before it is there. */
    private record InAUsersDirectory() implements EveryStep.Life {
        private static final Release RELEASE = ScratchMachine.release(
                new ConfigAdapter(),
                Kind.PACKAGE,
                "1",
                "t",
                "text".getBytes(UTF_8),
                "{'edits':[{'file':'/home/u/new/deep/motd','format':'template','from':'t'}]}");

        static void build(Path place) throws IOException {
            ScratchMachine machine = machine(place).with(RELEASE);
            Files.createDirectories(machine.file("/home/u"));
            InstallDisk.real().owner(machine.file("/home/u"), ExchangingDisk.STRANGER, ExchangingDisk.STRANGER);
        }

        @Override
        public void operate(Path place, InstallDisk disk) throws Exception {
            journal(place, disk, "undo");
            machine(place).install(RELEASE, Optional.empty(), disk);
            journal(place, disk, "");
        }

        @Override
        public void recover(Path place, InstallDisk disk) throws Exception {
            Path file = place.resolve("journal");
            String word = Files.exists(file) ? Files.readString(file) : "";
            journal(place, disk, word);
            if (word.equals("undo")) {
                machine(place).undo(RELEASE, Optional.empty(), disk);
            }
            journal(place, disk, "");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void endedAtEveryChangeInAUsersDirectoryItIsOldOrNew(boolean powerCut) throws Exception {
        OnlyAs.root();
        EveryStep steps = EveryStep.in(scratch)
                .world(InAUsersDirectory::build)
                .life(new InAUsersDirectory())
                .looksAt(ConfigCrashTest::looks);
        assertTrue((powerCut ? steps.powerCut() : steps).check() > 10);
    }

    private interface BadDisk {
        InstallDisk at(long moment);
    }

    private void everyMoment(BadDisk bad, long moments) throws Exception {
        int failed = 0;
        for (long moment = 0; moment < moments; moment++) {
            Path place = Files.createDirectory(scratch.resolve("bad-" + moment));
            build(Operation.UPDATE, place);
            TreePicture before = looks(place);
            ScratchMachine machine = machine(place);
            try {
                machine.install(TWO, Optional.of(ONE), bad.at(moment));
            } catch (IOException | RuntimeException | AssertionError e) {
                failed++;
                machine.undo(TWO, Optional.of(ONE), InstallDisk.real());
                assertEquals(List.of(), looks(place).differences(before), "at " + moment + ": " + e);
                machine.clear();
                machine.install(TWO, Optional.of(ONE), InstallDisk.real());
            }
            assertEquals(List.of(), machine.verify(TWO));
            InstallDisk.real().delete(place);
        }
        assertTrue(failed > 3, failed + " of " + moments + " failed");
    }

    @Test
    void onADiskThatFillsUpItGoesBackAndTheNextAttemptSucceeds() throws Exception {
        everyMoment(moment -> new FullDisk(InstallDisk.real(), moment * 97, false), 30);
    }

    @Test
    void onADiskThatCannotFlushItGoesBackAndTheNextAttemptSucceeds() throws Exception {
        everyMoment(moment -> new FailingForceDisk(InstallDisk.real(), moment), 30);
    }

    @Test
    void onADiskThatTearsAWriteItGoesBackAndTheNextAttemptSucceeds() throws Exception {
        everyMoment(moment -> new TornDisk(InstallDisk.real(), moment, false), 10);
    }
}
