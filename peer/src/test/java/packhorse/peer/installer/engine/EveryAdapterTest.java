package packhorse.peer.installer.engine;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.state.ActionState;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.Programs;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.adapter.testing.TornDisk;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/**
 * The real adapters below the whole engine, cut off wherever: the journal is the engine's, so a step that was cut off is begun again
 * and not only taken back, and what the next process finds is what the engine gives it.
 */
@Timeout(300)
final class EveryAdapterTest {
    private static final int BLOCK = 4096;

    @TempDir(factory = InMemory.class)
    Path dir;

    private final Programs machine = new MachinePrograms(RunLimits.DEFAULT);
    private final Bench bench = new Bench(machine);
    private Path template;
    private Path scratch;

    @BeforeEach
    void places() throws IOException {
        template = dir.resolve("template");
        Files.createDirectories(template.resolve("root/opt"));
        scratch = Files.createDirectories(dir.resolve("runs"));
    }

    private interface Order {
        InstallTask as(String action);
    }

    /** Each attempt is another task; recovery has the journal alone. */
    private final class Life implements EveryStep.Life {
        private final Order order;
        private int attempt;

        Life(Order order) {
            this.order = order;
        }

        @Override
        public void operate(Path place, InstallDisk disk) throws Exception {
            attempt++;
            // What was completed by the one before is refused, or is there already.
            assertTrue(bench.live(place, disk, order.as("attempt-" + attempt)).ended());
        }

        @Override
        public void recover(Path place, InstallDisk disk) throws Exception {
            bench.live(place, disk, List.of(), report -> report.tasks().stream().allMatch(TaskStatus::ended));
        }
    }

    private EveryStep steps(Order order) throws IOException {
        return EveryStep.in(Files.createTempDirectory(scratch, "run"))
                .world(place -> Trees.copy(template, place))
                .life(new Life(order))
                .looksAt(place -> TreePicture.of(place.resolve("root")));
    }

    private void everywhere(Order order) throws Exception {
        assertTrue(steps(order).check() > 30);
        assertTrue(steps(order).twice(7, 60) > 10);
    }

    // ---- archive ----

