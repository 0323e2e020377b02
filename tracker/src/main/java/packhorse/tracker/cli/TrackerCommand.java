package packhorse.tracker.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.tracker.TrackerConfig;
import packhorse.tracker.TrackerConfig.Standing;
import packhorse.tracker.TrackerMain;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse tracker}: runs a tracker in the foreground until it is told to stop. */
@Command(
        name = "tracker",
        description = "Run a tracker in the foreground. SIGTERM and Ctrl-C stop it in good order.",
        mixinStandardHelpOptions = true,
        subcommands = {ReportsCommand.class, TrackerInventoryCommand.class},
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

    @Option(
            names = "--desired",
            paramLabel = "FILE",
            description = "What endpoints should have and may have (YAML); instead of the configuration's desired:.")
    private @Nullable Path desired;

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
        TrackerConfig read = TrackerConfig.read(config);
        try (TrackerMain tracker = TrackerMain.start(
                desired == null ? read : read.withDesired(desired), InstantSource.system(), new SecureRandom())) {
            Runtime.getRuntime().addShutdownHook(new Thread(tracker::close, "stop"));
            if (!quiet) {
                say(command.commandLine().getOut(), tracker);
            }
            throw new OperationException(tracker.failed().get());
        } catch (ExecutionException e) {
            throw new OperationException("the tracker cannot go on: " + e.getCause(), e);
        }
    }

    private void say(PrintWriter out, TrackerMain tracker) {
        String url = "http://" + text(tracker.addresses().getFirst());
        String secure = "https://" + text(tracker.secureAddresses().getFirst());
        String udp = tracker.udpPorts().isEmpty()
                ? ""
                : String.valueOf(tracker.udpPorts().getFirst());
        if (json) {
            out.println("{\"ready\":true,\"secure\":\"" + secure + "\",\"udpPort\":" + (udp.isEmpty() ? "null" : udp)
                    + ",\"url\":\"" + url + "\"}");
        } else {
            out.println("tracker ready at " + url + (udp.isEmpty() ? "" : ", UDP port " + udp)
                    + "; enrolment and catalogue at " + secure);
        }
        out.flush();
    }

    private static String text(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + address.getPort();
    }

    /** {@code packhorse tracker join TOKEN}. */
    @Command(
            name = "join",
            description = {
                "Makes this machine one of the deployment's trackers: makes a key here, and gets a certificate for it"
                        + " by a",
                "token that packhorse ca token --role tracker printed. The token works once. The tracker whose",
                "configuration names ca: needs none, it certifies itself."
            },
            mixinStandardHelpOptions = true,
            footerHeading = "%nExamples:%n",
            footer = {
                "  packhorse tracker join phj1.… --config /etc/packhorse/tracker.yaml",
                "  packhorse tracker join - --config tracker.yaml < token      reads it from the standard input"
            })
    static final class Join implements Callable<Integer> {
        /** The longest token is shorter. */
        private static final int TOKEN_BYTES_MAX = 4096;

        @Spec
        private @Nullable CommandSpec command;

        @Parameters(paramLabel = "TOKEN", description = "The token, or - to read it from the standard input.")
        private String token = "";

        @Option(names = "--config", paramLabel = "FILE", description = "The tracker's configuration (YAML). Needed.")
        private @Nullable Path config;

        @Option(names = "--replace", description = "Give up the identity that is there already.")
        private boolean replace;

        @Option(names = "--json", description = "Print one JSON object and nothing else.")
        private boolean json;

        @Option(
                names = {"-q", "--quiet"},
                description = "Print nothing but errors.")
        private boolean quiet;

        @Override
        public Integer call() throws IOException {
            if (config == null || command == null) {
                throw new UsageException("--config FILE is needed: it says where the identity is kept");
            }
            Path directory = switch (TrackerConfig.read(config).standing()) {
                case Standing.Joined(Path identity) -> identity;
                case Standing.Issuing issuing ->
                    throw new UsageException(config + " names ca: " + issuing.ca()
                            + ", so this tracker certifies itself and joins nobody");
            };
            MachineIdentity self = new Joining(
                            directory,
                            Set.of(DeploymentRole.TRACKER),
                            Optional.empty(),
                            InstantSource.system(),
                            new SecureRandom())
                    .join(JoinToken.parse(text()), replace);
            String until = self.self().notAfter().toString();
            PrintWriter out = command.commandLine().getOut();
            if (json) {
                out.println(new String(
                        CanonicalJson.encode(JsonObject.of(Map.of(
                                "id", new JsonString(self.id().toString()),
                                "identity", new JsonString(directory.toString()),
                                "site", new JsonString(self.site()),
                                "until", new JsonString(until)))),
                        StandardCharsets.UTF_8));
            } else if (!quiet) {
                out.println("this machine is the " + self + " now, until " + until
                        + " and renewed by itself; its key is in " + directory);
            }
            out.flush();
            return 0;
        }

        private String text() throws IOException {
            if (!token.equals("-")) {
                return token;
            }
            return new String(System.in.readNBytes(TOKEN_BYTES_MAX), StandardCharsets.US_ASCII).strip();
        }
    }
}
