package packhorse.peer.adapter.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Kind;
import packhorse.core.testing.LoopDevice;
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Outcome;
import packhorse.peer.adapter.archive.MemoryDir;
import packhorse.peer.adapter.testing.CrashDisk;
import packhorse.peer.adapter.testing.ExchangingDisk;
import packhorse.peer.adapter.testing.FullDisk;
import packhorse.peer.adapter.testing.ReadOnlyBelow;
import packhorse.peer.adapter.testing.ScratchMachine;
import packhorse.peer.adapter.testing.ScratchMachine.Release;
import packhorse.peer.adapter.testing.StoppingDisk;
import packhorse.peer.adapter.testing.TornDisk;

/** Images on a device, in a file, in slots. */
final class ImageTest {
    private static final int BLOCK = Ranges.BLOCK_BYTES;
    private static final String DISK = "/var/lib/disk.img";
    private static final String SINGLE = "{'device':'" + DISK + "'}";
    private static final String SLOTS =
            "{'slots':['/dev/slot-a','/dev/slot-b'],'switch':{'file':'/boot/packhorse.slot','format':'key-value'},"
                    + "'running':{'file':'/proc/cmdline','key':'slot'},'tries':3}";
    private static final String LINKED =
            "{'slots':['/dev/slot-a','/dev/slot-b'],'switch':{'file':'/boot/current','format':'link'},"
                    + "'running':{'file':'/run/slot'},'tries':2}";

    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private static Release release(String version, byte[] image, String settings) {
        return ScratchMachine.release(new ImageAdapter(), Kind.IMAGE, version, "disk.img", image, settings);
    }

