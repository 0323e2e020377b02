package packhorse.peer.adapter.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.adapter.image.Images.SLOTS;
import static packhorse.peer.adapter.image.Images.blocks;
import static packhorse.peer.adapter.image.Images.disk;
import static packhorse.peer.adapter.image.Images.precheck;
import static packhorse.peer.adapter.image.Images.refused;
import static packhorse.peer.adapter.image.Images.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.archive.MemoryDir;
import packhorse.peer.adapter.testing.CrashDisk;
import packhorse.peer.adapter.testing.ReadOnlyBelow;
import packhorse.peer.adapter.testing.ScratchMachine;
import packhorse.peer.adapter.testing.ScratchMachine.Release;
import packhorse.peer.adapter.testing.StoppingDisk;
import packhorse.peer.adapter.testing.TornDisk;

/** Images in the slots of a machine, and the switch between them. */
final class SlotsTest {
    private static final String LINKED =
            "{'slots':['/dev/slot-a','/dev/slot-b'],'switch':{'file':'/boot/current','format':'link'},"
                    + "'running':{'file':'/run/slot'},'tries':2}";

    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private ScratchMachine machine(Release... releases) throws IOException {
        return new ScratchMachine(scratch).with(releases);
    }

    private ScratchMachine slots(Release... releases) throws IOException {
        ScratchMachine machine = machine(releases);
        disk(machine, "/dev/slot-a", blocks("aaaa"));
        disk(machine, "/dev/slot-b", blocks("bbbb"));
        machine.write("/boot/packhorse.slot", "# boot\r\ntimeout=5\r\nslot=a\r\n");
        machine.write("/proc/cmdline", "quiet slot=a root=/dev/x\n");
        return machine;
    }

    private static Outcome upToActivation(ScratchMachine machine, Release release) throws IOException {
        var here = machine.at(release);
        assertEquals(List.of(), release.placement().precheck(here));
        release.placement().prepare(here);
        release.placement().capture(here);
        release.placement().apply(here);
        assertEquals(List.of(), release.placement().verify(here));
        return release.placement().activate(here);
    }

    @Test
    void theOtherSlotIsWrittenAndStartedNext() throws Exception {
        Release release = release("2", blocks("CD."), SLOTS);
        ScratchMachine machine = slots(release);
        assertEquals(
                packhorse.core.content.CodeClass.SUCCESS_REBOOT,
                upToActivation(machine, release).codeClass());
        assertArrayEquals(blocks("aaaa"), Files.readAllBytes(machine.file("/dev/slot-a")));
        assertArrayEquals(blocks("CD.b"), Files.readAllBytes(machine.file("/dev/slot-b")));
        assertEquals("# boot\r\ntimeout=5\r\nslot=b\r\ntries=3\r\n", machine.read("/boot/packhorse.slot"));
        machine.write("/proc/cmdline", "quiet slot=b\n");
        assertEquals(List.of(), machine.verify(release));
        release.placement().commit(machine.at(release));
        assertEquals("# boot\r\ntimeout=5\r\nslot=b\r\n", machine.read("/boot/packhorse.slot"));
        // The next one goes into the slot that is free now.
        Release next = release("3", blocks("EF"), SLOTS);
        machine.with(next);
        machine.clear();
        upToActivation(machine, next);
        assertArrayEquals(blocks("EFaa"), Files.readAllBytes(machine.file("/dev/slot-a")));
        assertArrayEquals(blocks("CD.b"), Files.readAllBytes(machine.file("/dev/slot-b")));
    }

    @Test
    void aDamagedRecordOfTheSwitchIsToldByItsName() throws Exception {
        Release release = release("2", blocks("CD."), SLOTS);
        ScratchMachine machine = slots(release);
        upToActivation(machine, release);
        Path record = machine.place().resolve("undo/slots.json");
        String right = Files.readString(record);
        for (String wrong : List.of(right.substring(7), right.replaceFirst("\"text\":\"", "\"text\":\"!"))) {
            Files.writeString(record, wrong);
            AdapterException told = assertThrows(AdapterException.class, () -> machine.undo(release));
            assertTrue(
                    String.valueOf(told.getMessage()).startsWith(record + " is not what was written there ("),
                    told.getMessage());
        }
        Files.writeString(record, right);
        machine.undo(release);
        assertEquals("# boot\r\ntimeout=5\r\nslot=a\r\n", machine.read("/boot/packhorse.slot"));
    }