    private InstallTask.Member archive(String version) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (TarArchiveOutputStream tar = new TarArchiveOutputStream(new GZIPOutputStream(bytes))) {
            for (String name : List.of("app", "lib")) {
                byte[] text = (name + " " + version).getBytes(UTF_8);
                TarArchiveEntry entry = new TarArchiveEntry(name);
                entry.setSize(text.length);
                tar.putArchiveEntry(entry);
                tar.write(text);
                tar.closeArchiveEntry();
            }
        }
        return bench.release("acme/app", version)
                .of("archive", "{'into':'/opt/app'}", "app.tar.gz", bytes.toByteArray())
                .listed();
    }

    @Test
    void anArchiveIsInstalled() throws Exception {
        InstallTask.Member one = archive("1");
        everywhere(action -> task(action, Operation.INSTALL, Bench.AT_ONCE, one));
    }

    @Test
    void anArchiveIsUpdated() throws Exception {
        InstallTask.Member two = archive("2");
        bench.carryOut(template, task("i", Operation.INSTALL, Bench.AT_ONCE, archive("1")));
        everywhere(action -> task(action, Operation.UPDATE, two));
    }

    @Test
    void anArchiveIsRolledBack() throws Exception {
        InstallTask.Member two = archive("2");
        bench.carryOut(
                template, task("i", Operation.INSTALL, Bench.AT_ONCE, archive("1")), task("u", Operation.UPDATE, two));
        everywhere(action -> task(action, Operation.ROLLBACK, two));
    }

    @Test
    void anArchiveIsRemoved() throws Exception {
        InstallTask.Member one = archive("1");
        bench.carryOut(template, task("i", Operation.INSTALL, Bench.AT_ONCE, one));
        everywhere(action -> task(action, Operation.REMOVE, one));
    }

    // ---- images ----

    private static byte[] blocks(String letters) {
        byte[] bytes = new byte[letters.length() * BLOCK];
        for (int i = 0; i < letters.length(); i++) {
            char letter = letters.charAt(i);
            Arrays.fill(bytes, i * BLOCK, (i + 1) * BLOCK, (byte) (letter == '.' ? 0 : letter));
        }
        return bytes;
    }

    private InstallTask.Member image(String settings) {
        return bench.release("acme/system", "1")
                .of("image", settings, "disk.img", blocks("AB.C.D"))
                .listed();
    }

    private void aMachineWithSlots() throws IOException {
        Path root = template.resolve("root");
        Files.write(root.resolve("disk.img"), blocks("A.xy.zw"));
        Files.createDirectory(root.resolve("dev"));
        Files.write(root.resolve("dev/slot-a"), blocks("aaaaaa"));
        Files.write(root.resolve("dev/slot-b"), blocks("bbb.bb"));
        SlotMachine.set(root);
    }

    @Test
    void anImageIsWrittenToADevice() throws Exception {
        aMachineWithSlots();
        InstallTask.Member image = image("{'device':'/disk.img'}");
        everywhere(action -> task(action, Operation.INSTALL, image));
    }

    @Test
    void anImageOnADeviceIsRolledBack() throws Exception {
        aMachineWithSlots();
        InstallTask.Member image = image("{'device':'/disk.img'}");
        bench.carryOut(template, task("i", Operation.INSTALL, image));
        everywhere(action -> task(action, Operation.ROLLBACK, image));
    }

    private EveryStep slots(InstallTask.Member image) throws IOException {
        return EveryStep.in(Files.createTempDirectory(scratch, "run"))
                .world(place -> Trees.copy(template, place))
                .life(new SlotMachine(bench, image))
                .looksAt(place -> TreePicture.of(place.resolve("root")).without("dev/slot-b"));
    }

    @Test
    void anImageIsWrittenToTheOtherSlotAndStarted() throws Exception {
        aMachineWithSlots();
        InstallTask.Member image = image(SlotMachine.SETTINGS);
        assertTrue(slots(image).check() > 60);
        assertTrue(slots(image).powerCut().check() > 60);
        assertTrue(slots(image).twice(7, 60) > 10);
    }

    @Test
    void aWriteToASlotThatIsTornIsFoundBeforeTheSwitch() throws Exception {
        aMachineWithSlots();
        InstallTask.Member image = image(SlotMachine.SETTINGS);
        TornDisk counting = new TornDisk(InstallDisk.real(), Long.MAX_VALUE, true);
        Path whole = scratch.resolve("whole");
        Trees.copy(template, whole);
        bench.live(whole, counting, task("whole", Operation.INSTALL, image));
        int torn = 0;
        for (boolean silent : new boolean[] {false, true}) {
            for (long good = 0; good < counting.count(); good++) {
                Path place = scratch.resolve("torn-" + silent + good);
                Trees.copy(template, place);
                torn += torn(place, new TornDisk(InstallDisk.real(), good, silent), image, silent + " " + good) ? 1 : 0;
                InstallDisk.real().delete(place);
            }
        }
        assertTrue(torn > 4, "torn: " + torn);
    }

    /** @return whether it was found in the slot */
    private boolean torn(Path place, InstallDisk disk, InstallTask.Member image, String what) throws Exception {
        TreePicture before = TreePicture.of(place.resolve("root")).without("dev/slot-b");
        InstallTask install = task("torn", Operation.INSTALL, image);
        TaskStatus status;
        try {
            status = bench.live(place, disk, install);
        } catch (packhorse.core.OperationException journal) {
            status = bench.live(place, install);
        }
        boolean failed = status.state() == ActionState.FAILED;
        if (failed) {
            assertEquals(
                    List.of(),
                    TreePicture.of(place.resolve("root")).without("dev/slot-b").differences(before),
                    what + ": " + status);
            status = bench.live(place, task("again", Operation.INSTALL, image));
        }
        SlotMachine.boot(bench, place);
        assertEquals("b", Files.readString(place.resolve("root/run/slot")), what + ": " + status);
        byte[] slot = Files.readAllBytes(place.resolve("root/dev/slot-b"));
        assertTrue(Arrays.equals(blocks("AB.C.D"), slot), what + ": " + status);
        return failed;
    }
}
