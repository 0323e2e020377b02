package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.content.Sha256;
import packhorse.core.state.ActionState;
import packhorse.core.state.LineState;
import packhorse.core.state.Operation;
import packhorse.core.testing.LoopDevice;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/** Images on real block devices, whole transactions through the engine: one device, and two as the slots of a machine. */
@Timeout(300)
final class LoopImageTest {
    private static final int BLOCK = 4096;
    /** Longer than the image; what lies behind it stays. */
    private static final int DEVICE_BLOCKS = 24;

    @TempDir
    Path dir;

    private final Bench bench = new Bench(new MachinePrograms(RunLimits.DEFAULT));
    private Path memory;
    private LoopDevice a;
    private LoopDevice b;

    @BeforeEach
    void attached() throws IOException {
        OutsideProgram.requireLoopDevices();
        // In memory: worlds by the hundred, and what is durable is not asked here. One of the test's own, where nodes
        // are devices.
        memory = Files.createDirectories(dir.resolve("memory"));
        OutsideProgram.said("mount", "-t", "tmpfs", "tmpfs", memory.toString());
        a = LoopDevice.of(Files.write(memory.resolve("a"), filled('a')));
        b = LoopDevice.of(Files.write(memory.resolve("b"), filled('b')));
    }

    @AfterEach
    void detached() throws IOException {
        if (b != null) {
            b.close();
        }
        if (a != null) {
            a.close();
        }
        if (memory != null) {
            OutsideProgram.said("umount", memory.toString());
        }
    }

    private static byte[] filled(char letter) {
        byte[] bytes = new byte[DEVICE_BLOCKS * BLOCK];
        Arrays.fill(bytes, (byte) letter);
        // A hole, which an image fills.
        Arrays.fill(bytes, 2 * BLOCK, 5 * BLOCK, (byte) 0);
        return bytes;
    }

