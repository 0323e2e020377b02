package packhorse.console.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import packhorse.console.ConsoleConfig;
import packhorse.console.ConsoleMain;
import packhorse.console.ledger.AuditBook;
import packhorse.console.ledger.Ledger;
import packhorse.console.ledger.LedgerArchive;
import packhorse.console.office.Restoring;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.Joining;
import packhorse.core.identity.MachineIdentity;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse console}: runs a console in the foreground until it is told to stop; joins, backs up, restores. */
@Command(
        name = "console",
        description = {
            "Run a console in the foreground: keeps the ledger, carries orders out, answers people over REST.",
            "SIGTERM and Ctrl-C stop it in good order; whatever stops it, the next one goes on where it was."
        },
        mixinStandardHelpOptions = true,
        subcommands = {
            ConsoleCommand.Join.class,
            ConsoleCommand.Backup.class,
            ConsoleCommand.Restore.class,
            ConsoleCommand.Verify.class
        },
        footer = {
            "",
            "Examples:",
            "  packhorse console join TOKEN --config /etc/packhorse/console.yaml      once, before the first start",
            "  packhorse console --config /etc/packhorse/console.yaml",
            "  packhorse console backup /backup/ledger --config /etc/packhorse/console.yaml",
            "",
            "The commented sample is console/samples/console.yaml."
        })
public final class ConsoleCommand implements Callable<Integer> {
    /** The longest token is shorter. */
    private static final int TOKEN_BYTES_MAX = 4096;

    @Option(names = "--config", paramLabel = "FILE", description = "The console's configuration (YAML). Needed.")
    private @Nullable Path config;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        ConsoleConfig read = ConsoleConfig.read(file(config));
        CountDownLatch stopped = new CountDownLatch(1);
        try (ConsoleMain running = ConsoleMain.start(read, InstantSource.system(), new SecureRandom())) {
            Runtime.getRuntime().addShutdownHook(new Thread(running::close, "stop"));
            for (InetSocketAddress address : running.addresses()) {
                say(
                        spec,
                        "packhorse console is ready: " + (read.plain() ? "http://" : "https://")
                                + address.getAddress().getHostAddress() + ":" + address.getPort());
            }
            stopped.await();
        }
        return 0;
    }

    private static Path file(@Nullable Path config) {
        if (config == null) {
            throw new UsageException("--config FILE is needed; console/samples/console.yaml explains the file");
        }
        return config;
    }

    private static void say(@Nullable CommandSpec spec, String line) {
        if (spec != null) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(line);
            out.flush();
        }
    }

    /** {@code packhorse console join TOKEN}. */
    @Command(
            name = "join",
            description = {
                "Makes this machine a console of the deployment: makes a key here, and gets a certificate for it by a",
                "token that packhorse ca token --role console printed. The token works once."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  packhorse console join phj1.… --config /etc/packhorse/console.yaml",
                "  packhorse console join - --config console.yaml < token         reads it from the standard input"
            })
    static final class Join implements Callable<Integer> {
        @Parameters(paramLabel = "TOKEN", description = "The token, or - to read it from the standard input.")
        private String token = "";

        @Option(names = "--config", paramLabel = "FILE", description = "The console's configuration (YAML). Needed.")
        private @Nullable Path config;

        @Option(names = "--replace", description = "Give up the identity that is there already.")
        private boolean replace;

        @Option(
                names = {"-q", "--quiet"},
                description = "Print nothing but errors.")
        private boolean quiet;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() throws IOException {
            Path directory = ConsoleConfig.read(file(config)).identity();
            String text = token.equals("-")
                    ? new String(System.in.readNBytes(TOKEN_BYTES_MAX), StandardCharsets.US_ASCII).strip()
                    : token;
            MachineIdentity self = new Joining(
                            directory,
                            Set.of(DeploymentRole.CONSOLE),
                            Optional.empty(),
                            InstantSource.system(),
                            new SecureRandom())
                    .join(JoinToken.parse(text), replace);
            if (!quiet) {
                say(
                        spec,
                        "this machine is the " + self + " now, until "
                                + self.self().notAfter() + " and renewed by itself; its key is in " + directory);
            }
            return 0;
        }
    }

    /** {@code packhorse console backup FILE}. */
    @Command(
            name = "backup",
            description = "Writes the whole ledger as of one moment into FILE, beside a running console too.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  packhorse console backup /backup/ledger --config console.yaml"})
    static final class Backup implements Callable<Integer> {
        @Parameters(
                paramLabel = "FILE",
                description = "Where to; a file that is there is replaced once all is written.")
        private Path file = Path.of("");

        @Option(names = "--config", paramLabel = "FILE", description = "The console's configuration (YAML). Needed.")
        private @Nullable Path config;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            try (Ledger ledger = Ledger.open(ConsoleConfig.read(file(config)).ledger())) {
                LedgerArchive.write(ledger, file);
            }
            say(spec, "the ledger is written to " + file);
            return 0;
        }
    }

    /** {@code packhorse console restore FILE}. */
    @Command(
            name = "restore",
            description = {
                "Fills an empty ledger, of either database, from a backup, and verifies its audit chain.",
                "All tokens and sessions in it end: what was revoked since would open again."
            },
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  packhorse console restore /backup/ledger --config console.yaml"})
    static final class Restore implements Callable<Integer> {
        @Parameters(paramLabel = "FILE", description = "A backup.")
        private Path file = Path.of("");

        @Option(names = "--config", paramLabel = "FILE", description = "The console's configuration (YAML). Needed.")
        private @Nullable Path config;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            Restoring.Restored restored =
                    Restoring.of(ConsoleConfig.read(file(config)).ledger(), file, InstantSource.system());
            say(
                    spec,
                    "the ledger is restored from " + file + "; " + restored.tokens()
                            + " tokens and sessions ended: sign in again. Accounts, roles, passwords, join tokens and"
                            + " denials are as they were at the backup: look through them");
            return 0;
        }
    }

    /** {@code packhorse console verify}: walks the audit chain without a running console. */
    @Command(
            name = "verify",
            description = "Walks the ledger's chain of decisions, beside a running console too.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  packhorse console verify --config console.yaml"})
    static final class Verify implements Callable<Integer> {
        @Option(names = "--config", paramLabel = "FILE", description = "The console's configuration (YAML). Needed.")
        private @Nullable Path config;

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            try (Ledger ledger = Ledger.open(ConsoleConfig.read(file(config)).ledger())) {
                AuditBook.Finding found = new AuditBook(ledger).verify();
                if (found.broken().isPresent()) {
                    throw new OperationException("the audit chain is broken behind link " + found.links() + ": "
                            + found.broken().get());
                }
                say(spec, found.links() + " decisions, each bound to the one before; the last is " + found.digest());
            }
            return 0;
        }
    }
}
