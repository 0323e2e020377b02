package packhorse.tracker.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.identity.DeploymentRole;
import packhorse.core.identity.JoinToken;
import packhorse.core.identity.MachineIdentity;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.topology.EndpointId;
import packhorse.core.unit.Durations;
import packhorse.tracker.enrol.AuthorityDirectory;
import packhorse.tracker.enrol.AuthorityDirectory.TokenWish;
import packhorse.tracker.enrol.Register;
import packhorse.tracker.enrol.Register.Denial;
import packhorse.tracker.enrol.Register.Machine;
import packhorse.tracker.enrol.Register.OpenToken;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse ca}: the deployment's own certificate authority. Works beside a running tracker, on the same directory. */
@Command(
        name = "ca",
        description = "The deployment's own certificate authority: who may join, who did, who is thrown out.",
        mixinStandardHelpOptions = true,
        subcommands = {
            CaCommand.Init.class,
            CaCommand.Token.class,
            CaCommand.Revoke.class,
            CaCommand.ListAll.class,
            CaCommand.RenewIssuing.class
        },
        footer = {
            "",
            "Examples:",
            "  packhorse ca init /etc/packhorse/ca                        a root to carry away, and an issuing"
                    + " authority",
            "  packhorse ca token --ca /etc/packhorse/ca --site north --url https://tracker.example.org:7302"
                    + " --root root.json",
            "  packhorse ca list --ca /etc/packhorse/ca",
            "  packhorse ca revoke --ca /etc/packhorse/ca 000102030405060708090a0b0c0d0e0f"
        })
