package packhorse.console.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import packhorse.console.json.Records;

/**
 * One operation of the console's REST, as its OpenAPI document describes it.
 *
 * @param verb the HTTP method
 * @param path from the root, with parameters in braces
 * @param name unique: {@code signPlan}
 * @param parameters of path and query
 * @param versioned whether the caller has to say which version he saw
 * @param body what comes along
 * @param answer what comes back
 */
record ApiOperation(
        String verb,
        String path,
        String name,
        String summary,
        List<Parameter> parameters,
        boolean versioned,
        Body body,
        Answer answer) {
    private static final String JSON = "application/json";

    /** Parts that are never written on a command line, where everybody on the machine may read them. */
    private static final Set<String> SECRETS = Set.of("password", "old", "secret");

    /** The document's name for the header that says which version the caller saw. */
    private static final String SEEN = "seen";

    /**
     * A parameter of the path or the query.
     *
     * @param label what is to be written, for help
     */
    record Parameter(String name, boolean inPath, String label, String meaning) {}

    /** What comes along. */
    sealed interface Body {
        record None() implements Body {}

        /** An object; its parts by name. */
        record Parts(Map<String, Part> parts) implements Body {}

        record File(String mediaType) implements Body {}
    }

    /**
     * A part of an object.
     *
     * @param choices where only some texts are possible
     * @param absent what is written where it is needed and not given; empty: it is left out, and the console says so
     */
    record Part(Form form, List<String> choices, boolean required, String absent, String meaning) {}

    /** How a part is written on the command line. */
    enum Form {
        TEXT,
        NUMBER,
        FLAG,
        TEXTS,
        /** Texts by name. */
        PAIRS,
        /** A text that nobody else may see: the first line of a file. */
        SECRET,
        /** Its own JSON in a file. */
        FILE
    }

    /** What comes back. */
    enum Answer {
        NOTHING,
        VALUE,
        PAGE,
        FILE,
        EVENTS
    }

    ApiOperation {
        parameters = List.copyOf(parameters);
    }

    /**
     * The parameters of the path, those together that stand side by side in it: {@code {order}/{deployment}} is one thing with one name,
     * {@code CO-2026-0001/D1}.
     */
    List<List<Parameter>> things() {
        List<List<Parameter>> things = new ArrayList<>();
        boolean beside = false;
        for (String step : path.split("/", -1)) {
            Optional<Parameter> parameter = parameters.stream()
                    .filter(one -> one.inPath() && step.equals("{" + one.name() + "}"))
                    .findFirst();
            if (parameter.isPresent()) {
                if (!beside) {
                    things.add(new ArrayList<>());
                }
                things.getLast().add(parameter.get());
            }
            beside = parameter.isPresent();
        }
        return things;
    }

    /** All that the console of this version can, in the document's order. */
    static List<ApiOperation> all() {
        try (InputStream in = ApiOperation.class.getResourceAsStream("/packhorse/console/rest/openapi.json")) {
            if (in == null) {
                throw new IllegalStateException("the OpenAPI document is not on the class path");
            }
            return all(Records.plain(new String(in.readAllBytes(), StandardCharsets.UTF_8), "openapi.json"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<ApiOperation> all(Object document) {
        List<ApiOperation> all = new ArrayList<>();
        Map<String, Object> schemas = map(map(document, "components"), "schemas");
        String base = list(document, "servers").stream()
                .findFirst()
                .map(server -> text(server, "url"))
                .filter(url -> url.startsWith("/") && url.length() > 1)
                .orElse("");
        map(document, "paths")
                .forEach((path, verbs) -> map(verbs).forEach((verb, operation) -> {
                    if (map(operation).containsKey("operationId")) {
                        all.add(one(base + path, verb.toUpperCase(Locale.ROOT), map(operation), map(verbs), schemas));
                    }
                }));
        return all;
    }

    private static ApiOperation one(
            String path,
            String verb,
            Map<String, Object> operation,
            Map<String, Object> shared,
            Map<String, Object> schemas) {
        List<Parameter> parameters = new ArrayList<>();
        boolean versioned = false;
        List<Object> written = new ArrayList<>(list(shared, "parameters"));
        written.addAll(list(operation, "parameters"));
        for (Object each : written) {
            String ref = text(each, "$ref");
            String name = ref.isEmpty() ? text(each, "name") : ref.substring(ref.lastIndexOf('/') + 1);
            if (name.equals(SEEN)) {
                versioned = true;
            } else if (text(each, "in").equals("path") || text(each, "in").equals("query")) {
                parameters.add(new Parameter(
                        name,
                        text(each, "in").equals("path"),
                        text(map(each, "schema"), "type").toUpperCase(Locale.ROOT),
                        text(each, "description")));
            }
        }
        return new ApiOperation(
                verb,
                path,
                text(operation, "operationId"),
                text(operation, "summary"),
                parameters,
                versioned,
                body(map(map(operation, "requestBody"), "content"), schemas),
                answer(map(operation, "responses"), schemas));
    }

    private static Body body(Map<String, Object> content, Map<String, Object> schemas) {
        if (content.isEmpty()) {
            return new Body.None();
        }
        String media = content.keySet().iterator().next();
        if (!media.equals(JSON)) {
            return new Body.File(media);
        }
        Map<String, Object> schema = resolved(map(map(content, JSON), "schema"), schemas);
        Map<String, Part> parts = new LinkedHashMap<>();
        List<Object> required = list(schema, "required");
        map(schema, "properties")
                .forEach((name, each) -> parts.put(name, part(name, map(each), required.contains(name), schemas)));
        return new Body.Parts(parts);
    }

    private static Part part(String name, Map<String, Object> written, boolean required, Map<String, Object> schemas) {
        Map<String, Object> schema = resolved(written, schemas);
        List<String> choices =
                list(schema, "enum").stream().map(String::valueOf).toList();
        String meaning =
                text(written, "description").isEmpty() ? text(schema, "description") : text(written, "description");
        return switch (text(schema, "type")) {
            case "string" ->
                SECRETS.contains(name)
                        ? new Part(Form.SECRET, choices, required, "", meaning)
                        : new Part(Form.TEXT, choices, required, choices.isEmpty() ? "\"\"" : "", meaning);
            case "integer", "number" -> new Part(Form.NUMBER, choices, required, "", meaning);
            case "boolean" -> new Part(Form.FLAG, choices, required, "false", meaning);
            case "array" -> {
                Map<String, Object> items = resolved(map(schema, "items"), schemas);
                boolean texts = text(items, "type").equals("string");
                yield new Part(
                        texts ? Form.TEXTS : Form.FILE,
                        list(items, "enum").stream().map(String::valueOf).toList(),
                        required,
                        "[]",
                        meaning);
            }
            default ->
                text(resolved(map(schema, "additionalProperties"), schemas), "type")
                                .equals("string")
                        ? new Part(Form.PAIRS, choices, required, "{}", meaning)
                        : new Part(Form.FILE, choices, required, "", meaning);
        };
    }

    private static Answer answer(Map<String, Object> responses, Map<String, Object> schemas) {
        Optional<Map<String, Object>> good = responses.entrySet().stream()
                .filter(each -> each.getKey().startsWith("2"))
                .map(each -> map(map(each.getValue()), "content"))
                .findFirst();
        if (good.isEmpty() || good.get().isEmpty()) {
            return Answer.NOTHING;
        }
        String media = good.get().keySet().iterator().next();
        if (media.equals("text/event-stream")) {
            return Answer.EVENTS;
        }
        if (!media.equals(JSON)) {
            return Answer.FILE;
        }
        Map<String, Object> schema = resolved(map(map(good.get(), JSON), "schema"), schemas);
        return map(schema, "properties").containsKey("items") ? Answer.PAGE : Answer.VALUE;
    }

    private static Map<String, Object> resolved(Map<String, Object> schema, Map<String, Object> schemas) {
        String ref = text(schema, "$ref");
        return ref.isEmpty() ? schema : map(schemas, ref.substring(ref.lastIndexOf('/') + 1));
    }

    private static Map<String, Object> map(@Nullable Object value) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (value instanceof Map<?, ?> object) {
            object.forEach((key, each) -> map.put(String.valueOf(key), each));
        }
        return map;
    }

    private static Map<String, Object> map(Object value, String key) {
        return value instanceof Map<?, ?> object ? map(object.get(key)) : Map.of();
    }

    private static List<Object> list(Object value, String key) {
        return value instanceof Map<?, ?> object && object.get(key) instanceof List<?> list
                ? List.copyOf(list)
                : List.of();
    }

    private static String text(Object value, String key) {
        return value instanceof Map<?, ?> object && object.get(key) instanceof String text ? text : "";
    }
}
