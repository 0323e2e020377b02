package packhorse.peer.installer.engine;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static packhorse.peer.installer.engine.Bench.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.core.state.Operation;
import packhorse.core.testing.OutsideProgram;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.testing.TreePicture;
import packhorse.peer.hook.MachinePrograms;
import packhorse.peer.hook.RunLimits;
import packhorse.peer.install.InstallTask;
import packhorse.peer.install.TaskStatus;

/** One operation with real packages below the whole engine, done over and over, each time to another machine. */
final class PackageLife {
    /** An operation and what went before it. */
    enum Way {
        INSTALL(Operation.INSTALL, 1),
        UPDATE(Operation.UPDATE, 2),
        ROLLBACK(Operation.ROLLBACK, 2),
        ROLLBACK_OF_COMMITTED(Operation.ROLLBACK, 2),
        COMMIT(Operation.COMMIT, 2),
        REMOVE(Operation.REMOVE, 1);

        private final Operation operation;
        private final int version;

        Way(Operation operation, int version) {
            this.operation = operation;
            this.version = version;
        }
    }

    private final String adapter;
    private final Way way;
    private final TracedPrograms programs;
    private final Bench bench;
    private final InstallTask.Member one;
    private final InstallTask.Member two;
    private int attempt;

    /** @param scratch an empty directory */
    PackageLife(Path scratch, AcmePackages packages, Way way) throws IOException {
        this.adapter = packages.adapter();
        this.way = way;
        this.programs = new TracedPrograms(new MachinePrograms(RunLimits.DEFAULT), scratch.resolve("calls"));
        this.bench = new Bench(programs);
        this.one = member("1", packages.settings(), packages.files().getFirst());
        this.two = member("2", packages.settings(), packages.files().getLast());
    }

    /** The machines' programs; that of the package system among them. */
    TracedPrograms programs() {
        return programs;
    }

    private InstallTask.Member member(String version, String settings, Path file) throws IOException {
        return bench.release("acme/app", version)
                .of(adapter, settings, String.valueOf(file.getFileName()), Files.readAllBytes(file))
                .listed();
    }

    /** Lays the machine out that the operation begins with. */
    void before(Path machine) throws IOException {
        Files.createDirectories(machine.resolve("root/etc"));
        programs.leave();
        if (way == Way.INSTALL) {
            return;
        }
        good(bench.live(machine, task("i", Operation.INSTALL, Bench.AT_ONCE, one)));
        Files.writeString(machine.resolve("root/etc/others"), "stays");
        switch (way) {
            case ROLLBACK, COMMIT -> good(bench.live(machine, task("u", Operation.UPDATE, two)));
            case ROLLBACK_OF_COMMITTED -> good(bench.live(machine, task("u", Operation.UPDATE, Bench.AT_ONCE, two)));
            case INSTALL, UPDATE, REMOVE -> {}
        }
    }

    private static void good(TaskStatus status) {
        assertTrue(status.ended() && status.codeClass().isEmpty(), status.toString());
    }

    /** Orders it, once more; how that ended. */
    TaskStatus operate(Path machine, InstallDisk disk) throws IOException {
        return end(machine, disk, way.operation);
    }

    /** What a person orders where a way back came to its end halfway, once the machine is mended. */
    TaskStatus back(Path machine) throws IOException {
        return end(machine, InstallDisk.real(), Operation.ROLLBACK);
    }

    private TaskStatus end(Path machine, InstallDisk disk, Operation operation) throws IOException {
        attempt++;
        TaskStatus status =
                bench.live(machine, disk, task("attempt-" + attempt, operation, way.version == 1 ? one : two));
        assertTrue(status.ended(), status.toString());
        return status;
    }

    /** What the next process makes of what it finds, by its journal alone. */
    List<TaskStatus> recover(Path machine) throws IOException {
        return bench.live(
                        machine,
                        InstallDisk.real(),
                        List.of(),
                        report -> report.tasks().stream().allMatch(TaskStatus::ended))
                .tasks();
    }

    /** What has to be old or new; what a package system remembers of its own runs aside. */
    TreePicture looks(Path machine) throws Exception {
        Path root = machine.resolve("root");
        if (way == Way.COMMIT) {
            return TreePicture.of(machine.resolve("data/work"));
        }
        if (adapter.equals("deb")) {
            return TreePicture.of(root).without("var/lib/dpkg/status-old");
        }
        SortedMap<String, String> entries =
                new TreeMap<>(TreePicture.of(root).without("var/lib/rpm").entries());
        if (Files.exists(root.resolve("var/lib/rpm/rpmdb.sqlite"))) {
            entries.put(
                    "rpm -qa",
                    OutsideProgram.said(
                            "rpm",
                            "--root",
                            root.toString(),
                            "--dbpath",
                            "/var/lib/rpm",
                            "-qa",
                            "--qf",
                            "%{NAME} %{VERSION} %{FILESTATES}\n"));
        }
        return new TreePicture(entries);
    }
}
