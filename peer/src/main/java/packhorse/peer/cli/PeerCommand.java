package packhorse.peer.cli;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.peer.PeerConfig;
import packhorse.peer.PeerMain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code packhorse peer}: runs the agent in the foreground until it is told to stop. */
@Command(
        name = "peer",
        description = "Run this machine's agent in the foreground. SIGTERM and Ctrl-C stop it in good order.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        subcommands = JoinCommand.class,
        footer = {
            "  packhorse peer --config /etc/packhorse/peer.yaml",
            "  packhorse peer join phj1.… --config /etc/packhorse/peer.yaml     once, before the first start"
        })
public final class PeerCommand implements Callable<Integer> {
    /** Farewell to the tracker and the engine's end are bounded by this; then the process ends anyway. */
    private static final long STOP_SECONDS_MAX = 15;

    @Option(names = "--config", paramLabel = "FILE", description = "The agent's configuration (YAML). Needed.")
    private @Nullable Path config;

    @Option(
            names = {"-q", "--quiet"},
            description = "Do not print the line that says the agent is ready.")
    private boolean quiet;

    @Option(names = "--json", description = "Print the line that says the agent is ready as JSON.")
    private boolean json;

    @Override
    public Integer call() throws InterruptedException {
        if (config == null) {
            throw new UsageException("--config FILE is needed; peer/samples/peer.yaml explains the file");
        }
        PeerMain peer =
                PeerMain.start(PeerConfig.read(config), InstantSource.system(), new SecureRandom(), System::nanoTime);
        CountDownLatch closed = new CountDownLatch(1);
        Thread stopper = new Thread(
                () -> {
                    peer.close();
                    closed.countDown();
                },
                "stop");
        Runtime.getRuntime().addShutdownHook(stopper);
        try {
            peer.run(quiet ? new java.io.PrintStream(java.io.OutputStream.nullOutputStream()) : System.out, json);
            return 0;
        } finally {
            try {
                if (Runtime.getRuntime().removeShutdownHook(stopper)) {
                    stopper.start();
                }
            } catch (IllegalStateException alreadyShuttingDown) {
                // The hook runs already and closes.
            }
            var unused = closed.await(STOP_SECONDS_MAX, TimeUnit.SECONDS);
        }
    }
}
