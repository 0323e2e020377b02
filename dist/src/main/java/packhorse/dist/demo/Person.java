package packhorse.dist.demo;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import packhorse.console.cli.ConsoleCommands;
import packhorse.console.json.Records;
import packhorse.core.OperationException;
import packhorse.core.UsageException;
import picocli.CommandLine;

/**
 * Somebody who works with the console by its command line, with an account and rights of their own. The commands are run in this process, and
 * speak to the console's as they do from any other.
 */
final class Person {
    private static final int LOOKS_MAX = 3;

    /** How the console ends what it tells whoever came second. */
    private static final String LOOK_AGAIN = "; look again";

    private final String name;
    private final Path profile;

    /** @param profile the file that their login kept */
    Person(String name, Path profile) {
        this.name = name;
        this.profile = profile;
    }

    String name() {
        return name;
    }

    /**
     * Runs a command and returns what it says to scripts, as values.
     *
     * @throws OperationException or {@link UsageException} with the line that a person sees, where it is refused
     */
    Object does(String... words) {
        String said = run(words);
        return said.isBlank() ? Map.of() : Records.plain(said, "what was printed");
    }

    /** The file that tells commands whose they are. */
    Path profile() {
        return profile;
    }

    /** Runs a command and returns what it printed, JSON where there is any; where somebody was quicker, looks again as people do. */
    String run(String... words) {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--profile", profile.toString(), "--json"));
        for (int look = 1; ; look++) {
            try {
                return command(all);
            } catch (UsageException e) {
                // The product changes what it works on by itself; whoever names what they saw means that, and nothing
                // newer.
                if (look == LOOKS_MAX
                        || all.contains("--seen")
                        || !String.valueOf(e.getMessage()).endsWith(LOOK_AGAIN)) {
                    throw e;
                }
            }
        }
    }

    /**
     * Runs a command line in this process.
     *
     * @throws UsageException with what it said, where it failed
     */
    static String command(List<String> words) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine program = program(words.getFirst());
        int code = program.setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(words.toArray(String[]::new));
        if (code != 0) {
            throw new UsageException(
                    String.join(" ", words) + ": " + err.toString().strip());
        }
        return out.toString();
    }

    private static CommandLine program(String name) {
        CommandLine program =
                new CommandLine(CommandLine.Model.CommandSpec.create().name("packhorse"));
        ConsoleCommands.addTo(program, name);
        return program.setExecutionExceptionHandler((e, command, parsed) -> refusal(command, e))
                .setParameterExceptionHandler((e, given) -> refusal(e.getCommandLine(), e));
    }

    private static int refusal(CommandLine command, Exception e) {
        command.getErr().println(e.getMessage());
        command.getErr().flush();
        return CommandLine.ExitCode.SOFTWARE;
    }

    /** What stands at {@code keys} in what a command said. */
    static Object at(Object value, String... keys) {
        Object found = value;
        for (String key : keys) {
            if (found instanceof Map<?, ?> object && object.get(key) != null) {
                found = object.get(key);
            } else {
                throw new OperationException("the console said nothing of " + String.join(".", keys) + ": " + value);
            }
        }
        return found;
    }

    /** The same as text. */
    static String text(Object value, String... keys) {
        return String.valueOf(at(value, keys));
    }

    /** Every item of a list that a command said. */
    static <T> List<T> items(Object page, Function<Object, T> each) {
        return at(page, "items") instanceof List<?> items
                ? items.stream().map(item -> each.apply((Object) item)).toList()
                : List.of();
    }
}
