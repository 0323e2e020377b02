package packhorse.peer.installer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import packhorse.peer.installer.engine.InstallerReport;
import packhorse.peer.installer.engine.InstallerSettings;

/** An agent that does nothing but own an installer with a step that waits: {@code DATA ROOT.JSON}. Says the installer's pid. */
final class InstallerOwnerMain {
    private InstallerOwnerMain() {}

    public static void main(String[] args) throws Exception {
        Path data = Path.of(args[0]);
        InstallerSettings settings = new InstallerSettings(data, data, data, Path.of("/"), List.of(), Duration.ZERO);
        Heard heard = new Heard();
        try (ProcessInstaller installer =
                InstallerProcessTest.start(settings, Files.readAllBytes(Path.of(args[1])), heard)) {
            installer.tasks(1, List.of(StepEngine.task("a", 3, "hold", "2")));
            InstallerReport report = heard.await(each -> StepEngine.steps(data).contains("begun a 2"));
            System.out.println("INSTALLER " + installer.pid().orElseThrow() + " " + report.revision());
            System.out.flush();
            System.in.read();
        }
    }
}
