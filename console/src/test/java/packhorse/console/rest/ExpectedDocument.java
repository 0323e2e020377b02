package packhorse.console.rest;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import packhorse.console.json.Forms;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

/** What the OpenAPI document has to say of a routing table and of the records' components, without its prose. */
final class ExpectedDocument {
    private static final String PROBLEM = "problem";
    private static final String SCHEMAS = "#/components/schemas/";

    private final SortedMap<String, Json> schemas = new TreeMap<>();
    private final Deque<Class<?>> open = new ArrayDeque<>();
    private final Set<Class<?>> begun = new HashSet<>();
    private final Map<String, Class<?>> named = new TreeMap<>();

    private ExpectedDocument() {}

    static JsonObject of(List<Route> routes) {
        return new ExpectedDocument().document(routes);
    }

    private JsonObject document(List<Route> routes) {
        SortedMap<String, SortedMap<String, Json>> paths = new TreeMap<>();
        for (Route route : routes) {
            paths.computeIfAbsent(route.path(), path -> new TreeMap<>())
                    .put(route.verb().word(), operation(route));
        }
        SortedMap<String, Json> all = new TreeMap<>();
        paths.forEach((path, operations) -> all.put(path, new JsonObject(operations)));
        var unused = ref(Problem.class);
        while (!open.isEmpty()) {
            Class<?> type = open.pop();
            schemas.put(nameOf(type), schema(type));
        }
        return object("paths", new JsonObject(all), "schemas", new JsonObject(schemas));
    }

    private Json operation(Route route) {
        SortedMap<String, Json> out = new TreeMap<>();
        out.put("operationId", text(route.name()));
        out.put("summary", text(route.summary()));
        List<Json> parameters = new ArrayList<>();
        for (Parameter one : route.parameters()) {
            boolean path = one.place() == Parameter.Place.PATH;
            parameters.add(object(
                    "name", text(one.name()),
                    "in", text(path ? "path" : "query"),
                    "required", new JsonBoolean(path),
                    "description", text(one.meaning()),
                    "schema", parameter(one.type())));
        }
        if (route.versioned()) {
            parameters.add(object("$ref", text("#/components/parameters/seen")));
        }
        if (route.verb() == Verb.POST && route.access() instanceof Access.Holders) {
            parameters.add(object("$ref", text("#/components/parameters/replayKey")));
        }
        if (!parameters.isEmpty()) {
            out.put("parameters", new JsonArray(parameters));
        }
        switch (route.body()) {
            case Body.None none -> {}
            case Body.Json json ->
                out.put(
                        "requestBody",
                        object(
                                "required",
                                new JsonBoolean(true),
                                "content",
                                content("application/json", ref(json.type()))));
            case Body.File file ->
                out.put(
                        "requestBody",
                        object(
                                "required",
                                new JsonBoolean(true),
                                "content",
                                content(file.mediaType(), object("type", text("string")))));
        }
        SortedMap<String, Json> responses = new TreeMap<>();
        Json success = success(route.result());
        responses.put(String.valueOf(route.result().status()), success);
        responses.put("default", object("$ref", text("#/components/responses/" + PROBLEM)));
        out.put("responses", new JsonObject(responses));
        switch (route.access()) {
            case Access.Anybody anybody -> out.put("security", new JsonArray(List.of()));
            case Access.Holders(var roles) ->
                out.put(
                        "x-roles",
                        new JsonArray(roles.stream()
                                .<Json>map(role -> text(role.name()))
                                .toList()));
        }
        return new JsonObject(out);
    }

    private Json success(Result result) {
        return switch (result) {
            case Result.None none -> object("description", text("Done."));
            case Result.One one ->
                object(
                        "description",
                        text(one.collection().isPresent() ? "Made." : "As it is now."),
                        "content",
                        content("application/json", one.stored() ? versioned(one.type()) : ref(one.type())));
            case Result.Listed listed ->
                object(
                        "description",
                        text("A page."),
                        "content",
                        content(
                                "application/json",
                                page(listed.stored() ? versioned(listed.type()) : ref(listed.type()))));
            case Result.File file -> object("description", text("A file."), "content", files(file.mediaTypes()));
            case Result.Events events ->
                object(
                        "description",
                        text("Events, each with a line of the audit trail as its data."),
                        "content",
                        content("text/event-stream", ref(AuditLine.class)));
        };
    }

    private static Json files(List<String> mediaTypes) {
        SortedMap<String, Json> all = new TreeMap<>();
        mediaTypes.forEach(one -> all.put(mediaType(one), object("schema", object("type", text("string")))));
        return new JsonObject(all);
    }

    private static String mediaType(String full) {
        return full.split(";", 2)[0];
    }

    private static Json content(String mediaType, Json schema) {
        return object(mediaType, object("schema", schema));
    }

    private static Json page(Json items) {
        return object(
                "type",
                text("object"),
                "required",
                new JsonArray(List.of(text("items"))),
                "properties",
                object("items", object("type", text("array"), "items", items), "next", object("type", text("string"))));
    }