    /** Blocks, each filled with a letter; '.' is zeros. */
    private static byte[] blocks(String letters) {
        byte[] bytes = new byte[letters.length() * BLOCK];
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            Arrays.fill(bytes, i * BLOCK, (i + 1) * BLOCK, (byte) (letter == '.' ? 0 : letter));
        }
        return bytes;
    }

    private ScratchMachine machine(Release... releases) throws IOException {
        return new ScratchMachine(scratch).with(releases);
    }

    private static void disk(ScratchMachine machine, String path, byte[] bytes) throws IOException {
        Files.createDirectories(machine.file(path).getParent());
        Files.write(machine.file(path), bytes);
    }

    private static List<String> precheck(ScratchMachine machine, Release release) throws IOException {
        return release.placement().precheck(machine.at(release));
    }

    private static void refused(List<String> problems, String words) {
        assertEquals(1, problems.size(), problems.toString());
        assertTrue(problems.getFirst().contains(words), problems.toString());
    }

    // ---- one place ----

    @Test
    void anImageIsWrittenReadBackAndTakenBack() throws Exception {
        byte[] image = Arrays.copyOf(blocks("AB..EF.H"), 8 * BLOCK - 100);
        byte[] before = blocks("AxxDE...yz");
        Release release = release("1", image, SINGLE);
        ScratchMachine machine = machine(release);
        disk(machine, DISK, before);
        machine.install(release);
        byte[] expected = before.clone();
        System.arraycopy(image, 0, expected, 0, image.length);
        assertArrayEquals(expected, Files.readAllBytes(machine.file(DISK)));
        machine.undo(release);
        machine.undo(release);
        assertArrayEquals(before, Files.readAllBytes(machine.file(DISK)));
    }

    /** At each change the user whose directory it is exchanges it for a link to somebody else's, or the file for one. */
    @Test
    void whoExchangesHisDirectoryForALinkMeanwhileHasNothingWrittenBehindIt() throws Exception {
        OnlyAs.root();
        Release release = release("1", blocks("AB"), "{'device':'/home/u/disk.img'}");
        for (String his : List.of("/home/u", "/home/u/disk.img")) {
            String precious = his.equals("/home/u") ? "/srv" : "/srv/disk.img";
            boolean exchanged = true;
            int moments = 0;
            for (; exchanged; moments++) {
                ScratchMachine machine = new ScratchMachine(Files.createDirectory(
                                scratch.resolve(his.substring(6).replace('/', '-') + moments)))
                        .with(release);
                disk(machine, "/home/u/disk.img", blocks("xy"));
                disk(machine, "/srv/disk.img", blocks("zz"));
                Files.setAttribute(machine.file("/home"), "unix:uid", ExchangingDisk.STRANGER);
                Files.setAttribute(machine.file("/home/u"), "unix:uid", ExchangingDisk.STRANGER);
                ExchangingDisk disk =
                        new ExchangingDisk(InstallDisk.real(), machine.file(his), machine.file(precious), moments);
                try {
                    machine.install(release, Optional.empty(), disk);
                    machine.undo(release, Optional.empty(), disk);
                } catch (AdapterException | IOException | AssertionError e) {
                    assertTrue(disk.exchanged(), () -> "without a reason: " + e);
                }
                exchanged = disk.exchanged();
                assertArrayEquals(blocks("zz"), Files.readAllBytes(machine.file("/srv/disk.img")), his + " " + moments);
                InstallDisk.real().delete(machine.place());
            }
            assertTrue(moments > 10, moments + " moments");
        }
    }

    @Test
    void aUsersLinkIsNotFollowed() throws Exception {
        OnlyAs.root();
        Release release = release("1", blocks("AB"), "{'device':'/home/u/disk.img'}");
        ScratchMachine machine = machine(release);
        disk(machine, "/srv/disk.img", blocks("zz"));
        Files.createDirectories(machine.file("/home/u"));
        Path link = Files.createSymbolicLink(machine.file("/home/u/disk.img"), machine.file("/srv/disk.img"));
        assertEquals(List.of(), precheck(machine, release), "root's own");
        Files.setAttribute(link, "unix:uid", 1000, LinkOption.NOFOLLOW_LINKS);
        refused(precheck(machine, release), "is a link of user 1000");
        Files.setAttribute(machine.file("/home/u"), "unix:uid", 1000);
        refused(precheck(machine, release), "is a link, in a directory that others than root may change");
    }

    @Test
    void onlyWhatChangesIsKeptAndCounted() throws Exception {
        Release release = release("1", blocks("AAAABAAA"), SINGLE);
        ScratchMachine machine = machine(release);
        disk(machine, DISK, blocks("AAAAAAA."));
        var here = machine.at(release, Optional.empty(), true, new FullDisk(InstallDisk.real(), 10 * BLOCK, true));
        assertEquals(
                BLOCK, release.placement().space(here).getFirst().bytes(), "with little room it is counted exactly");
        release.placement().capture(here);
        assertEquals(BLOCK, Files.size(scratch.resolve("undo/old.bin")));
    }

    @Test
    void tooLittleRoomForTheWayBackIsRefusedUnlessTheReleaseNeedsNone() throws Exception {
        byte[] image = blocks("BBBB");
        for (boolean irreversible : new boolean[] {false, true}) {
            Release release = release("1", image, "{'device':'" + DISK + "','irreversible':" + irreversible + "}");
            assertEquals(!irreversible, release.placement().undoable());
            ScratchMachine machine = machine(release);
            disk(machine, DISK, blocks("AAAA"));
            var here = machine.at(release, Optional.empty(), true, new FullDisk(InstallDisk.real(), 3 * BLOCK, true));
            List<String> problems = release.placement().precheck(here);
            if (!irreversible) {
                refused(problems, "irreversible: true");
                continue;
            }
            assertEquals(List.of(), problems);
            machine.install(release);
            AdapterException cannot = assertThrows(AdapterException.class, () -> machine.undo(release));
            assertTrue(
                    String.valueOf(cannot.getMessage()).contains("says irreversible"),
                    String.valueOf(cannot.getMessage()));
        }
    }

    @Test
    void whereNothingWasWrittenThereIsNothingToTakeBack() throws Exception {
        Release release = release("1", blocks("B"), "{'device':'" + DISK + "','irreversible':true}");
        ScratchMachine machine = machine(release);
        disk(machine, DISK, blocks("A"));
        release.placement().capture(machine.at(release));
        machine.undo(release);
        assertArrayEquals(blocks("A"), Files.readAllBytes(machine.file(DISK)));
    }

    @Test
    void takingItOffLeavesZerosAndCanBeTakenBack() throws Exception {
        Release release = release("1", blocks("AB"), SINGLE);
        ScratchMachine machine = machine(release);
        disk(machine, DISK, blocks("xyz"));
        machine.commit(release);
        machine.remove(release, InstallDisk.real());
        assertArrayEquals(blocks("..z"), Files.readAllBytes(machine.file(DISK)));
        machine.undo(release);
        assertArrayEquals(blocks("ABz"), Files.readAllBytes(machine.file(DISK)));
    }

    @Test
    void driftIsFoundByItsPlaceAndMended() throws Exception {
        Release release = release("1", blocks("ABCD"), SINGLE);
        ScratchMachine machine = machine(release);
        disk(machine, DISK, blocks("...."));
        machine.commit(release);
        Files.write(machine.file(DISK), blocks("ABxD"));
        assertEquals(1, machine.verify(release).size());
        List<String> found = release.placement().verify(machine.at(release));
        assertTrue(found.getFirst().endsWith("in 1 ranges, the first at byte " + 2 * BLOCK), found.toString());
        release.placement().mend(machine.at(release));
        assertEquals(List.of(), machine.verify(release));
    }

    @Test
    void aTornWriteIsFoundByReadingBackAndUndone() throws Exception {
        Release release = release("1", blocks("ABCD"), SINGLE);
        ScratchMachine machine = machine(release);
        disk(machine, DISK, blocks("wxyz"));
        var here = machine.at(release);
        release.placement().capture(here);
        release.placement()
                .apply(machine.at(release, Optional.empty(), true, new TornDisk(InstallDisk.real(), 0, true)));
        // The first portion of content is the mark, which has none; the image's is torn.
        List<String> found = release.placement().verify(here);
        assertTrue(found.getFirst().contains("has other bytes"), found.toString());
        machine.undo(release);
        assertArrayEquals(blocks("wxyz"), Files.readAllBytes(machine.file(DISK)));
    }

    @Test
    void aCopyForTheWayBackThatCameOutWrongIsFoundBeforeAnythingIsWritten() throws Exception {
        Release release = release("1", blocks("ABCD"), SINGLE);
        ScratchMachine machine = machine(release);
        disk(machine, DISK, blocks("wxyz"));
        var here = machine.at(release, Optional.empty(), true, new TornDisk(InstallDisk.real(), 0, true));
        AdapterException damaged =
                assertThrows(AdapterException.class, () -> release.placement().capture(here));
        assertTrue(
                String.valueOf(damaged.getMessage()).contains("is not what was kept there"),
                String.valueOf(damaged.getMessage()));
        assertArrayEquals(blocks("wxyz"), Files.readAllBytes(machine.file(DISK)));
    }

    @Test
    void whatIsNoPlaceForAnImageIsRefused() throws Exception {
        Release release = release("1", blocks("ABCD"), SINGLE);
        ScratchMachine machine = machine(release);
        refused(precheck(machine, release), "is not there");
        Files.createDirectories(machine.file(DISK));
        refused(precheck(machine, release), "neither a block device nor a file");
        Files.delete(machine.file(DISK));
        disk(machine, DISK, blocks("ABC"));
        refused(precheck(machine, release), "holds " + 3 * BLOCK + " bytes, and the image has " + 4 * BLOCK);
        Files.delete(machine.file(DISK));
        Files.write(scratch.resolve("outside"), blocks("ABCD"));
        Files.createSymbolicLink(machine.file(DISK), scratch.resolve("outside"));
        refused(precheck(machine, release), "out of the machine's root");
    }

    @Test
    void settingsThatContradictThemselvesAreRefused() {
        for (Map.Entry<String, String> bad : Map.of(
                        "{}",
                        "one of \"device\" and \"slots\"",
                        "{'device':'sda'}",
                        "absolute path",
                        "{'device':'/dev/a','slots':[]}",
                        "one of \"device\" and \"slots\"",
                        SLOTS.replace("slot-b", "slot-a"),
                        "are two",
                        SLOTS.replace("key-value", "grub"),
                        "link or key-value",
                        SLOTS.replace("'tries':3", "'tries':0"),
                        "tries",
                        SLOTS.replace("'tries':3", "'irreversible':true"),
                        "irreversible")
                .entrySet()) {
            IllegalArgumentException refused = assertThrows(
                    IllegalArgumentException.class,
                    () -> release("1", blocks("A"), bad.getKey()).placement(),
                    bad.getKey());
            assertTrue(
                    String.valueOf(refused.getMessage()).contains(bad.getValue()),
                    String.valueOf(refused.getMessage()));
        }
        Release notAnImage =
                ScratchMachine.release(new ImageAdapter(), Kind.PACKAGE, "1", "disk.img", blocks("A"), SINGLE);
        assertThrows(IllegalArgumentException.class, notAnImage::placement);
    }

    // ---- what is in use ----

    @Test
    void theKernelsListOfMountsIsRead() {
        Mounts mounts = Mounts.parse("""
            22 27 0:21 / /proc rw,relatime - proc proc rw
            29 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
            36 29 8:2 / /mnt/a\\040b ro,relatime shared:1 master:2 - ext4 /dev/sda2 rw
            37 29 0:40 / /data rw - btrfs /dev/sdb rw,ssd
            nonsense
            """);
        assertEquals("/", mounts.of("8:1", "").orElseThrow().point());
        assertEquals("/mnt/a b", mounts.of("8:2", "").orElseThrow().point());
        assertFalse(mounts.of("8:2", "").orElseThrow().writable());
        assertEquals("/data", mounts.of("9:9", "/dev/sdb").orElseThrow().point());
        assertEquals(Optional.empty(), mounts.of("8:3", "/dev/sda3"));
    }

    @Test
    void aFileIsInUseWhereALoopDeviceShowsItMountedOrAPartOfIt() throws Exception {
        Release release = release("1", blocks("A"), SINGLE);
        ScratchMachine machine = machine(release);
        disk(machine, DISK, blocks("x"));
        machine.write("/sys/block/loop7/loop/backing_file", machine.file(DISK) + "\n");
        machine.write("/sys/block/loop7/dev", "7:7\n");
        machine.write("/sys/dev/block/7:7/loop7p1/partition", "1\n");
        machine.write("/sys/dev/block/7:7/loop7p1/dev", "259:3\n");
        machine.write("/proc/swaps", "Filename Type Size Used Priority\n");
        machine.write("/proc/self/mountinfo", "1 1 8:1 / / rw - ext4 /dev/sda1 rw\n");
        assertEquals(List.of(), precheck(machine, release));
        machine.write("/proc/self/mountinfo", "1 1 259:3 / /mnt rw - ext4 /dev/loop7p1 rw\n");
        refused(precheck(machine, release), "is mounted at /mnt");
        assertThrows(AdapterException.class, () -> release.placement().capture(machine.at(release)));
        machine.write("/proc/self/mountinfo", "1 1 7:7 / / rw - ext4 /dev/loop7 rw\n");
        refused(precheck(machine, release), "is the running system's root");
        machine.write("/proc/self/mountinfo", "");
        machine.write("/proc/swaps", "Filename Type\n" + machine.file(DISK) + " file 1 0 -2\n");
        refused(precheck(machine, release), "swapping");
        machine.write("/proc/swaps", "");
        machine.write("/sys/dev/block/7:7/holders/dm-0/x", "");
        refused(precheck(machine, release), "a part of dm-0");
    }

    @Test
    void aLoopDeviceIsABlockDeviceLikeOthers() throws Exception {
        Path backing = Files.write(scratch.resolve("backing"), blocks("wxyz"));
        try (LoopDevice device = LoopDevice.of(backing)) {
            Release release = release("1", blocks("A.C"), "{'device':'" + device.path() + "'}");
            ScratchMachine machine = machine(release);
            var scratchRoot = machine.at(release);
            var here = new packhorse.peer.adapter.Workplace(
                    scratchRoot.manifest(),
                    scratchRoot.section(),
                    scratchRoot.content(),
                    Optional.empty(),
                    scratchRoot.staging(),
                    scratchRoot.undo(),
                    scratchRoot.home(),
                    Optional.empty(),
                    Path.of("/"),
                    InstallDisk.real(),
                    scratchRoot.programs(),
                    scratchRoot.variables(),
                    done -> {});
            assertEquals(List.of(), release.placement().precheck(here));
            release.placement().capture(here);
            release.placement().apply(here);
            assertEquals(List.of(), release.placement().verify(here));
            assertArrayEquals(blocks("A.Cz"), Files.readAllBytes(backing));
            release.placement().undo(here);
            assertArrayEquals(blocks("wxyz"), Files.readAllBytes(backing));
        }
    }

    // ---- two slots ----

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

    @Test
    void zerosOfAnImageStayHolesInAFileOfHoles() throws Exception {
        OutsideProgram.require("stat");
        byte[] image = new byte[64 * BLOCK];
        image[5] = 1;
        Release release = release("1", image, SINGLE);
        ScratchMachine machine = machine(release);
        Files.createDirectories(machine.file(DISK).getParent());
        try (var channel = java.nio.channels.FileChannel.open(
                machine.file(DISK), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.allocate(1), image.length - 1);
        }
        machine.install(release);
        Process stat = new ProcessBuilder("stat", "-c", "%b", machine.file(DISK).toString()).start();
        long sectors = Long.parseLong(
                new String(stat.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8).strip());
        assertTrue(sectors * 512 <= 4 * BLOCK, sectors + " sectors");
    }
}
