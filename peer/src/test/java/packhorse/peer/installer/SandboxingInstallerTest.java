package packhorse.peer.installer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import packhorse.core.content.Platform;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.ReleaseName;
import packhorse.core.content.Version;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.core.state.Subject;
import packhorse.peer.install.InstallTask;

final class SandboxingInstallerTest {
    private static final InstallPolicy LOOSE = new InstallPolicy(Optional.empty(), false, true, true, true, true);

    private static InstallTask task(Operation operation) {
        return new InstallTask(
                operation.name(),
                Subject.release(new ReleaseId(ReleaseName.parse("acme/app"), Version.parse("1"), Platform.ANY)),
                operation,
                List.of(),
                InstallTask.Stage.GO,
                Optional.empty(),
                LOOSE,
                new TreeMap<>());
    }

    @Test
    void whateverAnOrderSaysNothingThatComesInRunsOutsideASandbox() {
        List<InstallTask> told = new ArrayList<>();
        Installer installer = new SandboxingInstaller(new Installer() {
            @Override
            public void tasks(long revision, List<InstallTask> tasks) {
                assertEquals(7, revision);
                told.addAll(tasks);
            }

            @Override
            public void look() {}

            @Override
            public void close() {}
        });
        List<Operation> all =
                List.of(Operation.INSTALL, Operation.UPDATE, Operation.COMMIT, Operation.ROLLBACK, Operation.REMOVE);
        installer.tasks(7, all.stream().map(SandboxingInstallerTest::task).toList());
        InstallPolicy strict = new InstallPolicy(Optional.empty(), true, true, true, true, true);
        assertEquals(
                List.of(strict, strict, LOOSE, LOOSE, LOOSE),
                told.stream().map(InstallTask::policy).toList());
        assertEquals(all, told.stream().map(InstallTask::operation).toList());
    }
}
