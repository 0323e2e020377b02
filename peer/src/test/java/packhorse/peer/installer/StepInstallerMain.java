package packhorse.peer.installer;

/** The installer's process with a {@link StepEngine} in it. */
final class StepInstallerMain {
    private StepInstallerMain() {}

    public static void main(String[] args) {
        InstallerProcess.serve(args, StepEngine::new);
    }
}
