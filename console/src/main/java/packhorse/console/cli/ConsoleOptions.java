package packhorse.console.cli;

import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which console is asked, as whom, and how the answer is shown. */
final class ConsoleOptions {
    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "The console (default: the one that packhorse login kept, or PACKHORSE_CONSOLE).")
    private @Nullable URI server;

    @Option(
            names = "--ca",
            paramLabel = "FILE",
            description = "The deployment's certificate, deployment-ca.crt (default: as kept).")
    private @Nullable Path authority;

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file with an API token in its first line (default: as kept, or PACKHORSE_TOKEN_FILE).")
    private @Nullable Path tokenFile;

    @Option(
            names = "--profile",
            paramLabel = "FILE",
            description =
                    "What packhorse login kept (default: packhorse/console.json in your configuration directory).")
    private @Nullable Path profile;

    @Option(names = "--json", description = "Print JSON and nothing else.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but errors.")
    private boolean quiet;

    @Spec(Spec.Target.MIXEE)
    private @Nullable CommandSpec spec;

    /** For commands that are made of the interface's document, which no annotation tells of theirs. */
    void of(CommandSpec command) {
        spec = command;
    }

    boolean json() {
        return json;
    }

    boolean quiet() {
        return quiet;
    }

    PrintWriter out() {
        if (spec == null) {
            throw new IllegalStateException("run by the command line only");
        }
        return spec.commandLine().getOut();
    }

    /** Prints one line for people. */
    void say(String line) {
        if (!quiet && !json) {
            out().println(line);
            out().flush();
        }
    }

    /** Prints JSON, where that is wanted; else what people read. */
    void show(String jsonText, Runnable forPeople) {
        if (quiet) {
            return;
        }
        if (json) {
            out().println(jsonText);
        } else {
            forPeople.run();
        }
        out().flush();
    }

    /** A table for people, or a line where it has no row. */
    void show(Table table, String none) {
        if (table.isEmpty()) {
            out().println(none);
        } else {
            table.lines().forEach(out()::println);
        }
    }

    ConsoleClient client() {
        return new ConsoleClient(profile());
    }

    Profile profile() {
        Optional<Profile> kept = Profile.read(profile == null ? Profile.file() : profile);
        URI address = Optional.ofNullable(server)
                .or(() -> environment("PACKHORSE_CONSOLE").map(URI::create))
                .or(() -> kept.map(Profile::server))
                .orElseThrow(() -> new UsageException(
                        "which console? log in with packhorse login URL, or name one with --server"));
        Optional<Path> root = Optional.ofNullable(authority).or(() -> kept.flatMap(Profile::authority));
        String token = Optional.ofNullable(tokenFile)
                .or(() -> environment("PACKHORSE_TOKEN_FILE").map(Path::of))
                .map(Profile::tokenOf)
                .or(() -> kept.filter(one -> one.server().equals(address)).map(Profile::token))
                .orElse("");
        return new Profile(address, root, token);
    }

    private static Optional<String> environment(String name) {
        return Optional.ofNullable(System.getenv(name)).filter(value -> !value.isBlank());
    }
}
