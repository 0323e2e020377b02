package packhorse.console.rest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonReader;

/** Holds the OpenAPI document to the routing table and to the records' components. */
final class OpenApiTest {
    private static JsonObject expected(Path folder) throws IOException {
        try (RestWorld world = new RestWorld(folder)) {
            JsonObject expected = ExpectedDocument.of(world.door().routes());
            // For whoever adds a route: what has to stand in the document, without its prose.
            Files.write(Path.of("target", "openapi-expected.json"), CanonicalJson.encode(expected));
            return expected;
        }
    }

    private static JsonObject document() {
        return (JsonObject) JsonReader.parse(WatchRoutes.document());
    }

    private static Json at(Json json, String... keys) {
        Json here = json;
        for (String key : keys) {
            here = Objects.requireNonNull(((JsonObject) here).members().get(key), key);
        }
        return here;
    }

    /** Without prose, which is nobody's contract. */
    private static Json bare(Json json) {
        return switch (json) {
            case JsonObject object -> {
                SortedMap<String, Json> members = new TreeMap<>();
                object.members().forEach((key, value) -> {
                    if (!(key.equals("description") && value instanceof JsonString)) {
                        members.put(key, bare(value));
                    }
                });
                yield new JsonObject(members);
            }
            case JsonArray array ->
                new JsonArray(array.elements().stream().map(OpenApiTest::bare).toList());
            default -> json;
        };
    }

    private static void compare(String where, Json expected, Json found, List<String> wrong) {
        if (expected instanceof JsonObject a && found instanceof JsonObject b) {
            SortedMap<String, Json> all = new TreeMap<>(a.members());
            all.putAll(b.members());
            for (Map.Entry<String, Json> one : all.entrySet()) {
                Json there = a.members().get(one.getKey());
                Json here = b.members().get(one.getKey());
                if (there == null || here == null) {
                    wrong.add(
                            where + "/" + one.getKey() + (there == null ? ": nothing in the code is so" : ": missing"));
                } else {
                    compare(where + "/" + one.getKey(), there, here, wrong);
                }
            }
        } else if (!expected.equals(found)) {
            wrong.add(where + ": the code says " + line(expected) + ", the document " + line(found));
        }
    }

    private static String line(Json json) {
        return new String(CanonicalJson.encode(json), java.nio.charset.StandardCharsets.UTF_8);
    }

    @Test
    void theDocumentSaysWhatTheCodeDoes(@TempDir Path folder) throws IOException {
        JsonObject expected = expected(folder);
        List<String> wrong = new ArrayList<>();
        compare("paths", bare(at(expected, "paths")), bare(at(document(), "paths")), wrong);
        compare("schemas", bare(at(expected, "schemas")), bare(at(document(), "components", "schemas")), wrong);
        assertEquals(List.of(), wrong, "target/openapi-expected.json says how it should be");
    }

    @Test
    void theDocumentIsOpenApiAndSaysWhatEverythingIs() {
        JsonObject document = document();
        assertEquals(new JsonString("3.1.0"), at(document, "openapi"));
        List<String> mute = new ArrayList<>();
        ((JsonObject) at(document, "components", "schemas")).members().forEach((name, schema) -> {
            if (!(at(schema, "description") instanceof JsonString)) {
                mute.add(name);
            }
        });
        assertEquals(List.of(), mute, "each schema says in a sentence what it is");
    }

    @Test
    void everyReferenceLeadsSomewhere() {
        JsonObject document = document();
        List<String> lost = new ArrayList<>();
        references(document, lost, document);
        assertEquals(List.of(), lost);
        assertTrue(line(document).contains("#/components/parameters/seen"));
    }

    private static void references(Json json, List<String> lost, JsonObject document) {
        switch (json) {
            case JsonObject object ->
                object.members().forEach((key, value) -> {
                    if (key.equals("$ref") && value instanceof JsonString(String to)) {
                        Json here = document;
                        for (String step : to.substring(2).split("/", -1)) {
                            here = here instanceof JsonObject at ? at.members().get(step) : null;
                        }
                        if (here == null) {
                            lost.add(to);
                        }
                    } else {
                        references(value, lost, document);
                    }
                });
            case JsonArray array -> array.elements().forEach(one -> references(one, lost, document));
            default -> {}
        }
    }
}