    /** A committed slot whose tries stay is given up by its boot loader some day. */
    @Test
    void triesThatStayAfterACommitAreReportedAndMended() throws Exception {
        for (String settings : List.of(SLOTS, LINKED)) {
            Release release = release("2", blocks("CD."), settings);
            ScratchMachine machine = slots(release);
            machine.write("/run/slot", "a");
            Files.deleteIfExists(machine.file("/boot/current"));
            Files.createSymbolicLink(machine.file("/boot/current"), Path.of("a"));
            upToActivation(machine, release);
            machine.write("/proc/cmdline", "quiet slot=b\n");
            machine.write("/run/slot", "b");
            assertEquals(List.of(), machine.verify(release), "on trial it is, and should be");
            InstallDisk readOnly = new ReadOnlyBelow(machine.file("/boot"));
            for (int attempt = 0; attempt < 3; attempt++) {
                AdapterException refused = assertThrows(
                        AdapterException.class,
                        () -> release.placement().commit(machine.at(release, Optional.empty(), false, readOnly)));
                assertEquals(
                        "the slot b is good, but its boot loader goes on counting its tries and leaves it after the"
                                + " last: "
                                + (settings.equals(SLOTS) ? "/boot/packhorse.slot" : "/boot/current")
                                + " cannot be changed (Read-only file system); make it writable and mend the release",
                        refused.getMessage());
            }
            // The engine clears up all the same.
            machine.clear();
            List<String> found = machine.verify(release);
            assertEquals(1, found.size(), found.toString());
            assertTrue(found.getFirst().contains("goes on counting its tries (" + (settings.equals(SLOTS) ? 3 : 2)));
            release.placement().mend(machine.at(release));
            assertEquals(List.of(), machine.verify(release));
            assertThrows(AdapterException.class, () -> release.placement().mend(machine.at(release)));
        }
    }

    @Test
    void aSlotThatTheBootLoaderGaveUpIsNotCalledGood() throws Exception {
        Release release = release("2", blocks("CD."), SLOTS);
        ScratchMachine machine = slots(release);
        upToActivation(machine, release);
        AdapterException refused =
                assertThrows(AdapterException.class, () -> release.placement().commit(machine.at(release)));
        assertTrue(String.valueOf(refused.getMessage()).contains("the machine runs a"), refused.toString());
        assertEquals("# boot\r\ntimeout=5\r\nslot=b\r\ntries=3\r\n", machine.read("/boot/packhorse.slot"));
    }

    /** Killed while it commits, done by the next process, and then the power goes: what was said to be done is. */
    @Test
    void triesThatWereTakenAwayDoNotComeBackWithThePower() throws Exception {
        for (String settings : List.of(SLOTS, LINKED)) {
            boolean stopped = true;
            for (int at = 0; stopped; at++) {
                Release release = release("2", blocks("C"), settings);
                ScratchMachine machine = slots(release);
                machine.write("/run/slot", "a");
                Files.deleteIfExists(machine.file("/boot/current"));
                Files.createSymbolicLink(machine.file("/boot/current"), Path.of("a"));
                upToActivation(machine, release);
                machine.write("/proc/cmdline", "quiet slot=b\n");
                machine.write("/run/slot", "b");
                CrashDisk power = new CrashDisk(InstallDisk.real(), scratch);
                StoppingDisk killed = new StoppingDisk(power, at);
                try {
                    release.placement().commit(machine.at(release, Optional.empty(), false, killed));
                } catch (StoppingDisk.Stopped e) {
                    release.placement().commit(machine.at(release, Optional.empty(), false, power));
                }
                stopped = killed.stopped();
                power.crash();
                assertEquals(List.of(), machine.verify(release), "killed at " + at);
                assertFalse(machine.read("/boot/packhorse.slot").contains("tries"), "killed at " + at);
                assertFalse(Files.exists(machine.file("/boot/current.tries")), "killed at " + at);
                InstallDisk.real().delete(machine.root());
                InstallDisk.real().delete(scratch.resolve("home"));
                InstallDisk.real().delete(scratch.resolve("undo"));
            }
        }
    }

