package packhorse.seeder.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.json.Json;
import packhorse.core.trust.Passphrase;
import packhorse.core.trust.Role;
import packhorse.core.trust.VerifyingKey;
import packhorse.seeder.sign.KeyDirectory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse keys}: makes and shows the keys that sign a catalogue. */
@Command(
        name = "keys",
        description = "Makes and shows the keys that sign a catalogue.",
        mixinStandardHelpOptions = true,
        subcommands = {KeysCommand.New.class, KeysCommand.Show.class},
        footer = {
            "",
            "Examples:",
            "  packhorse keys new /secure/keys --passphrase-file phrase",
            "  packhorse keys show /secure/keys"
        })
public final class KeysCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new UsageException(
                "what about the keys? packhorse keys new DIR makes them, packhorse keys show DIR shows them");
    }

    /** {@code packhorse keys new DIR}. */
    @Command(
            name = "new",
            description = {
                "Makes root, targets, snapshot and timestamp keys in DIR, root.json, which every machine is given to"
                        + " trust,",
                "and an empty signed catalogue that an origin starts from. Never overwrites."
            },
            mixinStandardHelpOptions = true,
            footer = {
                "",
                "Examples:",
                "  packhorse keys new /secure/keys                              asks for the passphrase",
                "  packhorse keys new keys --passphrase-file phrase",
                "  packhorse keys new keys --targets 2/3 --online-passphrase-file online",
                "                                      three targets keys of which two must sign; the origin",
                "                                      opens snapshot and timestamp by a passphrase of their own"
            })
    static final class New implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "A new or empty directory.")
        private Path directory = Path.of("");

        @Option(
                names = "--root",
                paramLabel = "M/N",
                defaultValue = "1/1",
                description = "Make N root keys of which M must sign (default ${DEFAULT-VALUE}).")
        private String root = "";

        @Option(
                names = "--targets",
                paramLabel = "M/N",
                defaultValue = "1/1",
                description = "Make N targets keys of which M must sign (default ${DEFAULT-VALUE}).")
        private String targets = "";

        @Option(
                names = "--online-passphrase-file",
                paramLabel = "FILE",
                description =
                        "Seal snapshot and timestamp keys under the first line of FILE (default: the same passphrase).")
        private @Nullable Path onlinePassphrase;

        @Mixin
        private PassphraseOptions passphrase = new PassphraseOptions();

        @Mixin
        private Outcome outcome = new Outcome();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            KeyDirectory.Quorum rootQuorum = KeyDirectory.Quorum.parse(root);
            KeyDirectory.Quorum targetsQuorum = KeyDirectory.Quorum.parse(targets);
            char[] offline = passphrase.read("a passphrase for the new keys", true);
            char[] online = onlinePassphrase == null ? offline : Passphrase.ofFile(onlinePassphrase);
            try {
                KeyDirectory made = KeyDirectory.create(
                        directory,
                        rootQuorum,
                        targetsQuorum,
                        offline,
                        online,
                        new SecureRandom(),
                        InstantSource.system().instant());
                Path rootJson = made.path().resolve(KeyDirectory.ROOT_JSON);
                outcome.with("directory", directory.toString())
                        .with("root", rootJson.toString())
                        .with(
                                "repository",
                                made.path().resolve(KeyDirectory.REPOSITORY).toString())
                        .with("keys", describe(made))
                        .print(
                                out(spec),
                                "made keys in " + directory + "; give " + rootJson
                                        + " to every machine, keep root and targets keys offline");
                return 0;
            } finally {
                Arrays.fill(offline, '\0');
                Arrays.fill(online, '\0');
            }
        }
    }

    /** {@code packhorse keys show DIR}. */
    @Command(
            name = "show",
            description = "Shows the public halves of the keys in DIR; needs no passphrase.",
            mixinStandardHelpOptions = true,
            footer = {"", "Example:", "  packhorse keys show /secure/keys"})
    static final class Show implements Callable<Integer> {
        @Parameters(paramLabel = "DIR", description = "A directory that packhorse keys new made.")
        private Path directory = Path.of("");

        @Mixin
        private Outcome outcome = new Outcome();

        @Spec
        private @Nullable CommandSpec spec;

        @Override
        public Integer call() {
            KeyDirectory keys = KeyDirectory.open(directory);
            List<String> lines = new ArrayList<>();
            keys.publicKeys()
                    .forEach((role, found) -> found.forEach((file, key) ->
                            lines.add("%-10s %s  %s".formatted(role.word(), key.hex(), file.getFileName()))));
            outcome.with("directory", directory.toString())
                    .with("keys", describe(keys))
                    .print(
                            out(spec),
                            lines.isEmpty() ? "no keys in " + directory : String.join(System.lineSeparator(), lines));
            return 0;
        }
    }

    private static Json describe(KeyDirectory keys) {
        List<Json> found = new ArrayList<>();
        for (Map.Entry<Role, Map<Path, VerifyingKey>> role : keys.publicKeys().entrySet()) {
            role.getValue().forEach((file, key) -> {
                TreeMap<String, Json> fields = new TreeMap<>();
                fields.put("role", new Json.JsonString(role.getKey().word()));
                fields.put("file", new Json.JsonString(String.valueOf(file.getFileName())));
                fields.put("public", new Json.JsonString(key.hex()));
                fields.put("keyid", new Json.JsonString(key.keyId().hex()));
                found.add(new Json.JsonObject(fields));
            });
        }
        return new Json.JsonArray(found);
    }

    static PrintWriter out(@Nullable CommandSpec spec) {
        return parsed(spec).commandLine().getOut();
    }

    static PrintWriter err(@Nullable CommandSpec spec) {
        return parsed(spec).commandLine().getErr();
    }

    private static CommandSpec parsed(@Nullable CommandSpec spec) {
        if (spec == null) {
            throw new IllegalStateException("run by the command line only");
        }
        return spec;
    }
}
