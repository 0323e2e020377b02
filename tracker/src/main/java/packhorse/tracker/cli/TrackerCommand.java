package packhorse.tracker.cli;

import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.tracker.TrackerConfig;
import packhorse.tracker.TrackerMain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code packhorse tracker}: runs a tracker in the foreground until it is told to stop. */
@Command(
        name = "tracker",
        description = "Run a tracker in the foreground. SIGTERM and Ctrl-C stop it in good order.",
        mixinStandardHelpOptions = true,
        subcommands = ReportsCommand.class,
        footerHeading = "%nExamples:%n",
        footer = {"  packhorse tracker --config /etc/packhorse/tracker.yaml"})
public final class TrackerCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec command;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The tracker's configuration (YAML); a tracker needs it.")
    private @Nullable Path config;

    @Option(names = "--json", description = "Print the line that says the tracker is ready as JSON.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Do not print the line that says the tracker is ready.")
    private boolean quiet;

    @Override
    public Integer call() throws InterruptedException {
        if (config == null || command == null) {
            throw new UsageException("--config FILE is needed; tracker/samples/tracker.yaml explains the file");
        }
        CountDownLatch stopped = new CountDownLatch(1);
        try (TrackerMain tracker =
                TrackerMain.start(TrackerConfig.read(config), InstantSource.system(), new SecureRandom())) {
            Runtime.getRuntime().addShutdownHook(new Thread(tracker::close, "stop"));
            if (!quiet) {
                say(command.commandLine().getOut(), tracker);
            }
            stopped.await();
        }
        return 0;
    }

    private void say(PrintWriter out, TrackerMain tracker) {
        InetSocketAddress first = tracker.addresses().getFirst();
        String host = first.getAddress().getHostAddress();
        String url = "http://" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + first.getPort();
        String udp = tracker.udpPorts().isEmpty()
                ? ""
                : String.valueOf(tracker.udpPorts().getFirst());
        if (json) {
            out.println("{\"ready\":true,\"udpPort\":" + (udp.isEmpty() ? "null" : udp) + ",\"url\":\"" + url + "\"}");
        } else {
            out.println("tracker ready at " + url + (udp.isEmpty() ? "" : ", UDP port " + udp));
        }
        out.flush();
    }
}
