package packhorse.peer.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.topology.HostPort;
import packhorse.peer.PeerConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse peer join TOKEN}: makes this machine one of a deployment's. */
@Command(
        name = "join",
        description = {
            "Joins a deployment: makes a key on this machine, and gets a certificate for it by a token that packhorse"
                    + " ca token printed.",
            "The token works once; when the answer is lost, the same command again brings the same certificate."
        },
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  packhorse peer join phj1.… --config /etc/packhorse/peer.yaml",
            "  packhorse peer join - --config peer.yaml < token                  reads it from the standard input",
            "  packhorse peer join phj1.… --data /var/lib/packhorse --replace    another deployment, or anew"
        })
final class JoinCommand implements Callable<Integer> {
    /** A token has some 300 characters; whatever is longer is none. */
    private static final int TOKEN_BYTES_MAX = 4096;

    @Parameters(paramLabel = "TOKEN", description = "The token, or - to read it from the standard input.")
    private String token = "";

    @Option(names = "--config", paramLabel = "FILE", description = "The agent's configuration (YAML).")
    private @Nullable Path config;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "The agent's data directory, instead of a configuration that names it.")
    private @Nullable Path data;

    @Option(names = "--replace", description = "Give up the identity that is there already.")
    private boolean replace;

    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but errors.")
    private boolean quiet;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Path directory;
        Optional<InetSocketAddress> proxy = Optional.empty();
        if (config != null && data == null) {
            PeerConfig read = PeerConfig.read(config);
            directory = read.identity();
            proxy = read.proxy().map(JoinCommand::unresolved);
        } else if (data != null && config == null) {
            directory = data;
        } else {
            throw new UsageException(
                    "--config FILE or --data DIR is needed, one of them: it says where the identity is kept");
        }
        MachineIdentity self = new Joining(
                        directory, Set.of(DeploymentRole.AGENT), proxy, InstantSource.system(), new SecureRandom())
                .join(JoinToken.parse(text()), replace);
        say(self, directory);
        return 0;
    }

    private String text() throws IOException {
        return token.equals("-")
                ? new String(System.in.readNBytes(TOKEN_BYTES_MAX), StandardCharsets.US_ASCII).strip()
                : token;
    }

    private static InetSocketAddress unresolved(HostPort proxy) {
        return InetSocketAddress.createUnresolved(proxy.host(), proxy.port());
    }

    private void say(MachineIdentity self, Path directory) {
        if (spec == null) {
            throw new IllegalStateException("run by the command line only");
        }
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(new JsonLine()
                    .with("id", self.id().toString())
                    .with("role", self.role().word())
                    .with("site", self.site())
                    .with("identity", directory.toString())
                    .with("until", self.self().notAfter().toString()));
        } else if (!quiet) {
            out.println("this machine is the " + self + " now, until "
                    + self.self().notAfter() + " and renewed by itself; its key is in " + directory);
        }
        out.flush();
    }
}
