package packhorse.console.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** Whatever is changed by what was seen can be looked at first. */
final class LookFirstTest {
    @Test
    void whatHasAVersionCanBeShown() {
        Set<String> shown = ApiOperation.all().stream()
                .filter(operation -> operation.verb().equals("GET"))
                .map(ApiOperation::path)
                .collect(Collectors.toSet());
        List<String> blind = ApiOperation.all().stream()
                .filter(ApiOperation::versioned)
                .filter(operation -> !shown.contains(OperationCommand.subject(operation.path(), operation.path())))
                .map(ApiOperation::name)
                .toList();
        assertEquals(List.of(), blind);
        assertTrue(shown.contains("/api/v1/defects/{defect}"), "where a new one is said to be");
    }

    @Test
    void howAHoldIsLiftedCanBeTyped() {
        for (String what : List.of("CO-2026-0001/D1", "CO-2026-0002/D12")) {
            CommandLine program =
                    new CommandLine(CommandLine.Model.CommandSpec.create().name("packhorse"));
            ConsoleCommands.addTo(program);
            String typed = HoldCommand.lift(what);
            CommandLine.ParseResult lift = program.parseArgs(
                            typed.substring("packhorse ".length()).split(" ", -1))
                    .subcommand()
                    .subcommand();
            assertEquals("lift", lift.commandSpec().name());
            assertEquals("OPERATOR", lift.matchedOptionValue("--kind", ""));
        }
    }
}
