package packhorse.seeder.cli;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.TreeMap;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import picocli.CommandLine.Option;

/** How a command says what it did: a line for people, nothing with {@code --quiet}, one JSON object with {@code --json}. */
final class Outcome {
    @Option(names = "--json", description = "Print one JSON object and nothing else.")
    private boolean json;

    @Option(names = "--quiet", description = "Print nothing but errors.")
    private boolean quiet;

    private final TreeMap<String, Json> fields = new TreeMap<>();

    boolean talks() {
        return !json && !quiet;
    }

    Outcome with(String key, String value) {
        fields.put(key, new Json.JsonString(value));
        return this;
    }

    Outcome with(String key, long value) {
        fields.put(key, new Json.JsonInteger(value));
        return this;
    }

    Outcome with(String key, boolean value) {
        fields.put(key, new Json.JsonBoolean(value));
        return this;
    }

    Outcome with(String key, Json value) {
        fields.put(key, value);
        return this;
    }

    /** Prints the fields as JSON, or {@code line}. */
    void print(PrintWriter out, String line) {
        if (json) {
            out.println(new String(CanonicalJson.encode(new Json.JsonObject(fields)), StandardCharsets.UTF_8));
        } else if (!quiet) {
            out.println(line);
        }
        out.flush();
    }
}