public final class CaCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new UsageException("what about the authority? packhorse ca init, token, revoke, list or renew-issuing;"
                + " packhorse help ca shows examples");
    }

    /** How a subcommand says what it did. */
    static final class Outcome {
        @Option(names = "--json", description = "Print one JSON object and nothing else.")
        private boolean json;

        @Option(
                names = {"-q", "--quiet"},
                description = "Print nothing but errors.")
        private boolean quiet;

        private final TreeMap<String, Json> fields = new TreeMap<>();

        Outcome with(String key, String value) {
            return with(key, new Json.JsonString(value));
        }

        Outcome with(String key, Json value) {
            fields.put(key, value);
            return this;
        }

        void print(@Nullable CommandSpec spec, String line) {
            if (spec == null) {
                throw new IllegalStateException("run by the command line only");
            }
            PrintWriter out = spec.commandLine().getOut();
            if (json) {
                out.println(new String(CanonicalJson.encode(new Json.JsonObject(fields)), StandardCharsets.UTF_8));
            } else if (!quiet) {
                out.println(line);
            }
            out.flush();
        }
    }

    /** Which authority. */
    static final class Where {
        @Option(
                names = "--ca",
                required = true,
                paramLabel = "DIR",
                description = "The directory that packhorse ca init made.")
        private Path directory = Path.of("");

        AuthorityDirectory authority() {
            return new AuthorityDirectory(directory);
        }
    }

    /** {@code packhorse ca init DIR}. */
    @Command(
            name = "init",
            description = {
                "Makes a deployment's authority in DIR: a root for ten years, whose key in DIR/root.key is to be"
                        + " carried away,",
                "an issuing authority for ninety days, and DIR/deployment-ca.crt, which machines trust. Never"
                        + " overwrites."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  packhorse ca init /etc/packhorse/ca                        asks for two passphrases",
                "  packhorse ca init ca --passphrase-file root-phrase --issuing-passphrase-file issuing-phrase"
            })
    static final class Init implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "A new or empty directory.")
        private Path directory = Path.of("");

        @Mixin
        private NewPassphrase passphrase = new NewPassphrase();

        @Mixin
        private Outcome outcome = new Outcome();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            try (NewPassphrase.Both phrases = passphrase.read(true)) {
                AuthorityDirectory made = AuthorityDirectory.create(
                        directory,
                        phrases.root(),
                        phrases.issuing(),
                        InstantSource.system().instant(),
                        new SecureRandom());
                outcome.with("directory", directory.toString())
                        .with(
                                "root",
                                directory.resolve(MachineIdentity.ROOT_FILE).toString())
                        .with("rootKey", directory.resolve("root.key").toString())
                        .with("rootSha256", JoinToken.pin(made.root()).hex())
                        .with("issuingUntil", end(made.issuing()).toString())
                        .print(
                                spec,
                                "made the authority in " + directory + "; carry "
                                        + directory.resolve("root.key")
                                        + " away now, and bring it back before " + end(made.issuing())
                                        + " for packhorse ca renew-issuing");
                return 0;
            }
        }
    }

    /** {@code packhorse ca token}. */
    @Command(
            name = "token",
            description = {
                "Prints a token by which one machine may join once: packhorse peer join TOKEN, or",
                "origin join TOKEN, or tracker join TOKEN, as its role is.",
                "It is a secret until it was used."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  packhorse ca token --ca ca --site north --url https://tracker.example.org:7302 --root root.json",
                "  packhorse ca token --ca ca --site centre --role origin --names origin.example.org,192.0.2.10"
                        + " --url https://tracker.example.org:7302 --root root.json",
                "  packhorse ca token --ca ca --site north --endpoint 000102030405060708090a0b0c0d0e0f --url … --root …"
                        + "   the same machine again"
            })
    static final class Token implements Callable<Integer> {
        @Mixin
        private Where where = new Where();

        @Option(names = "--site", required = true, paramLabel = "S", description = "The machine's home site.")
        private String site = "";

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                defaultValue = "agent",
                description = "What it will be: agent, origin, tracker or console (default ${DEFAULT-VALUE}).")
        private String role = "";

        @Option(
                names = "--url",
                required = true,
                paramLabel = "URL",
                description = "Where the machine reaches the authority's tracker: https://HOST:7302.")
        private URI url = URI.create("");

        @Option(
                names = "--root",
                required = true,
                paramLabel = "FILE",
                description = "The catalogue's root.json, which the machine is to trust.")
        private Path root = Path.of("");

        @Option(
                names = "--life",
                paramLabel = "TIME",
                defaultValue = "1h",
                description = "How long it counts, at most 7d (default ${DEFAULT-VALUE}).")
        private String life = "";

        @Option(
                names = "--names",
                split = ",",
                paramLabel = "NAME",
                description = "Host names and addresses for the certificate of an origin, tracker or console.")
        private List<String> names = new ArrayList<>();

        @Option(
                names = "--endpoint",
                paramLabel = "ID",
                description = "Let a machine that was be the same again, instead of a new one.")
        private @Nullable String endpoint;

        @Mixin
        private Outcome outcome = new Outcome();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            JoinToken token;
            try {
                token = where.authority()
                        .issueToken(
                                new TokenWish(
                                        url,
                                        site,
                                        DeploymentRole.parse(role),
                                        names,
                                        Optional.ofNullable(endpoint).map(EndpointId::parse),
                                        root,
                                        duration(life)),
                                InstantSource.system().instant(),
                                System::nanoTime,
                                new SecureRandom());
            } catch (IllegalArgumentException e) {
                throw new UsageException(String.valueOf(e.getMessage()), e);
            }
            outcome.with("token", token.text())
                    .with("id", token.id())
                    .with("site", token.site())
                    .with("role", token.role().word())
                    .with("expiry", token.expiry().toString())
                    .print(spec, token.text());
            return 0;
        }

        private static Duration duration(String text) {
            return Durations.parse(text);
        }
    }

    /** {@code packhorse ca revoke}. */
    @Command(
            name = "revoke",
            description = {
                "Throws a machine out: running trackers close its sessions within seconds, and it cannot renew.",
                "An endpoint loses all its certificates for good; a serial only that one."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  packhorse ca revoke --ca ca 000102030405060708090a0b0c0d0e0f",
                "  packhorse ca revoke --ca ca 5f3a… --json"
            })
    static final class Revoke implements Callable<Integer> {
        @Mixin
        private Where where = new Where();

        @Parameters(paramLabel = "ID|SERIAL", description = "As packhorse ca list shows them.")
        private String what = "";

        @Mixin
        private Outcome outcome = new Outcome();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            Denial denial = where.authority()
                    .register(System::nanoTime)
                    .revoke(what, InstantSource.system().instant());
            outcome.with("revoked", denial.what())
                    .with("revision", new Json.JsonInteger(denial.revision()))
                    .with("changed", new Json.JsonBoolean(denial.changed()))
                    .print(
                            spec,
                            denial.changed()
                                    ? denial.what() + " is revoked; running trackers close its sessions within seconds"
                                    : denial.what() + " was revoked before");
            return 0;
        }
    }

    /** {@code packhorse ca list}. */
    @Command(
            name = "list",
            description = "Lists every machine that joined with its newest certificate, and the tokens that are open.",
            mixinStandardHelpOptions = true,
            footer = {"", "Examples:", "  packhorse ca list --ca ca", "  packhorse ca list --ca ca --json"})
    static final class ListAll implements Callable<Integer> {
        @Mixin
        private Where where = new Where();

        @Mixin
        private Outcome outcome = new Outcome();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            Instant now = InstantSource.system().instant();
            AuthorityDirectory authority = where.authority();
            Register register = authority.register(System::nanoTime);
            List<Machine> machines = register.machines();
            List<OpenToken> tokens = register.openTokens(now);
            List<String> lines = new ArrayList<>();
            for (Machine one : machines) {
                lines.add("%-8s %s  %-16s serial %s until %s%s"
                        .formatted(
                                one.role().word(),
                                one.endpoint(),
                                one.site(),
                                one.serial(),
                                one.notAfter(),
                                one.denied() ? "  REVOKED" : now.isBefore(one.notAfter()) ? "" : "  expired"));
            }
            for (OpenToken token : tokens) {
                lines.add("token    %-32s  %-16s for one %s until %s"
                        .formatted(token.id(), token.site(), token.role().word(), token.expiry()));
            }
            lines.add("the issuing authority counts until " + end(authority.issuing()));
            outcome.with(
                            "machines",
                            new Json.JsonArray(
                                    machines.stream().map(CaCommand::json).toList()))
                    .with(
                            "tokens",
                            new Json.JsonArray(
                                    tokens.stream().map(CaCommand::json).toList()))
                    .with("issuingUntil", end(authority.issuing()).toString())
                    .with(
                            "denyListRevision",
                            new Json.JsonInteger(register.denyList().revision()))
                    .print(spec, String.join(System.lineSeparator(), lines));
            return 0;
        }
    }

    private static Json json(Machine one) {
        TreeMap<String, Json> fields = new TreeMap<>();
        fields.put("endpoint", new Json.JsonString(one.endpoint().toString()));
        fields.put("role", new Json.JsonString(one.role().word()));
        fields.put("site", new Json.JsonString(one.site()));
        fields.put("serial", new Json.JsonString(one.serial()));
        fields.put("until", new Json.JsonString(one.notAfter().toString()));
        fields.put("revoked", new Json.JsonBoolean(one.denied()));
        return new Json.JsonObject(fields);
    }

    private static Json json(OpenToken token) {
        TreeMap<String, Json> fields = new TreeMap<>();
        fields.put("id", new Json.JsonString(token.id()));
        fields.put("role", new Json.JsonString(token.role().word()));
        fields.put("site", new Json.JsonString(token.site()));
        fields.put("until", new Json.JsonString(token.expiry().toString()));
        return new Json.JsonObject(fields);
    }

    /** {@code packhorse ca renew-issuing}. */
    @Command(
            name = "renew-issuing",
            description = {
                "Replaces the issuing authority for the next ninety days; needs the root's key, wherever it is kept.",
                "Machines notice nothing; a running tracker takes it up within a minute."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  packhorse ca renew-issuing --ca /etc/packhorse/ca --root-key /media/safe/root.key",
                "  packhorse ca renew-issuing --ca ca --root-key root.key --passphrase-file root-phrase"
                        + " --issuing-passphrase-file issuing-phrase"
            })
    static final class RenewIssuing implements Callable<Integer> {
        @Mixin
        private Where where = new Where();

        @Option(
                names = "--root-key",
                required = true,
                paramLabel = "FILE",
                description = "The root.key that packhorse ca init made.")
        private Path rootKey = Path.of("");

        @Mixin
        private NewPassphrase passphrase = new NewPassphrase();

        @Mixin
        private Outcome outcome = new Outcome();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            try (NewPassphrase.Both phrases = passphrase.read(false)) {
                Instant until = end(where.authority()
                        .renewIssuing(
                                rootKey,
                                phrases.root(),
                                phrases.issuing(),
                                InstantSource.system().instant(),
                                new SecureRandom()));
                outcome.with("issuingUntil", until.toString())
                        .print(
                                spec,
                                "the issuing authority counts until " + until + "; carry " + rootKey + " away again");
                return 0;
            }
        }
    }

    private static Instant end(X509Certificate certificate) {
        return certificate.getNotAfter().toInstant();
    }
}