    @Test
    void aMachineThatCameUpInTheOldSlotIsAFailureAndTheSwitchGoesBack() throws Exception {
        Release release = release("2", blocks("CD"), SLOTS);
        ScratchMachine machine = slots(release);
        upToActivation(machine, release);
        List<String> found = machine.verify(release);
        assertTrue(found.getFirst().startsWith("the machine runs the slot a, not b"), found.toString());
        machine.write("/boot/packhorse.slot", "# boot\r\ntimeout=5\r\nslot=a\r\ntries=0\r\n");
        found = machine.verify(release);
        assertTrue(found.getFirst().contains("gave the new one up"), found.toString());
        machine.undo(release);
        assertEquals("# boot\r\ntimeout=5\r\nslot=a\r\n", machine.read("/boot/packhorse.slot"));
    }

    @Test
    void anUnhealthyNewSlotIsLeftByTheSwitchGoingBackFromIt() throws Exception {
        Release release = release("2", blocks("CD"), LINKED);
        ScratchMachine machine = slots(release);
        machine.write("/run/slot", "a\n");
        Files.createSymbolicLink(machine.file("/boot/current"), Path.of("a"));
        upToActivation(machine, release);
        assertEquals("b", Files.readSymbolicLink(machine.file("/boot/current")).toString());
        assertEquals("2\n", machine.read("/boot/current.tries"));
        machine.write("/run/slot", "b\n");
        machine.undo(release);
        assertEquals("a", Files.readSymbolicLink(machine.file("/boot/current")).toString());
        assertFalse(Files.exists(machine.file("/boot/current.tries")));
    }

    @Test
    void aSwitchThatWasCutOffAndFollowedByAStartIsDoneAlready() throws Exception {
        Release release = release("2", blocks("CD"), SLOTS);
        ScratchMachine machine = slots(release);
        upToActivation(machine, release);
        machine.write("/proc/cmdline", "slot=b\n");
        assertEquals(Outcome.DONE, release.placement().activate(machine.at(release)));
        assertEquals(List.of(), machine.verify(release));
    }

    @Test
    void aSlotThatDoesNotGiveBackTheImageIsNotStarted() throws Exception {
        Release release = release("2", blocks("CD"), SLOTS);
        ScratchMachine machine = slots(release);
        var here = machine.at(release);
        release.placement().capture(here);
        release.placement()
                .apply(machine.at(release, Optional.empty(), true, new TornDisk(InstallDisk.real(), 0, true)));
        assertThrows(AdapterException.class, () -> release.placement().activate(here));
        assertEquals("# boot\r\ntimeout=5\r\nslot=a\r\n", machine.read("/boot/packhorse.slot"));
    }

    @Test
    void slotsThatAreNotSafeToWriteAreRefused() throws Exception {
        Release release = release("2", blocks("CD"), SLOTS);
        ScratchMachine machine = slots(release);
        machine.write("/proc/cmdline", "quiet\n");
        refused(precheck(machine, release), "says that the slot (nothing) runs");
        machine.write("/proc/cmdline", "slot=c\n");
        refused(precheck(machine, release), "neither a nor b");
        machine.write("/proc/cmdline", "slot=b slot=a\n");
        machine.write("/boot/packhorse.slot", "slot=b\n");
        refused(precheck(machine, release), "is started next, though a runs");
        machine.write("/boot/packhorse.slot", "slot=a\n");
        Files.delete(machine.file("/dev/slot-b"));
        Files.createSymbolicLink(machine.file("/dev/slot-b"), Path.of("slot-a"));
        refused(precheck(machine, release), "both slots are");
        Files.delete(machine.file("/dev/slot-b"));
        disk(machine, "/dev/slot-b", blocks("b"));
        refused(precheck(machine, release), "make it larger");
        assertThrows(AdapterException.class, () -> release.placement().remove(machine.at(release)));
    }

    @Test
    void whatWasWrittenBeforeACutIsNotWrittenAgain() throws Exception {
        Release release = release("2", blocks("CDEF"), SLOTS);
        ScratchMachine machine = slots(release);
        var here = machine.at(release);
        release.placement().capture(here);
        release.placement().apply(here);
        // Only the home's record, its flushes and renames: no portion of the image.
        TornDisk counting = new TornDisk(InstallDisk.real(), Long.MAX_VALUE, true);
        release.placement().apply(machine.at(release, Optional.empty(), true, counting));
        assertEquals(1, counting.count());
    }
}
