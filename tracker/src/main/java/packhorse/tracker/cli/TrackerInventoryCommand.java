package packhorse.tracker.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import packhorse.core.PlainText;
import packhorse.core.UsageException;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.state.Inventory;
import packhorse.core.topology.EndpointId;
import packhorse.tracker.inventory.InventoryShelf;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code packhorse tracker inventory}: what endpoints said they are made of, from the tracker's data directory. */
@Command(
        name = "inventory",
        description = "Show what endpoints are made of, from a tracker's data directory; it may run meanwhile.",
        mixinStandardHelpOptions = true,
        footerHeading = "%nExamples:%n",
        footer = {
            "  packhorse tracker inventory --data /var/lib/packhorse/tracker --item os",
            "  packhorse tracker inventory --data /var/lib/packhorse/tracker --item package/deb/openssl --json"
        })
final class TrackerInventoryCommand implements Callable<Integer> {
    @Spec
    private @Nullable CommandSpec command;

    @Option(names = "--data", required = true, paramLabel = "DIR", description = "The tracker's data directory.")
    private @Nullable Path data;

    @Option(names = "--endpoint", paramLabel = "ID", description = "Of this endpoint only: 32 hexadecimal digits.")
    private @Nullable String endpoint;

    @Option(
            names = "--item",
            paramLabel = "ITEM",
            description = "Only items whose names begin so; may be given several times.")
    private List<String> items = new ArrayList<>();

    @Option(names = "--json", description = "Print JSON, one object per line.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Print nothing but errors.")
    private boolean quiet;

    @Override
    public Integer call() {
        if (data == null || command == null) {
            throw new UsageException("--data DIR is needed; it is \"data\" in the tracker's configuration");
        }
        PrintWriter out = command.commandLine().getOut();
        for (EndpointId one : InventoryShelf.endpointsIn(data)) {
            if (!quiet && (endpoint == null || endpoint.equals(one.toString()))) {
                InventoryShelf.inventoryIn(data, one).ifPresent(inventory -> print(out, one, inventory));
            }
        }
        out.flush();
        return 0;
    }

    private void print(PrintWriter out, EndpointId one, Inventory inventory) {
        inventory.items().forEach((key, fields) -> {
            if (items.isEmpty() || items.stream().anyMatch(key::startsWith)) {
                out.println(json ? line(one, key, fields) : PlainText.line(one + "  " + key + "  " + text(fields)));
            }
        });
    }

    private static String text(SortedMap<String, String> fields) {
        return String.join(
                " ",
                fields.entrySet().stream()
                        .map(field -> field.getKey() + "="
                                + (field.getValue().contains(" ") ? "\"" + field.getValue() + "\"" : field.getValue()))
                        .toList());
    }

    private static String line(EndpointId one, String key, SortedMap<String, String> fields) {
        Map<String, Json> values = new TreeMap<>();
        fields.forEach((name, value) -> values.put(PlainText.line(name), new JsonString(PlainText.line(value))));
        return new String(
                CanonicalJson.encode(JsonObject.of(Map.of(
                        "endpoint", new JsonString(one.toString()),
                        "item", new JsonString(PlainText.line(key)),
                        "fields", JsonObject.of(values)))),
                StandardCharsets.UTF_8);
    }
}
