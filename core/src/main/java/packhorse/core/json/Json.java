package packhorse.core.json;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A JSON value as signed documents use it: no floating point, since its text form is not unique. Values are immutable.
 */
public sealed interface Json {
    /**
     * An object; its members are kept in canonical order, by the code points of their keys.
     *
     * @param members by key
     */
    record JsonObject(SortedMap<String, Json> members) implements Json {
        public JsonObject {
            SortedMap<String, Json> ordered = new TreeMap<>(CanonicalJson.KEY_ORDER);
            ordered.putAll(members);
            members = Collections.unmodifiableSortedMap(ordered);
        }

        /** The object with the members of {@code members}, in whatever order they come. */
        public static JsonObject of(Map<String, ? extends Json> members) {
            return new JsonObject(new TreeMap<>(members));
        }
    }

    /** An array, in order. */
    record JsonArray(List<Json> elements) implements Json {
        public JsonArray {
            elements = List.copyOf(elements);
        }
    }

    /** A string of valid Unicode. */
    record JsonString(String value) implements Json {}

    /** A whole number. */
    record JsonInteger(long value) implements Json {}

    /** True or false. */
    record JsonBoolean(boolean value) implements Json {}

    /** The null literal. */
    record JsonNull() implements Json {}

    /** What a person calls this kind of value, with its article. */
    default String kind() {
        return switch (this) {
            case JsonObject o -> "an object";
            case JsonArray a -> "an array";
            case JsonString s -> "a string";
            case JsonInteger i -> "a whole number";
            case JsonBoolean b -> "true or false";
            case JsonNull n -> "null";
        };
    }
}
