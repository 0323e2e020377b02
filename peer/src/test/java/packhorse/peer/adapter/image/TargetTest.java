package packhorse.peer.adapter.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static packhorse.peer.adapter.image.Images.DISK;
import static packhorse.peer.adapter.image.Images.SINGLE;
import static packhorse.peer.adapter.image.Images.blocks;
import static packhorse.peer.adapter.image.Images.disk;
import static packhorse.peer.adapter.image.Images.precheck;
import static packhorse.peer.adapter.image.Images.refused;
import static packhorse.peer.adapter.image.Images.release;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.testing.LoopDevice;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.AdapterException;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.archive.MemoryDir;
import packhorse.peer.adapter.testing.ScratchMachine;
import packhorse.peer.adapter.testing.ScratchMachine.Release;

/** What an image may not be written to, for somebody uses it. */
final class TargetTest {
    @TempDir(factory = MemoryDir.class)
    Path scratch;

    private ScratchMachine machine(Release... releases) throws IOException {
        return new ScratchMachine(scratch).with(releases);
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

    /** Right after its backing file was read. */
    @Test
    @Timeout(60)
    void aLoopDeviceThatIsTakenAwayWhileItIsLookedAtIsNotInTheWay() throws Exception {
        OutsideProgram.require("mkfifo");
        Release release = release("1", blocks("A"), SINGLE);
        ScratchMachine machine = machine(release);
        disk(machine, DISK, blocks("x"));
        machine.write("/proc/swaps", "");
        machine.write("/proc/self/mountinfo", "1 1 259:3 / /mnt rw - ext4 /dev/loop7p1 rw\n");
        machine.write("/sys/block/loop7/dev", "7:7\n");
        Path backing = fifo(machine, "/sys/block/loop7/loop/backing_file");
        CompletableFuture<Void> detached =
                meanwhile(backing, machine.file("/sys/block/loop7"), machine.file(DISK) + "\n");
        assertEquals(List.of(), precheck(machine, release));
        detached.join();
    }

    private static Path fifo(ScratchMachine machine, String path) throws IOException {
        Files.createDirectories(machine.file(path).getParent());
        OutsideProgram.said("mkfifo", machine.file(path).toString());
        return machine.file(path);
    }

    /** Lets {@code gone} vanish as soon as somebody reads the pipe, and says the words then. */
    private static CompletableFuture<Void> meanwhile(Path pipe, Path gone, String words) {
        return CompletableFuture.runAsync(() -> {
            try (OutputStream out = Files.newOutputStream(pipe, StandardOpenOption.WRITE)) {
                InstallDisk.real().delete(gone);
                out.write(words.getBytes(StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    @Test
    void namesOfOthersThatAreNoTextAreNotInTheWay() throws Exception {
        Release release = release("1", blocks("A"), SINGLE);
        ScratchMachine machine = machine(release);
        disk(machine, DISK, blocks("x"));
        machine.write("/proc/swaps", "");
        machine.write("/sys/block/loop7/dev", "7:7\n");
        Path backing = machine.write("/sys/block/loop7/loop/backing_file", "");
        Files.write(backing, new byte[] {'/', (byte) 0xff, '\n'});
        machine.write("/proc/self/mountinfo", "");
        Files.write(machine.file("/proc/self/mountinfo"), new byte[] {'/', (byte) 0xff, '\n'});
        assertEquals(List.of(), precheck(machine, release));
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
}
