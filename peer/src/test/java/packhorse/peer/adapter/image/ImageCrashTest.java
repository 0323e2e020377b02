package packhorse.peer.adapter.image;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import packhorse.core.content.Kind;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Workplace;
import packhorse.peer.adapter.archive.MemoryDir;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.adapter.testing.FailingForceDisk;
import packhorse.peer.adapter.testing.FullDisk;
import packhorse.peer.adapter.testing.ScratchMachine;
import packhorse.peer.adapter.testing.ScratchMachine.Release;
import packhorse.peer.adapter.testing.TornDisk;
import packhorse.peer.adapter.testing.TreePicture;

/**
 * Every operation of images, ended at every one of its changes and on every bad disk, leaves the old or the new state. Of slots that
 * is the switch and the running slot; the other slot's bytes are nobody's until the switch leads there.
 */
final class ImageCrashTest {
    private static final int BLOCK = Ranges.BLOCK_BYTES;
    private static final Release DEVICE = release("{'device':'/disk.img'}");
    private static final Release SLOTS =
            release("{'slots':['/dev/slot-a','/dev/slot-b'],'switch':{'file':'/boot/slot','format':'key-value'},"
                    + "'running':{'file':'/run/slot'},'tries':3}");
    private static final Release LINKED =
            release("{'slots':['/dev/slot-a','/dev/slot-b'],'switch':{'file':'/boot/current','format':'link'},"
                    + "'running':{'file':'/run/slot'},'tries':3}");

    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private static Release release(String settings) {
        return ScratchMachine.release(new ImageAdapter(), Kind.IMAGE, "1", "disk.img", blocks("AB.C.D"), settings);
    }

