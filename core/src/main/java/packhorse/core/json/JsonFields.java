package packhorse.core.json;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;

/**
 * An object being read member by member. Each question names the key and the kind that is expected; the answer or a
 * {@link JsonException} that says which document, which member, and what was found. {@link #done} at the end refuses
 * members nobody asked for, unless {@link #ignoreUnknown} allowed them.
 */
public final class JsonFields {
    private final SortedMap<String, Json> members;
    private final String where;
    private final Set<String> asked = new HashSet<>();
    private boolean unknownAllowed;

    private JsonFields(SortedMap<String, Json> members, String where) {
        this.members = members;
        this.where = where;
    }

    /**
     * Starts reading {@code json}, which messages call {@code where}.
     *
     * @throws JsonException unless it is an object
     */
    public static JsonFields of(Json json, String where) {
        if (json instanceof JsonObject object) {
            return new JsonFields(object.members(), where);
        }
        throw new JsonException(where + " is an object, not " + json.kind(), JsonException.OFFSET_NONE);
    }

    /** Lets {@link #done} pass over members nobody asked for. */
    public JsonFields ignoreUnknown() {
        unknownAllowed = true;
        return this;
    }

    /** How messages call this object. */
    public String where() {
        return where;
    }

    /** All keys, asked for or not, in canonical order. */
    public Set<String> keys() {
        return members.keySet();
    }

    public boolean has(String key) {
        return members.containsKey(key);
    }

    /** The member itself, of whatever kind. */
    public Json json(String key) {
        Json value = take(key);
        if (value == null) {
            throw fault("\"" + key + "\" is missing in " + where);
        }
        return value;
    }

    public Optional<Json> optionalJson(String key) {
        return Optional.ofNullable(take(key));
    }

    public String string(String key) {
        return asString(key, json(key));
    }

    public Optional<String> optionalString(String key) {
        return optionalJson(key).map(value -> asString(key, value));
    }

    public long integer(String key) {
        return asInteger(key, json(key));
    }

    /** A whole number from {@code least} to {@code most}, both included. */
    public long integer(String key, long least, long most) {
        long value = integer(key);
        if (value < least || value > most) {
            throw fault(where + "." + key + " is " + least + " to " + most + ", not " + value);
        }
        return value;
    }

    public OptionalLong optionalInteger(String key) {
        Json value = take(key);
        return value == null ? OptionalLong.empty() : OptionalLong.of(asInteger(key, value));
    }

    public boolean bool(String key) {
        return asBoolean(key, json(key));
    }

    public Optional<Boolean> optionalBool(String key) {
        return optionalJson(key).map(value -> asBoolean(key, value));
    }

    /** A member that is an object, to be read the same way. */
    public JsonFields object(String key) {
        return of(json(key), where + "." + key);
    }

    public Optional<JsonFields> optionalObject(String key) {
        return optionalJson(key).map(value -> of(value, where + "." + key));
    }

    public List<Json> array(String key) {
        return asArray(key, json(key));
    }

    public Optional<List<Json>> optionalArray(String key) {
        return optionalJson(key).map(value -> asArray(key, value));
    }

    /** A member that is an array of objects, each to be read the same way. */
    public List<JsonFields> objects(String key) {
        List<JsonFields> objects = new ArrayList<>();
        for (Json element : array(key)) {
            objects.add(of(element, where + "." + key + "[" + objects.size() + "]"));
        }
        return List.copyOf(objects);
    }

    /** A member that is an array of strings. */
    public List<String> strings(String key) {
        List<String> strings = new ArrayList<>();
        for (Json element : array(key)) {
            strings.add(asString(key + "[" + strings.size() + "]", element));
        }
        return List.copyOf(strings);
    }

    /** Ends the reading; refuses a member nobody asked for. */
    public void done() {
        if (unknownAllowed) {
            return;
        }
        for (Map.Entry<String, Json> member : members.entrySet()) {
            if (!asked.contains(member.getKey())) {
                throw fault("\"" + member.getKey() + "\" is unknown in " + where);
            }
        }
    }

    private @Nullable Json take(String key) {
        asked.add(key);
        return members.get(key);
    }

    private String asString(String key, Json value) {
        return switch (value) {
            case JsonString string -> string.value();
            default -> throw wrongKind(key, "a string", value);
        };
    }

    private long asInteger(String key, Json value) {
        return switch (value) {
            case JsonInteger integer -> integer.value();
            default -> throw wrongKind(key, "a whole number", value);
        };
    }

    private boolean asBoolean(String key, Json value) {
        return switch (value) {
            case JsonBoolean bool -> bool.value();
            default -> throw wrongKind(key, "true or false", value);
        };
    }

    private List<Json> asArray(String key, Json value) {
        return switch (value) {
            case JsonArray array -> array.elements();
            default -> throw wrongKind(key, "an array", value);
        };
    }

    private JsonException wrongKind(String key, String wanted, Json found) {
        return fault(where + "." + key + " is " + wanted + ", not " + found.kind());
    }

    private static JsonException fault(String message) {
        return new JsonException(message, JsonException.OFFSET_NONE);
    }
}