    private Json versioned(Class<?> type) {
        return object(
                "type",
                text("object"),
                "required",
                new JsonArray(List.of(text("id"), text("version"), text("at"), text("by"), text("value"))),
                "properties",
                object(
                        "id", object("type", text("string")),
                        "version", object("type", text("integer")),
                        "at", object("type", text("string"), "format", text("date-time")),
                        "by", object("type", text("string")),
                        "value", ref(type)));
    }

    private static Json parameter(Parameter.Type type) {
        return switch (type) {
            case TEXT -> object("type", text("string"), "maxLength", new JsonInteger(Parameter.LENGTH_MAX));
            case COUNT -> object("type", text("integer"), "minimum", new JsonInteger(0));
            case FLAG -> object("type", text("boolean"));
            case TIME -> object("type", text("string"), "format", text("date-time"));
        };
    }

    /** A type's own name, with that of the type around it where two are called the same. */
    private String nameOf(Class<?> type) {
        Class<?> around = type.getEnclosingClass();
        boolean alone = around == null
                || around.getSimpleName().endsWith("Routes")
                || around.getSimpleName().endsWith("Office");
        String name = alone || around == null ? type.getSimpleName() : around.getSimpleName() + type.getSimpleName();
        Class<?> other = named.putIfAbsent(name, type);
        if (other == null || other == type) {
            return name;
        }
        String[] packages = type.getPackageName().split("\\.", -1);
        String last = packages[packages.length - 1];
        return Character.toUpperCase(last.charAt(0)) + last.substring(1) + name;
    }

    private Json ref(Class<?> type) {
        if (begun.add(type)) {
            open.push(type);
        }
        return object("$ref", text(SCHEMAS + nameOf(type)));
    }

    private Json schema(Class<?> type) {
        if (type.isSealed() && !type.isRecord()) {
            List<Json> all = new ArrayList<>();
            for (Class<?> one : Forms.family(type).values()) {
                all.add(ref(one));
            }
            return object("oneOf", new JsonArray(all));
        }
        SortedMap<String, Json> properties = new TreeMap<>();
        List<Json> required = new ArrayList<>();
        Forms.is(type).ifPresent(name -> {
            properties.put("is", object("const", text(name)));
            required.add(text("is"));
        });
        for (RecordComponent component : type.getRecordComponents()) {
            properties.put(component.getName(), schema(component.getGenericType()));
            if (!isOptional(component.getType())) {
                required.add(text(component.getName()));
            }
        }
        SortedMap<String, Json> out = new TreeMap<>();
        out.put("type", text("object"));
        out.put("additionalProperties", new JsonBoolean(false));
        out.put("properties", new JsonObject(properties));
        if (!required.isEmpty()) {
            out.put("required", new JsonArray(required));
        }
        return new JsonObject(out);
    }

    private static boolean isOptional(Class<?> type) {
        return type == Optional.class
                || type == OptionalInt.class
                || type == OptionalLong.class
                || type == OptionalDouble.class;
    }

    private Json schema(Type type) {
        return switch (type) {
            case ParameterizedType generic ->
                generic((Class<?>) generic.getRawType(), generic.getActualTypeArguments());
            case TypeVariable<?> any -> object();
            case Class<?> plain -> simple(plain);
            default -> throw new IllegalArgumentException(type + " has no schema");
        };
    }

    private Json generic(Class<?> raw, Type[] types) {
        if (raw == Optional.class) {
            return schema(types[0]);
        }
        if (Collection.class.isAssignableFrom(raw)) {
            return Set.class.isAssignableFrom(raw)
                    ? object("type", text("array"), "uniqueItems", new JsonBoolean(true), "items", schema(types[0]))
                    : object("type", text("array"), "items", schema(types[0]));
        }
        if (Map.class.isAssignableFrom(raw)) {
            return object("type", text("object"), "additionalProperties", schema(types[1]));
        }
        return ref(raw);
    }

    private Json simple(Class<?> type) {
        if (type == boolean.class || type == Boolean.class) {
            return object("type", text("boolean"));
        }
        if (type == double.class || type == Double.class || type == OptionalDouble.class) {
            return object("type", text("number"));
        }
        if (Forms.isWhole(type) || type == OptionalInt.class || type == OptionalLong.class) {
            return object("type", text("integer"));
        }
        if (type == Instant.class) {
            return object("type", text("string"), "format", text("date-time"));
        }
        if (type == Duration.class) {
            return object("type", text("string"), "format", text("duration"));
        }
        if (type == LocalDate.class) {
            return object("type", text("string"), "format", text("date"));
        }
        if (type.isEnum()) {
            return object(
                    "type",
                    text("string"),
                    "enum",
                    new JsonArray(Arrays.stream(type.getEnumConstants())
                            .<Json>map(one -> text(((Enum<?>) one).name()))
                            .toList()));
        }
        if (Forms.isText(type)) {
            return object("type", text("string"));
        }
        return ref(type);
    }

    private static Json text(String value) {
        return new JsonString(value);
    }

    private static JsonObject object(Object... pairs) {
        SortedMap<String, Json> members = new TreeMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            members.put((String) pairs[i], (Json) pairs[i + 1]);
        }
        return new JsonObject(members);
    }
}
