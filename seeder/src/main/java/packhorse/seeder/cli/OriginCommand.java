package packhorse.seeder.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.trust.Passphrase;
import packhorse.seeder.OriginMain;
import packhorse.seeder.origin.Origin;
import packhorse.seeder.origin.OriginConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse origin}: runs the authoritative source in the foreground until it is told to stop. */
@Command(
        name = "origin",
        description = {
            "Run the origin in the foreground: serves catalogue and content, takes publishes, keeps the online",
            "signatures fresh, seeds. SIGTERM and Ctrl-C stop it in good order."
        },
        mixinStandardHelpOptions = true,
        subcommands = {OriginCommand.Join.class, RetireCommand.class},
        footer = {
            "",
            "Examples:",
            "  packhorse origin join TOKEN --config /etc/packhorse/origin.yaml      once, before the first start",
            "  packhorse origin --config /etc/packhorse/origin.yaml",
            "  packhorse origin --config origin.yaml --passphrase-file phrase",
            "  packhorse origin retire acme/app --version 1.2 --config origin.yaml --keys keys",
            "",
            "The commented sample is seeder/samples/origin.yaml."
        })
public final class OriginCommand implements Callable<Integer> {
    /** The longest token is shorter. */
    private static final int TOKEN_BYTES_MAX = 4096;

    @Option(names = "--config", paramLabel = "FILE", description = "The origin's configuration (YAML). Needed.")
    private @Nullable Path config;

    @Mixin
    private PassphraseOptions passphrase = new PassphraseOptions();

    @Mixin
    private Outcome outcome = new Outcome();

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        if (config == null) {
            throw new UsageException("--config FILE is needed; seeder/samples/origin.yaml explains the file");
        }
        OriginConfig read = OriginConfig.read(config);
        char[] phrase = read.passphraseFile()
                .map(Passphrase::ofFile)
                .orElseGet(() -> passphrase.read("the passphrase of the online keys", false));
        OriginMain running;
        try {
            running = OriginMain.start(read, phrase, InstantSource.system(), new SecureRandom(), System::nanoTime);
        } finally {
            Arrays.fill(phrase, '\0');
        }
        CountDownLatch stopped = new CountDownLatch(1);
        try (running) {
            Runtime.getRuntime().addShutdownHook(new Thread(running::close, "stop"));
            Origin origin = running.origin();
            String host = read.listen().ip().isV4()
                    ? read.listen().ip().toString()
                    : "[" + read.listen().ip() + "]";
            String url = "https://" + host + ":" + origin.port();
            outcome.with("ready", true)
                    .with("url", url)
                    .with("swarm", origin.swarm())
                    .print(KeysCommand.out(spec), "packhorse origin is ready: " + url + ", " + origin.swarm());
            stopped.await();
        }
        return 0;
    }

    /** {@code packhorse origin join TOKEN}. */
    @Command(
            name = "join",
            description = {
                "Makes this machine the deployment's origin: makes a key here, and gets a certificate for it by a"
                        + " token",
                "that packhorse ca token --role origin printed. The token works once."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  packhorse origin join phj1.… --config /etc/packhorse/origin.yaml",
                "  packhorse origin join - --config origin.yaml < token         reads it from the standard input"
            })
    static final class Join implements Callable<Integer> {
        @Parameters(paramLabel = "TOKEN", description = "The token, or - to read it from the standard input.")
        private String token = "";

        @Option(names = "--config", paramLabel = "FILE", description = "The origin's configuration (YAML). Needed.")
        private @Nullable Path config;

        @Option(names = "--replace", description = "Give up the identity that is there already.")
        private boolean replace;

        @Mixin
        private Outcome outcome = new Outcome();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            if (config == null) {
                throw new UsageException("--config FILE is needed: it says where the identity is kept");
            }
            OriginConfig read = OriginConfig.read(config);
            Path directory = read.identity();
            MachineIdentity self = new Joining(
                            directory,
                            Set.of(DeploymentRole.ORIGIN),
                            read.proxy().map(proxy -> InetSocketAddress.createUnresolved(proxy.host(), proxy.port())),
                            InstantSource.system(),
                            new SecureRandom())
                    .join(JoinToken.parse(text()), replace);
            outcome.with("id", self.id().toString())
                    .with("site", self.site())
                    .with("identity", directory.toString())
                    .with("until", self.self().notAfter().toString())
                    .print(
                            KeysCommand.out(spec),
                            "this machine is the " + self + " now, until "
                                    + self.self().notAfter() + " and renewed by itself; its key is in " + directory);
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
