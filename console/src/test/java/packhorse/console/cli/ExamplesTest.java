package packhorse.console.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import packhorse.console.cli.ApiOperation.Body;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Each command shows how it is typed, and what it shows can be typed. */
final class ExamplesTest {
    private static final Pattern WORD = Pattern.compile("'([^']*)'|\"([^\"]*)\"|(\\S+)");

    private static CommandLine program() {
        CommandLine program =
                new CommandLine(CommandLine.Model.CommandSpec.create().name("packhorse"));
        ConsoleCommands.addTo(program);
        return program;
    }

    /** The commands at the ends of all branches. */
    private static List<CommandLine> leaves(CommandLine command) {
        if (command.getSubcommands().isEmpty()) {
            return List.of(command);
        }
        return command.getSubcommands().values().stream()
                .flatMap(below -> leaves(below).stream())
                .toList();
    }

    private static List<String> examples(CommandLine command) {
        List<String> lines = List.of(command.getCommandSpec().usageMessage().footer());
        return lines.stream()
                .map(String::strip)
                .filter(line -> line.startsWith("packhorse "))
                .toList();
    }

    private static String[] words(String line) {
        List<String> words = new ArrayList<>();
        for (Matcher word = WORD.matcher(line.replaceAll(" \\|.*", "")); word.find(); ) {
            words.add(word.group().replaceAll("^['\"]|['\"]$", ""));
        }
        return words.subList(1, words.size()).toArray(String[]::new);
    }

    @Test
    void everyCommandHasAnExampleThatItTakes() {
        List<String> wrong = new ArrayList<>();
        CommandLine program = program();
        for (CommandLine leaf : leaves(program)) {
            String name = leaf.getCommandSpec().qualifiedName();
            List<String> examples = examples(leaf);
            if (examples.isEmpty()) {
                wrong.add(name + ": no example");
            }
            for (String example : examples) {
                if (!example.startsWith(name)) {
                    wrong.add(name + ": an example of another command: " + example);
                }
                try {
                    var unused = program().parseArgs(words(example));
                } catch (ParameterException e) {
                    wrong.add(example + ": " + e.getMessage());
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertTrue(leaves(program).size() > 100, "all of them were asked");
    }

    /** What the console refuses where it is missing stands in the example, or the whole of it comes from a file. */
    @Test
    void nothingThatIsNeededIsMissing() {
        List<String> wrong = new ArrayList<>();
        for (ApiOperation operation : ApiOperation.all()) {
            String example = Examples.of("group", "name", operation);
            if (operation.body() instanceof Body.Parts(Map<String, ApiOperation.Part> parts)
                    && !example.contains("--document")) {
                parts.forEach((name, part) -> {
                    boolean needed = part.required() && part.absent().isEmpty();
                    if (needed && !example.contains("--" + OperationCommand.kebab(name))) {
                        wrong.add(operation.name() + ": " + name);
                    }
                });
            }
        }
        // They have commands of their own, which ask for what is needed.
        wrong.removeIf(line -> line.startsWith("signIn:") || line.startsWith("makeFirstAccount:"));
        assertEquals(List.of(), wrong);
    }

    @Test
    void noLineIsForAnOperationThatIsNoMore() {
        Set<String> gone = new TreeSet<>(Examples.operations());
        gone.removeAll(ApiOperation.all().stream().map(ApiOperation::name).collect(Collectors.toSet()));
        assertEquals(Set.of(), gone);
    }
}
