package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import packhorse.core.state.Operation;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.EveryStep;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/** A machine that starts from one of two slots: to the new one and its start, through the engine, cut off wherever. */
final class SlotMachine implements EveryStep.Life {
    static final String SETTINGS = "{'slots':['/dev/slot-a','/dev/slot-b'],"
            + "'switch':{'file':'/boot/slot','format':'key-value'},'running':{'file':'/run/slot'},'tries':3}";

    private final Bench bench;
    private final InstallTask.Member image;
    private int attempt;

    SlotMachine(Bench bench, InstallTask.Member image) {
        this.bench = bench;
        this.image = image;
    }

    /** What it runs, and what its boot loader reads. */
    static void set(Path root) throws IOException {
        Files.createDirectory(root.resolve("boot"));
        Files.createDirectory(root.resolve("run"));
        Files.writeString(root.resolve("boot/slot"), "timeout=5\nslot=a\n");
        Files.writeString(root.resolve("run/slot"), "a");
    }

    /** The machine starts with what the boot loader's file says. */
    static void boot(Bench bench, Path place) throws IOException {
        String said = Files.readString(place.resolve("root/boot/slot"));
        Files.writeString(place.resolve("root/run/slot"), said.contains("slot=b") ? "b" : "a");
        bench.boot = "boot-" + bench.boot.length() + bench.boot;
    }

    @Override
    public void operate(Path place, InstallDisk disk) throws Exception {
        attempt++;
        InstallTask install = task("attempt-" + attempt, Operation.INSTALL, image);
        TaskStatus status = bench.live(place, disk, install);
        if (!status.ended()) {
            boot(bench, place);
            status = bench.live(place, disk, install);
        }
        assertTrue(status.ended() && status.codeClass().isEmpty(), status.toString());
    }

    /** The same machine goes on where the one before was cut off. */
    @Override
    public void recover(Path place, InstallDisk disk) throws Exception {
        boot(bench, place);
        if (!all(place, disk, one -> one.ended() || one.waiting().isPresent()).stream()
                .allMatch(TaskStatus::ended)) {
            boot(bench, place);
            all(place, disk, TaskStatus::ended);
        }
    }

    private List<TaskStatus> all(Path place, InstallDisk disk, Predicate<TaskStatus> wished) throws IOException {
        return bench.live(
                        place,
                        disk,
                        List.of(),
                        report -> report.tasks().stream().allMatch(wished))
                .tasks();
    }
}
