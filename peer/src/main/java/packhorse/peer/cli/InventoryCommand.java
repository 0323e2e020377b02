package packhorse.peer.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.SortedMap;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;
import packhorse.core.state.Inventory;
import packhorse.peer.inventory.Collector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code packhorse inventory}: what the agent would tell of this machine. */
@Command(
        name = "inventory",
        description = "Show what this machine is made of and what is installed on it, as the agent tells the tracker.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  packhorse inventory                       everything; serial numbers only root may read",
            "  packhorse inventory os cpu disk           the items whose names begin so",
            "  packhorse inventory --json package/deb/bash"
        })
public final class InventoryCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec command;

    @Parameters(paramLabel = "ITEM", arity = "0..*", description = "Beginnings of item names; default: everything.")
    private List<String> beginnings = List.of();

    @Option(names = "--json", description = "Print JSON, one object per line.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but errors.")
    private boolean quiet;

    @Override
    public Integer call() {
        Inventory inventory = Collector.ofThisMachine().collect(List.of(), Inventory.EMPTY);
        List<String> keys = inventory.items().keySet().stream()
                .filter(key -> beginnings.isEmpty() || beginnings.stream().anyMatch(key::startsWith))
                .toList();
        if (keys.isEmpty()) {
            throw new UsageException("nothing of this machine's inventory begins with "
                    + String.join(" or ", beginnings) + "; packhorse inventory shows all of it");
        }
        if (!quiet && command != null) {
            PrintWriter out = command.commandLine().getOut();
            int width =
                    Math.min(40, keys.stream().mapToInt(String::length).max().orElse(0));
            for (String key : keys) {
                SortedMap<String, String> fields = inventory.items().get(key);
                out.println(json ? line(key, fields) : String.format("%-" + width + "s  %s", key, text(fields)));
            }
            out.flush();
        }
        return 0;
    }

    private static JsonLine line(String key, @Nullable SortedMap<String, String> fields) {
        JsonLine values = new JsonLine();
        if (fields != null) {
            fields.forEach(values::with);
        }
        return new JsonLine().with("item", key).with("fields", values);
    }

    private static String text(@Nullable SortedMap<String, String> fields) {
        return fields == null
                ? ""
                : fields.entrySet().stream()
                        .map(field -> field.getKey() + "=" + quoted(field.getValue()))
                        .collect(Collectors.joining(" "));
    }

    private static String quoted(String value) {
        return value.contains(" ") ? "\"" + value + "\"" : value;
    }
}
