package packhorse.seeder.cli;

import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.seeder.OriginMain;
import packhorse.seeder.origin.Origin;
import packhorse.seeder.origin.OriginConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code packhorse origin}: runs the authoritative source in the foreground until it is told to stop. */
@Command(
        name = "origin",
        description = {
            "Run the origin in the foreground: serves catalogue and content, takes publishes, keeps the online",
            "signatures fresh, seeds. SIGTERM and Ctrl-C stop it in good order."
        },
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Examples:",
            "  packhorse origin --config /etc/packhorse/origin.yaml",
            "  packhorse origin --config origin.yaml --passphrase-file phrase",
            "",
            "The commented sample is seeder/samples/origin.yaml."
        })
public final class OriginCommand implements Callable<Integer> {
    @Option(
            names = "--config",
            required = true,
            paramLabel = "FILE",
            description = "The origin's configuration (YAML).")
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
                .map(PassphraseOptions::read)
                .orElseGet(() -> passphrase.read("the passphrase of the online keys", false));
        Origin origin;
        try {
            origin = OriginMain.start(read, phrase, InstantSource.system(), new SecureRandom(), System::nanoTime);
        } finally {
            Arrays.fill(phrase, '\0');
        }
        CountDownLatch stopped = new CountDownLatch(1);
        try (origin) {
            Runtime.getRuntime().addShutdownHook(new Thread(origin::close, "stop"));
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
}
