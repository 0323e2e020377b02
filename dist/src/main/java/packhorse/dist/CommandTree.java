package packhorse.dist;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import packhorse.console.cli.ConsoleCommand;
import packhorse.console.cli.ConsoleCommands;
import packhorse.dist.bench.BenchCommand;
import packhorse.dist.demo.DemoCommand;
import packhorse.dist.doctor.DoctorCommand;
import packhorse.dist.up.UpCommand;
import packhorse.peer.cli.AvailableCommand;
import packhorse.peer.cli.DeferCommand;
import packhorse.peer.cli.InstallCommand;
import packhorse.peer.cli.InventoryCommand;
import packhorse.peer.cli.PeerCommand;
import packhorse.peer.cli.PullCommand;
import packhorse.peer.cli.RollbackCommand;
import packhorse.peer.cli.StatusCommand;
import packhorse.peer.cli.WhyCommand;
import packhorse.seeder.cli.KeysCommand;
import packhorse.seeder.cli.OriginCommand;
import packhorse.seeder.cli.PublishCommand;
import packhorse.tracker.cli.CaCommand;
import packhorse.tracker.cli.TrackerCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;

/**
 * The commands of the program. A command line is given the one that it names and no other: to build all two hundred took longer than
 * most of them run.
 */
final class CommandTree {
    /** In the order of the program's help; the console's come behind them. */
    private static final List<Class<?>> OWN = List.of(
            DemoCommand.class,
            UpCommand.class,
            TrackerCommand.class,
            ConsoleCommand.class,
            OriginCommand.class,
            PeerCommand.class,
            KeysCommand.class,
            CaCommand.class,
            PublishCommand.class,
            PullCommand.class,
            InstallCommand.class,
            RollbackCommand.class,
            DeferCommand.class,
            AvailableCommand.class,
            StatusCommand.class,
            WhyCommand.class,
            InventoryCommand.class,
            DoctorCommand.class,
            BenchCommand.class,
            CompletionCommand.class,
            HelpCommand.class);

    /** Those that speak of the others. */
    private static final Set<Class<?>> LOOKING_AROUND = Set.of(CompletionCommand.class, HelpCommand.class);

    private CommandTree() {}

    /** What a command line asks for: its first word that is no option. */
    static Optional<String> command(String[] line) {
        return Arrays.stream(line).filter(word -> !word.startsWith("-")).findFirst();
    }

    /** All of them. */
    static CommandLine whole(Object program) {
        CommandLine all = new CommandLine(program);
        OWN.forEach(all::addSubcommand);
        ConsoleCommands.addTo(all);
        return all;
    }

    /** What a command line needs: the command that it names; all where it asks for help about any, or names none that there is. */
    static CommandLine forLine(Object program, String[] line) {
        Optional<String> name = command(line);
        if (name.isEmpty() || asksForAll(line)) {
            return whole(program);
        }
        if (ConsoleCommands.names().contains(name.get())) {
            CommandLine one = new CommandLine(program);
            ConsoleCommands.addTo(one, name.get());
            return one;
        }
        return OWN.stream()
                .filter(command ->
                        !LOOKING_AROUND.contains(command) && nameOf(command).equals(name.get()))
                .findFirst()
                .map(command -> new CommandLine(program).addSubcommand(command))
                .orElseGet(() -> whole(program));
    }

    /** Whether help or the version is asked for before any command is named. */
    private static boolean asksForAll(String[] line) {
        return Arrays.stream(line)
                .takeWhile(word -> word.startsWith("-"))
                .anyMatch(word -> !word.equals(Main.WHILE_STDIN_OPEN));
    }

    private static String nameOf(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }
}
