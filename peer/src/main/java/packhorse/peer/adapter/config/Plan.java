package packhorse.peer.adapter.config;

import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import packhorse.core.content.FileEntry.Owner;
import packhorse.core.json.CanonicalJson;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.core.json.JsonReader;
import packhorse.peer.adapter.text.Key;
import packhorse.peer.adapter.text.KeyFormat;

/**
 * Files and what is to be in them, with every variable filled in: what was decided when it was prepared, whatever the variables say
 * later. Texts are bytes as characters.
 *
 * @param files in order, each once
 */
record Plan(List<Planned> files) {
    static final Plan NOTHING = new Plan(List.of());

    /** One file. */
    record Planned(String file, Managed managed, boolean create, OptionalInt mode, Optional<Owner> owner) {}

    /** What of it is ours. */
    sealed interface Managed {
        /** These keys; values raw. */
        record Keys(KeyFormat format, SortedMap<Key, String> set, SortedSet<Key> remove) implements Managed {
            SortedSet<Key> all() {
                SortedSet<Key> all = new TreeSet<>(set.keySet());
                all.addAll(remove);
                return all;
            }
        }

        /** Every byte. */
        record Whole(String text) implements Managed {}
    }

    Plan {
        files = List.copyOf(files);
    }

    Optional<Planned> find(String file) {
        return files.stream().filter(one -> one.file().equals(file)).findFirst();
    }

    // ---- on disk ----

    byte[] encode() {
        return CanonicalJson.encode(
                new JsonArray(files.stream().map(Plan::write).toList()));
    }

    static Plan decode(byte[] bytes) {
        if (!(JsonReader.parse(bytes) instanceof JsonArray array)) {
            throw new IllegalArgumentException("a plan is a list");
        }
        List<Planned> files = new ArrayList<>();
        for (Json one : array.elements()) {
            files.add(read(JsonFields.of(one, "plan[" + files.size() + "]")));
        }
        return new Plan(files);
    }

    private static Json write(Planned planned) {
        Map<String, Json> out = new LinkedHashMap<>();
        out.put("file", new JsonString(planned.file()));
        out.put("create", new JsonBoolean(planned.create()));
        planned.mode().ifPresent(mode -> out.put("mode", new JsonInteger(mode)));
        planned.owner().ifPresent(owner -> {
            out.put("uid", new JsonInteger(owner.uid()));
            out.put("gid", new JsonInteger(owner.gid()));
        });
        switch (planned.managed()) {
            case Managed.Whole whole -> out.put("text", raw(whole.text()));
            case Managed.Keys keys -> {
                out.put("format", new JsonString(word(keys.format())));
                List<Json> set = new ArrayList<>();
                keys.set()
                        .forEach((key, raw) -> set.add(JsonObject.of(Map.of(
                                "section", new JsonString(key.section()),
                                "name", new JsonString(key.name()),
                                "raw", raw(raw)))));
                out.put("set", new JsonArray(set));
                out.put(
                        "remove",
                        new JsonArray(keys.remove().stream()
                                .<Json>map(key -> JsonObject.of(Map.of(
                                        "section", new JsonString(key.section()),
                                        "name", new JsonString(key.name()))))
                                .toList()));
            }
        }
        return JsonObject.of(out);
    }

    private static Planned read(JsonFields fields) {
        Managed managed;
        if (fields.has("text")) {
            managed = new Managed.Whole(text(fields.string("text")));
        } else {
            SortedMap<Key, String> set = new TreeMap<>();
            for (JsonFields one : fields.objects("set")) {
                set.put(new Key(one.string("section"), one.string("name")), text(one.string("raw")));
            }
            SortedSet<Key> remove = new TreeSet<>();
            for (JsonFields one : fields.objects("remove")) {
                remove.add(new Key(one.string("section"), one.string("name")));
            }
            managed = new Managed.Keys(format(fields.string("format")), set, remove);
        }
        return new Planned(
                fields.string("file"),
                managed,
                fields.bool("create"),
                fields.has("mode") ? OptionalInt.of((int) fields.integer("mode", 0, 07777)) : OptionalInt.empty(),
                fields.has("uid")
                        ? Optional.of(new Owner((int) fields.integer("uid", 0, Integer.MAX_VALUE), (int)
                                fields.integer("gid", 0, Integer.MAX_VALUE)))
                        : Optional.empty());
    }

    private static String word(KeyFormat format) {
        return format.equals(KeyFormat.PROPERTIES) ? "properties" : format.equals(KeyFormat.SHELL) ? "shell" : "ini";
    }

    private static KeyFormat format(String word) {
        return switch (word) {
            case "properties" -> KeyFormat.PROPERTIES;
            case "shell" -> KeyFormat.SHELL;
            case "ini" -> KeyFormat.INI;
            default -> throw new IllegalArgumentException("\"" + word + "\" is no format");
        };
    }

    /** Any bytes as a JSON string, control characters too. */
    static JsonString raw(String text) {
        return new JsonString(Base64.getEncoder().encodeToString(KeyFormat.bytes(text)));
    }

    static String text(String base64) {
        return KeyFormat.text(Base64.getDecoder().decode(base64));
    }
}