    /** With a hole, and an end that is no block's. */
    private static byte[] content() {
        byte[] bytes = new byte[12 * BLOCK + 100];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = i / BLOCK >= 6 && i / BLOCK < 9 ? 0 : (byte) (i / BLOCK + 'A');
        }
        return bytes;
    }

    private InstallTask.Member image(String settings, byte[] content) {
        return bench.release("acme/system", "1")
                .of("image", settings, "disk.img", content)
                .listed();
    }

    /** Both as they are at first, and the machine's names of them. */
    private void machine(Path place) throws IOException {
        Path root = place.resolve("root");
        Files.createDirectories(root.resolve("dev"));
        a.named(root.resolve("dev/slot-a"));
        b.named(root.resolve("dev/slot-b"));
        SlotMachine.set(root);
        written(a, filled('a'));
        written(b, filled('b'));
    }

    private static void written(LoopDevice device, byte[] bytes) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(device.path().toFile(), "rw")) {
            file.write(bytes);
        }
    }

    private static byte[] read(LoopDevice device) throws IOException {
        try (InputStream in = Files.newInputStream(device.path())) {
            return in.readNBytes(DEVICE_BLOCKS * BLOCK);
        }
    }

    private static TreePicture looks(Path place, LoopDevice... devices) throws IOException {
        SortedMap<String, String> entries =
                new TreeMap<>(TreePicture.of(place.resolve("root")).entries());
        for (LoopDevice device : devices) {
            entries.put("on " + device.path(), Sha256.of(read(device)).hex());
        }
        return new TreePicture(entries);
    }

    private Path fresh(String name) throws IOException {
        return Files.createDirectories(memory.resolve(name));
    }

    private static byte[] over(byte[] before, byte[] image) {
        byte[] after = before.clone();
        System.arraycopy(image, 0, after, 0, image.length);
        return after;
    }

    @Test
    void anImageOnADeviceIsInstalledRolledBackInstalledCommittedAndRemoved() throws Exception {
        Path place = fresh("one");
        machine(place);
        InstallTask.Member image = image("{'device':'/dev/slot-b'}", content());
        assertEquals(
                ActionState.COMMITTABLE,
                bench.live(place, task("i", Operation.INSTALL, image)).state());
        assertArrayEquals(over(filled('b'), content()), read(b));
        assertEquals(
                ActionState.UNDONE,
                bench.live(place, task("r", Operation.ROLLBACK, image)).state());
        assertArrayEquals(filled('b'), read(b));
        assertEquals(
                ActionState.COMMITTABLE,
                bench.live(place, task("again", Operation.INSTALL, image)).state());
        assertEquals(
                ActionState.COMMITTED,
                bench.live(place, task("c", Operation.COMMIT, image)).state());
        assertEquals(LineState.TransactionState.COMMITTED, bench.line(place).transaction());
        assertEquals(
                ActionState.COMMITTED,
                bench.live(place, task("gone", Operation.REMOVE, image)).state());
        assertArrayEquals(over(filled('b'), new byte[content().length]), read(b));
        assertArrayEquals(filled('a'), read(a), "the other device");
    }

    /** A life on one device. */
    private EveryStep steps(String name, EveryStep.Life life) throws IOException {
        return EveryStep.in(fresh(name)).world(this::machine).life(life).looksAt(place -> looks(place, b));
    }

    @Test
    void anInstallationThatIsCutOffAnywhereLeavesTheDeviceOldOrNew() throws Exception {
        InstallTask.Member image = image("{'device':'/dev/slot-b'}", content());
        assertTrue(steps("cut", new EveryStep.Life() {
                            private int attempt;

                            @Override
                            public void operate(Path place, InstallDisk disk) throws Exception {
                                attempt++;
                                TaskStatus status =
                                        bench.live(place, disk, task("attempt-" + attempt, Operation.INSTALL, image));
                                assertTrue(status.ended(), status.toString());
                            }

                            @Override
                            public void recover(Path place, InstallDisk disk) throws Exception {
                                bench.live(
                                        place,
                                        disk,
                                        java.util.List.of(),
                                        report -> report.tasks().stream().allMatch(TaskStatus::ended));
                            }
                        })
                        .check()
                > 30);
    }

    /** What runs is the switch's; the bytes of the slot that does not run are nobody's. */
    @Test
    void slotsThatAreDevicesAreSwitchedWholeWhereverItIsCutOff() throws Exception {
        InstallTask.Member image = image(SlotMachine.SETTINGS, content());
        assertTrue(EveryStep.in(fresh("slots"))
                        .world(this::machine)
                        .life(new SlotMachine(bench, image))
                        .looksAt(place -> {
                            boolean old = Files.readString(place.resolve("root/run/slot"))
                                    .equals("a");
                            return old ? looks(place, a) : looks(place, a, b);
                        })
                        .check()
                > 60);
        assertArrayEquals(over(filled('b'), content()), read(b));
        assertArrayEquals(filled('a'), read(a), "the slot that ran");
    }

    @Test
    void aFileSystemThatIsWrittenCanBeMountedAndIsLeftAloneWhileItIs() throws Exception {
        Path file = dir.resolve("system.img");
        try (RandomAccessFile whole = new RandomAccessFile(file.toFile(), "rw")) {
            whole.setLength(4 << 20);
        }
        Path tree = Files.createDirectory(dir.resolve("tree"));
        Files.writeString(tree.resolve("version"), "one");
        OutsideProgram.said("mkfs.ext4", "-q", "-d", tree.toString(), file.toString());
        Path backing = dir.resolve("large");
        try (RandomAccessFile whole = new RandomAccessFile(backing.toFile(), "rw")) {
            whole.setLength(8 << 20);
        }
        Path place = fresh("mounted");
        Files.createDirectories(place.resolve("root/dev"));
        Path point = Files.createDirectory(dir.resolve("point"));
        InstallTask.Member image = image("{'device':'/dev/system'}", Files.readAllBytes(file));
        try (LoopDevice device = LoopDevice.of(backing)) {
            device.named(place.resolve("root/dev/system"));
            assertEquals(
                    ActionState.COMMITTABLE,
                    bench.live(place, task("i", Operation.INSTALL, image)).state());
            OutsideProgram.said("mount", device.path().toString(), point.toString());
            try {
                assertEquals("one", Files.readString(point.resolve("version")));
                TaskStatus refused = bench.live(place, task("r", Operation.ROLLBACK, image));
                assertTrue(
                        !refused.ended() || refused.state() == ActionState.UNDO_FAILED,
                        "it was taken back below a mounted file system: " + refused);
                assertTrue(refused.detail().contains("is mounted at " + point), refused.toString());
                assertEquals("one", Files.readString(point.resolve("version")));
            } finally {
                OutsideProgram.said("umount", point.toString());
            }
        }
    }
}
