package packhorse.peer.installer;

import java.util.List;
import packhorse.core.state.InstallPolicy;
import packhorse.core.state.Operation;
import packhorse.peer.install.InstallTask;

/**
 * The way to the installer on a machine whose owner lets no program of a release run outside a sandbox ({@code install: {sandbox: true}}).
 *
 * <p>An order says whether it asks for a sandbox, and what this machine's own user orders asks for none; so whoever may publish and may have
 * somebody install had the machine's root. The machine's word comes on top of each order's. It is about what is put in place from now
 * on: what was let in before may go its way back and away.
 */
public final class SandboxingInstaller implements Installer {
    private final Installer installer;

    public SandboxingInstaller(Installer installer) {
        this.installer = installer;
    }

    @Override
    public void tasks(long revision, List<InstallTask> tasks) {
        installer.tasks(
                revision, tasks.stream().map(SandboxingInstaller::confined).toList());
    }

    private static InstallTask confined(InstallTask task) {
        boolean bringsIn = task.operation() == Operation.INSTALL || task.operation() == Operation.UPDATE;
        InstallPolicy said = task.policy();
        return bringsIn
                ? task.now(
                        task.stage(),
                        task.leaseUntil(),
                        new InstallPolicy(
                                said.deferUntil(),
                                true,
                                said.mayReboot(),
                                said.mayDowngrade(),
                                said.mendDrift(),
                                said.commitAtOnce()))
                : task;
    }

    @Override
    public void look() {
        installer.look();
    }

    @Override
    public void close() {
        installer.close();
    }
}
