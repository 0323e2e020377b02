package packhorse.peer.adapter.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.adapter.image.Images.BLOCK;
import static packhorse.peer.adapter.image.Images.DISK;
import static packhorse.peer.adapter.image.Images.SINGLE;
import static packhorse.peer.adapter.image.Images.SLOTS;
import static packhorse.peer.adapter.image.Images.blocks;
import static packhorse.peer.adapter.image.Images.disk;
import static packhorse.peer.adapter.image.Images.precheck;
import static packhorse.peer.adapter.image.Images.refused;
import static packhorse.peer.adapter.image.Images.release;

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
import packhorse.core.testing.OnlyAs;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.archive.MemoryDir;
import packhorse.peer.adapter.testing.ExchangingDisk;
import packhorse.peer.adapter.testing.FullDisk;
import packhorse.peer.adapter.testing.ScratchMachine;
import packhorse.peer.adapter.testing.ScratchMachine.Release;
import packhorse.peer.adapter.testing.TornDisk;

/** Images on a device or in a file. */
final class ImageTest {
    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private ScratchMachine machine(Release... releases) throws IOException {
        return new ScratchMachine(scratch).with(releases);
    }

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