    private static byte[] blocks(String letters) {
        byte[] bytes = new byte[letters.length() * BLOCK];
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            Arrays.fill(bytes, i * BLOCK, (i + 1) * BLOCK, (byte) (letter == '.' ? 0 : letter));
        }
        return bytes;
    }

    enum Operation {
        INSTALL,
        UNDO_OF_AN_INSTALL,
        REMOVE,
        UNDO_OF_A_REMOVAL,
        MEND,
        SWITCH,
        SWITCH_A_LINK,
        SWITCH_BACK,
        SWITCH_A_LINK_BACK,
        COMMIT_A_SLOT;

        Release release() {
            return switch (this) {
                case INSTALL, UNDO_OF_AN_INSTALL, REMOVE, UNDO_OF_A_REMOVAL, MEND -> DEVICE;
                case SWITCH, SWITCH_BACK, COMMIT_A_SLOT -> SLOTS;
                case SWITCH_A_LINK, SWITCH_A_LINK_BACK -> LINKED;
            };
        }
    }

    private static void journal(Path place, InstallDisk disk, String word) throws IOException {
        disk.replace(place.resolve("journal"), word.getBytes(UTF_8), 0600);
    }

    private static void upToActivation(Release release, Workplace here) throws IOException {
        release.placement().prepare(here);
        release.placement().capture(here);
        release.placement().apply(here);
        assertEquals(List.of(), release.placement().verify(here));
        release.placement().activate(here);
    }

    /** A journal of one word stands in for the engine's: it says which way the next process goes. */
    private record Life(Operation operation) implements EveryStep.Life {
        @Override
        public void operate(Path place, InstallDisk disk) throws Exception {
            ScratchMachine machine = new ScratchMachine(place);
            Release release = operation.release();
            switch (operation) {
                case INSTALL -> {
                    journal(place, disk, "undo");
                    machine.install(release, Optional.empty(), disk);
                }
                case REMOVE -> {
                    journal(place, disk, "undo");
                    machine.remove(release, disk);
                }
                case SWITCH, SWITCH_A_LINK -> {
                    if (machine.read("/boot/slot").contains("slot=b")
                            || Files.readSymbolicLink(machine.file("/boot/current"))
                                    .equals(Path.of("b"))) {
                        // Done before; the engine does not begin it again.
                        return;
                    }
                    journal(place, disk, "undo");
                    upToActivation(release, machine.at(release, Optional.empty(), true, disk));
                }
                case UNDO_OF_AN_INSTALL, UNDO_OF_A_REMOVAL, SWITCH_BACK, SWITCH_A_LINK_BACK -> {
                    journal(place, disk, "undo");
                    machine.undo(release, Optional.empty(), disk);
                }
                case COMMIT_A_SLOT -> {
                    journal(place, disk, "commit");
                    release.placement().commit(machine.at(release, Optional.empty(), false, disk));
                }
                case MEND -> {
                    journal(place, disk, "mend");
                    release.placement().mend(machine.at(release, Optional.empty(), true, disk));
                    assertEquals(List.of(), machine.verify(release));
                }
            }
            journal(place, disk, "");
        }

        @Override
        public void recover(Path place, InstallDisk disk) throws Exception {
            Path file = place.resolve("journal");
            ScratchMachine machine = new ScratchMachine(place);
            Release release = operation.release();
            String word = Files.exists(file) ? Files.readString(file) : "";
            // As the engine does: what it goes by is on the disk.
            journal(place, disk, word);
            switch (word) {
                case "undo" -> machine.undo(release, Optional.empty(), disk);
                case "commit" -> release.placement().commit(machine.at(release, Optional.empty(), false, disk));
                case "mend" -> release.placement().mend(machine.at(release, Optional.empty(), true, disk));
                default -> {
                    // Nothing was begun, or all was done.
                }
            }
            journal(place, disk, "");
        }
    }

    private static void build(Operation operation, Path place) throws Exception {
        Release release = operation.release();
        ScratchMachine machine = new ScratchMachine(place).with(release);
        Files.write(machine.file("/disk.img"), blocks("A.xy.zw"));
        Files.createDirectories(machine.file("/dev"));
        Files.write(machine.file("/dev/slot-a"), blocks("aaaaaa"));
        Files.write(machine.file("/dev/slot-b"), blocks("bbb.bb"));
        machine.write("/boot/slot", "timeout=5\nslot=a\n");
        Files.createSymbolicLink(machine.file("/boot/current"), Path.of("a"));
        machine.write("/run/slot", "a");
        switch (operation) {
            case INSTALL, SWITCH, SWITCH_A_LINK -> {}
            case UNDO_OF_AN_INSTALL -> machine.install(release);
            case REMOVE -> machine.commit(release);
            case UNDO_OF_A_REMOVAL -> {
                machine.commit(release);
                machine.remove(release, InstallDisk.real());
            }
            case MEND -> {
                machine.commit(release);
                Files.write(machine.file("/disk.img"), blocks("AB.xxxw"));
            }
            case SWITCH_BACK, SWITCH_A_LINK_BACK, COMMIT_A_SLOT -> {
                upToActivation(release, machine.at(release));
                machine.write("/run/slot", "b");
            }
        }
    }

    private static TreePicture looks(Path place) throws IOException {
        return TreePicture.of(place.resolve("root")).without("dev/slot-b");
    }

    private EveryStep steps(Operation operation) {
        return EveryStep.in(scratch)
                .world(place -> build(operation, place))
                .life(new Life(operation))
                .looksAt(ImageCrashTest::looks);
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

    private interface BadDisk {
        InstallDisk at(long moment);
    }

    private void everyMoment(String what, Release release, BadDisk bad, long moments) throws Exception {
        int failed = 0;
        Operation operation = release.equals(DEVICE) ? Operation.INSTALL : Operation.SWITCH;
        for (long moment = 0; moment < moments; moment++) {
            Path place = Files.createDirectory(scratch.resolve(what + moment));
            build(operation, place);
            TreePicture before = looks(place);
            ScratchMachine machine = new ScratchMachine(place);
            Workplace here = machine.at(release, Optional.empty(), true, bad.at(moment));
            try {
                upToActivation(release, here);
                if (release.equals(DEVICE)) {
                    assertEquals(List.of(), machine.verify(release));
                }
            } catch (IOException | RuntimeException | AssertionError e) {
                failed++;
                machine.undo(release);
                assertEquals(List.of(), looks(place).differences(before), "at " + moment + ": " + e);
                machine.clear();
                upToActivation(release, machine.at(release));
            }
            InstallDisk.real().delete(place);
        }
        assertTrue(failed > 1, failed + " of " + moments + " failed");
    }

    @Test
    void onADiskThatFillsUpItGoesBackAndTheNextAttemptSucceeds() throws Exception {
        everyMoment("device", DEVICE, moment -> new FullDisk(InstallDisk.real(), moment * BLOCK / 2, false), 12);
        everyMoment("slots", SLOTS, moment -> new FullDisk(InstallDisk.real(), moment * 40, false), 12);
    }

    @Test
    void onADiskThatCannotFlushItGoesBackAndTheNextAttemptSucceeds() throws Exception {
        everyMoment("device", DEVICE, moment -> new FailingForceDisk(InstallDisk.real(), moment), 10);
        everyMoment("slots", SLOTS, moment -> new FailingForceDisk(InstallDisk.real(), moment), 14);
    }

    @Test
    void onADiskThatTearsAWriteItGoesBackAndTheNextAttemptSucceeds() throws Exception {
        everyMoment("torn", DEVICE, moment -> new TornDisk(InstallDisk.real(), moment, false), 6);
        everyMoment("silently", DEVICE, moment -> new TornDisk(InstallDisk.real(), moment, true), 6);
    }
}
