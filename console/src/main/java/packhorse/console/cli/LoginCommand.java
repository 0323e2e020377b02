package packhorse.console.cli;

import java.net.URI;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.console.json.Records;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import packhorse.core.terminal.Terminal;
import packhorse.core.trust.Passphrase;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse login URL}: shows a console who asks, and keeps what it gives for the commands that follow. */
@Command(
        name = "login",
        mixinStandardHelpOptions = true,
        description = {
            "Log in to a console. What it gives is kept in a file that only you can read, for the commands that"
                    + " follow.",
            "With --first the first account is made, by the secret that the console wrote beside its data."
        },
        footer = {
            "",
            "Examples:",
            "  packhorse login https://192.0.2.10:7600 --ca deployment-ca.crt --name anna",
            "  packhorse login https://192.0.2.10:7600 --ca deployment-ca.crt --name root --first"
                    + " /var/lib/packhorse/console/first-administrator"
        })
public final class LoginCommand implements Callable<Integer> {
    @Parameters(paramLabel = "URL", description = "The console's address.")
    private URI server = URI.create("https://127.0.0.1:7600");

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "The deployment's certificate, deployment-ca.crt; needed for https.")
    private @Nullable Path authority;

    @Option(names = "--name", paramLabel = "NAME", description = "Your account (default: your name on this machine).")
    private String name = System.getProperty("user.name", "");

    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "Your password is the first line of FILE (default: asked for).")
    private @Nullable Path passwordFile;

    @Option(
            names = "--first",
            paramLabel = "FILE",
            description = "Make the first account, an administrator's, by the secret in FILE.")
    private @Nullable Path first;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description = "Keep it there (default: packhorse/console.json in your configuration directory).")
    private @Nullable Path profile;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but errors.")
    private boolean quiet;

    @Spec
    private @Nullable CommandSpec spec;

    @Override
    public Integer call() {
        Profile.requireAddress(server);
        if (server.getScheme().equals("https") && authority == null) {
            throw new UsageException("whom to trust? name the deployment's certificate with --ca deployment-ca.crt;"
                    + " it lies in the directory that packhorse ca init made");
        }
        char[] password = passwordFile == null
                ? Terminal.secret("password of " + name, "--passphrase-file", first != null)
                : Passphrase.ofFile(passwordFile);
        try (ConsoleClient client = new ConsoleClient(new Profile(server, Optional.ofNullable(authority), ""))) {
            if (first != null) {
                client.post(
                        "/api/v1/accounts/first",
                        json(
                                "secret",
                                Profile.tokenOf(first),
                                "id",
                                name,
                                "name",
                                name,
                                "password",
                                new String(password)));
            }
            Object given = Records.plain(
                    client.post("/api/v1/sessions", json("name", name, "password", new String(password)))
                            .body(),
                    "the console\'s answer");
            if (!(given instanceof Map<?, ?> session) || !(session.get("token") instanceof String token)) {
                throw new OperationException("the console at " + server + " gave no token; is it a newer version?");
            }
            Path kept = profile == null ? Profile.file() : profile;
            new Profile(server, Optional.ofNullable(authority).map(Path::toAbsolutePath), token).write(kept);
            if (!quiet && spec != null) {
                spec.commandLine().getOut().println("logged in to " + server + " as " + name + "; kept in " + kept);
                spec.commandLine().getOut().flush();
            }
        } finally {
            Arrays.fill(password, '\0');
        }
        return 0;
    }

    private static String json(String... namesAndValues) {
        StringBuilder json = new StringBuilder("{");
        for (int i = 0; i < namesAndValues.length; i += 2) {
            json.append(i == 0 ? "" : ",")
                    .append(Records.write(namesAndValues[i]))
                    .append(':')
                    .append(Records.write(namesAndValues[i + 1]));
        }
        return json.append('}').toString();
    }
}
