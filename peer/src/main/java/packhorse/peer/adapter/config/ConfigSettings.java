package packhorse.peer.adapter.config;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import packhorse.core.content.FileEntry.Owner;
import packhorse.core.content.InstallSection;
import packhorse.core.content.Manifest;
import packhorse.core.content.SafePath;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.json.JsonFields;
import packhorse.peer.adapter.InstallDisk;
import packhorse.peer.adapter.text.Key;
import packhorse.peer.adapter.text.KeyFormat;
import packhorse.peer.adapter.text.Template.Escape;

/**
 * What a manifest says to the adapter {@code config}: files, each named once, and what is to be in them.
 *
 * @param edits in the order in which they are done
 */
record ConfigSettings(List<Edit> edits) {
    /** A release with more files than this is a tree. */
    static final int EDITS_MAX = 1_000;

    private static final Pattern MODE = Pattern.compile("[0-7]{3,4}");
    private static final Pattern OWNER = Pattern.compile("(\\d{1,9}):(\\d{1,9})");
    private static final String[] NOT_FILES = {"/proc", "/sys", "/dev"};

    /**
     * One file.
     *
     * @param file absolute on the machine
     * @param create whether it is made where it is missing
     * @param mode what its mode has to be; else it stays
     * @param owner the same
     */
    record Edit(String file, Change change, boolean create, OptionalInt mode, Optional<Owner> owner) {}

    /** What is done to it. */
    sealed interface Change {
        /** Keys in a file that has others too. */
        record Keys(KeyFormat format, SortedMap<Key, String> set, SortedSet<Key> remove) implements Change {}

        /** The whole file, of keys only. */
        record Answers(KeyFormat format, SortedMap<Key, String> set) implements Change {}

        /** The whole file, its text in the settings. */
        record Text(String text, Escape escape) implements Change {}

        /** The whole file, its text in the release's content. */
        record From(String path, Escape escape) implements Change {}
    }

    ConfigSettings {
        edits = List.copyOf(edits);
    }

    /** @throws IllegalArgumentException with one line */
    static ConfigSettings read(Manifest manifest, InstallSection section) {
        JsonFields fields = JsonFields.of(section.settings(), "settings");
        List<Edit> edits = new ArrayList<>();
        Set<String> files = new HashSet<>();
        for (JsonFields one : fields.objects("edits")) {
            Edit edit = edit(manifest, one);
            if (!files.add(edit.file())) {
                throw new IllegalArgumentException(
                        one.where() + " names " + edit.file() + " again; write all that it is to have in one place");
            }
            edits.add(edit);
        }
        fields.done();
        if (edits.isEmpty() || edits.size() > EDITS_MAX) {
            throw new IllegalArgumentException("settings.edits has 1 to " + EDITS_MAX + " edits, not " + edits.size());
        }
        return new ConfigSettings(edits);
    }

    private static Edit edit(Manifest manifest, JsonFields fields) {
        String file = file(fields);
        String format = fields.string("format");
        Change change = switch (format) {
            case "properties" -> keys(fields, KeyFormat.PROPERTIES);
            case "ini" -> keys(fields, iniFormat(fields));
            case "template" -> whole(manifest, fields);
            case "response" ->
                fields.has("set")
                        ? new Change.Answers(iniFormat(fields), set(fields, iniFormat(fields)))
                        : whole(manifest, fields);
            default ->
                throw new IllegalArgumentException(
                        fields.where() + ".format is properties, ini, template or response, not \"" + format + "\"");
        };
        boolean isWhole = !(change instanceof Change.Keys);
        boolean create = fields.optionalBool("create").orElse(isWhole);
        OptionalInt mode = fields.optionalString("mode")
                .map(word -> OptionalInt.of(mode(fields, word)))
                .orElse(format.equals("response") ? OptionalInt.of(0600) : OptionalInt.empty());
        Optional<Owner> owner = fields.optionalString("owner").map(word -> owner(fields, word));
        fields.done();
        return new Edit(file, change, create, mode, owner);
    }

