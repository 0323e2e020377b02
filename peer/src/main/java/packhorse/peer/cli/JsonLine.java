package packhorse.peer.cli;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;

/** A JSON object under construction, printed as one canonical line. */
final class JsonLine {
    private final TreeMap<String, Json> fields = new TreeMap<>();

    /** A whole object as one line. */
    static String of(Json.JsonObject object) {
        return new String(CanonicalJson.encode(object), StandardCharsets.UTF_8);
    }

    JsonLine with(String key, Json value) {
        fields.put(key, value);
        return this;
    }

    JsonLine with(String key, String value) {
        fields.put(key, new Json.JsonString(value));
        return this;
    }

    JsonLine with(String key, long value) {
        fields.put(key, new Json.JsonInteger(value));
        return this;
    }

    JsonLine with(String key, boolean value) {
        fields.put(key, new Json.JsonBoolean(value));
        return this;
    }

    JsonLine with(String key, JsonLine value) {
        fields.put(key, value.json());
        return this;
    }

    JsonLine with(String key, List<JsonLine> values) {
        fields.put(key, new Json.JsonArray(values.stream().map(JsonLine::json).toList()));
        return this;
    }

    JsonLine withWords(String key, List<String> values) {
        fields.put(
                key,
                new Json.JsonArray(
                        values.stream().<Json>map(Json.JsonString::new).toList()));
        return this;
    }

    Json json() {
        return new Json.JsonObject(fields);
    }

    @Override
    public String toString() {
        return new String(CanonicalJson.encode(json()), StandardCharsets.UTF_8);
    }
}