    private static String file(JsonFields fields) {
        String file = fields.string("file");
        if (!file.startsWith("/") || file.length() == 1) {
            throw new IllegalArgumentException(fields.where() + ".file is \"" + file
                    + "\"; write an absolute path, such as /etc/acme/app.properties");
        }
        try {
            SafePath.require(file.substring(1));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    fields.where() + ".file: " + e.getMessage()
                            + "; write it without \"..\", \"//\" or \"/\" at its end",
                    e);
        }
        requireFree(fields.where() + ".file", file);
        for (String notFiles : NOT_FILES) {
            if (file.equals(notFiles) || file.startsWith(notFiles + "/")) {
                throw new IllegalArgumentException(
                        fields.where() + ".file is \"" + file + "\"; " + notFiles + " holds no files that stay");
            }
        }
        return file;
    }

    private static void requireFree(String where, String file) {
        try {
            InstallDisk.requireFree(file);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + ": " + e.getMessage(), e);
        }
    }

    private static KeyFormat iniFormat(JsonFields fields) {
        String quote = fields.optionalString("quote").orElse("none");
        return switch (quote) {
            case "none" -> KeyFormat.INI;
            case "shell" -> KeyFormat.SHELL;
            default ->
                throw new IllegalArgumentException(fields.where() + ".quote is none or shell, not \"" + quote + "\"");
        };
    }

    private static Change keys(JsonFields fields, KeyFormat format) {
        SortedMap<Key, String> set = fields.has("set") ? set(fields, format) : new TreeMap<>();
        SortedSet<Key> remove = new TreeSet<>();
        fields.optionalJson("remove").ifPresent(json -> remove.addAll(removed(fields, json, format)));
        if (set.isEmpty() && remove.isEmpty()) {
            throw new IllegalArgumentException(fields.where() + " changes nothing; write set or remove with some keys");
        }
        for (Key key : remove) {
            if (set.containsKey(key)) {
                throw new IllegalArgumentException(fields.where() + " sets and removes " + key + "; decide for one");
            }
        }
        return new Change.Keys(format, set, remove);
    }

    private static SortedMap<Key, String> set(JsonFields fields, KeyFormat format) {
        SortedMap<Key, String> set = new TreeMap<>();
        String where = fields.where() + ".set";
        JsonFields members = fields.object("set");
        for (String name : members.keys()) {
            if (members.json(name) instanceof JsonObject section) {
                for (Map.Entry<String, Json> member : section.members().entrySet()) {
                    put(set, new Key(name, member.getKey()), value(where, member.getValue()), where, format);
                }
            } else {
                put(set, Key.of(name), value(where, members.json(name)), where, format);
            }
        }
        return set;
    }

    private static void put(SortedMap<Key, String> set, Key key, String value, String where, KeyFormat format) {
        require(where, key, format);
        set.put(key, value);
    }

    private static void require(String where, Key key, KeyFormat format) {
        try {
            format.requireKey(key);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(where + ": \"" + key + "\": " + e.getMessage(), e);
        }
    }

    private static SortedSet<Key> removed(JsonFields fields, Json json, KeyFormat format) {
        SortedSet<Key> keys = new TreeSet<>();
        String where = fields.where() + ".remove";
        switch (json) {
            case JsonArray names -> names.elements().forEach(name -> keys.add(Key.of(value(where, name))));
            case JsonObject sections ->
                sections.members().forEach((section, names) -> {
                    if (!(names instanceof JsonArray list)) {
                        throw new IllegalArgumentException(where + "." + section + " is a list of keys");
                    }
                    list.elements().forEach(name -> keys.add(new Key(section, value(where, name))));
                });
            default ->
                throw new IllegalArgumentException(
                        where + " is a list of keys, or such a list for each section, not " + json.kind());
        }
        keys.forEach(key -> require(where, key, format));
        return keys;
    }

    private static String value(String where, Json json) {
        return switch (json) {
            case JsonString string -> string.value();
            case JsonInteger integer -> Long.toString(integer.value());
            case JsonBoolean bool -> Boolean.toString(bool.value());
            default -> throw new IllegalArgumentException(where + " has " + json.kind() + " where a value is expected");
        };
    }

    private static Change whole(Manifest manifest, JsonFields fields) {
        Optional<String> text = fields.optionalString("text");
        Optional<String> from = fields.optionalString("from");
        String word = fields.optionalString("escape").orElse("none");
        Escape escape = switch (word) {
            case "none" -> Escape.NONE;
            case "xml" -> Escape.XML;
            case "json" -> Escape.JSON;
            case "shell" -> Escape.SHELL;
            default ->
                throw new IllegalArgumentException(
                        fields.where() + ".escape is none, xml, json or shell, not \"" + word + "\"");
        };
        if (text.isPresent() == from.isPresent()) {
            throw new IllegalArgumentException(
                    fields.where() + " takes its text from one place: write from (a file of the content) or text");
        }
        if (text.isPresent()) {
            return new Change.Text(text.get(), escape);
        }
        String path = from.orElseThrow();
        if (manifest.form() == Manifest.Form.FILE && !path.equals(manifest.contentName())) {
            throw new IllegalArgumentException(fields.where() + ".from is \"" + path
                    + "\", but the content is the one file " + manifest.contentName());
        }
        try {
            SafePath.require(path);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(fields.where() + ".from: " + e.getMessage(), e);
        }
        return new Change.From(path, escape);
    }

    private static int mode(JsonFields fields, String word) {
        if (!MODE.matcher(word).matches()) {
            throw new IllegalArgumentException(
                    fields.where() + ".mode is \"" + word + "\"; write it in octal and in quotes, such as \"0644\"");
        }
        return Integer.parseInt(word, 8);
    }

    private static Owner owner(JsonFields fields, String word) {
        java.util.regex.Matcher numbers = OWNER.matcher(word.toLowerCase(Locale.ROOT));
        if (!numbers.matches()) {
            throw new IllegalArgumentException(
                    fields.where() + ".owner is \"" + word + "\"; write user and group by number, such as \"0:0\"");
        }
        return new Owner(Integer.parseInt(numbers.group(1)), Integer.parseInt(numbers.group(2)));
    }
}
