package packhorse.core.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import packhorse.core.UsageException;
import packhorse.core.json.Json;
import packhorse.core.json.Json.JsonArray;
import packhorse.core.json.Json.JsonBoolean;
import packhorse.core.json.Json.JsonInteger;
import packhorse.core.json.Json.JsonObject;
import packhorse.core.json.Json.JsonString;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;
import packhorse.core.unit.Durations;

/**
 * A mapping of a YAML document, asked key by key for the values it should have. Whoever reads one asks for every key it
 * knows, then calls {@link #finish()}, which refuses what nobody asked for, here and in every mapping below. Each answer is of
 * the right type or a {@link UsageException} that points at the value.
 */
public final class YamlMap {
    /** No leading zero, which is octal to some; no more digits than every reader keeps exactly. */
    private static final Pattern WHOLE = Pattern.compile("0|-?[1-9][0-9]{0,14}");

    private record Entry(Node key, Node value) {}

    private final YamlDocument document;
    private final Place place;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private final SortedSet<String> known = new TreeSet<>();
    private final List<YamlMap> children = new ArrayList<>();

    YamlMap(YamlDocument document, MappingNode mapping) {
        this.document = document;
        this.place = document.place(mapping);
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
                throw document.place(tuple.getKeyNode()).error("a key is one word");
            }
            Entry before = entries.putIfAbsent(key.getValue(), new Entry(key, tuple.getValueNode()));
            if (before != null) {
                throw document.place(key)
                        .error("the key \"" + key.getValue() + "\" stands twice, first on line "
                                + document.place(before.key()).line());
            }
        }
    }

    /** Where the mapping begins. */
    public Place place() {
        return place;
    }

    /** Where the key's value stands, or the mapping's own place when it has none; for errors found later. */
    public Place place(String key) {
        Entry entry = entries.get(key);
        return entry == null ? place : document.place(entry.value());
    }

    public boolean has(String key) {
        known.add(key);
        return entries.containsKey(key);
    }

    /** Every key there is, with its place, for mappings whose keys are names and not words of ours. */
    public List<Located<String>> keys() {
        return entries.entrySet().stream()
                .map(entry -> new Located<>(
                        entry.getKey(), document.place(entry.getValue().key())))
                .toList();
    }

    public String string(String key) {
        return value(key, Function.identity());
    }

    public Optional<String> optionalString(String key) {
        return optional(key, Function.identity());
    }

    /** A whole number from {@code min} to {@code max}. */
    public int integer(String key, int min, int max) {
        return value(key, text -> toInteger(text, min, max));
    }

    public Optional<Integer> optionalInteger(String key, int min, int max) {
        return optional(key, text -> toInteger(text, min, max));
    }

    public boolean bool(String key) {
        return value(key, YamlMap::toBoolean, Tag.BOOL);
    }

    public Optional<Boolean> optionalBool(String key) {
        return has(key) ? Optional.of(bool(key)) : Optional.empty();
    }

    public ByteCount byteCount(String key) {
        return value(key, ByteCount::parse);
    }

    public Optional<ByteCount> optionalByteCount(String key) {
        return optional(key, ByteCount::parse);
    }

    public ByteRate byteRate(String key) {
        return value(key, ByteRate::parse);
    }

    public Optional<ByteRate> optionalByteRate(String key) {
        return optional(key, ByteRate::parse);
    }

    /** As {@link Durations} reads it: {@code 30s}, {@code 1h30m}. */
    public Duration duration(String key) {
        return value(key, Durations::parse);
    }

    public Optional<Duration> optionalDuration(String key) {
        return optional(key, Durations::parse);
    }

    /** A path; a relative one is seen from the directory of the file that is being read. */
    public Path path(String key) {
        return value(key, this::toPath);
    }

    public Optional<Path> optionalPath(String key) {
        return optional(key, this::toPath);
    }

    /** A value of whatever type {@code parser} makes of its text; an {@link IllegalArgumentException} points at it. */
    public <T> T value(String key, Function<String, T> parser) {
        return value(key, parser, Tag.STR);
    }

    public <T> Optional<T> optional(String key, Function<String, T> parser) {
        return has(key) ? Optional.of(value(key, parser)) : Optional.empty();
    }

    /** A sequence of values; a single value is a sequence of one. */
    public <T> List<T> list(String key, Function<String, T> parser) {
        return located(key, parser).stream().map(Located::value).toList();
    }

    /** As {@link #list}; a missing key is an empty sequence. */
    public <T> List<T> optionalList(String key, Function<String, T> parser) {
        return has(key) ? list(key, parser) : List.of();
    }

    /** As {@link #list}, each value with its place. */
    public <T> List<Located<T>> located(String key, Function<String, T> parser) {
        Node value = required(key);
        List<Node> items = value instanceof SequenceNode sequence ? sequence.getValue() : List.of(value);
        List<Located<T>> out = new ArrayList<>();
        for (Node item : items) {
            out.add(new Located<>(scalar(key, item, parser, Tag.STR), document.place(item)));
        }
        return List.copyOf(out);
    }

    /** A mapping below this one. */
    public YamlMap map(String key) {
        return child(key, required(key));
    }

    public Optional<YamlMap> optionalMap(String key) {
        return has(key) ? Optional.of(map(key)) : Optional.empty();
    }

    /** A sequence of mappings. */
    public List<YamlMap> maps(String key) {
        Node value = required(key);
        if (!(value instanceof SequenceNode sequence)) {
            throw document.place(value).error("\"" + key + "\" is a list: lines that start with \"- \"");
        }
        List<YamlMap> out = new ArrayList<>();
        for (Node item : sequence.getValue()) {
            out.add(child(key, item));
        }
        return List.copyOf(out);
    }

    /** As {@link #maps}; a missing key is an empty sequence. */
    public List<YamlMap> optionalMaps(String key) {
        return has(key) ? maps(key) : List.of();
    }

    /**
     * A value of whatever shape, as JSON, for what somebody else understands. YAML's guesses are not taken where they could be
     * wrong unseen: fractions, and numbers that begin with a zero, have to be written in quotes, as texts.
     */
    public Json json(String key) {
        return json(key, required(key));
    }

    /** An error that points at the key's value. */
    public UsageException error(String key, String message) {
        return place(key).error(message);
    }

    /** Ends the reading: refuses keys that nobody asked for, here and below. */
    public void finish() {
        entries.forEach((name, entry) -> {
            if (!known.contains(name)) {
                throw document.place(entry.key())
                        .error("unknown key \"" + name + "\"; known here: " + String.join(", ", known));
            }
        });
        children.forEach(YamlMap::finish);
    }

    private Node required(String key) {
        known.add(key);
        Entry entry = entries.get(key);
        if (entry == null) {
            throw place.error("\"" + key + "\" is missing");
        }
        return entry.value();
    }

    private <T> T value(String key, Function<String, T> parser, Tag tag) {
        return scalar(key, required(key), parser, tag);
    }

    /** Texts are taken as they are written, also where YAML would make a number of them: {@code version: 1.10}. */
    private <T> T scalar(String key, Node node, Function<String, T> parser, Tag wanted) {
        Place where = document.place(node);
        if (!(node instanceof ScalarNode scalar)) {
            throw where.error("\"" + key + "\" is a single value, not a list or a mapping");
        }
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.NULL)) {
            throw where.error("\"" + key + "\" has no value");
        }
        boolean text = tag.equals(Tag.STR) || tag.equals(Tag.INT) || tag.equals(Tag.FLOAT);
        if (wanted.equals(Tag.BOOL) ? !tag.equals(Tag.BOOL) : !text) {
            throw where.error("\"" + key + "\" is " + (wanted.equals(Tag.BOOL) ? "true or false" : "a text or number")
                    + ", not \"" + scalar.getValue() + "\"");
        }
        try {
            return parser.apply(scalar.getValue());
        } catch (IllegalArgumentException e) {
            throw where.error(key + ": " + e.getMessage(), e);
        }
    }

    private Json json(String key, Node node) {
        return switch (node) {
            case MappingNode mapping -> {
                YamlMap below = new YamlMap(document, mapping);
                Map<String, Json> members = new LinkedHashMap<>();
                below.entries.forEach((name, entry) -> members.put(name, below.json(name, entry.value())));
                yield JsonObject.of(members);
            }
            case SequenceNode sequence ->
                new JsonArray(sequence.getValue().stream()
                        .map(item -> json(key, item))
                        .toList());
            case ScalarNode scalar -> json(key, scalar);
            default -> throw document.place(node).error("\"" + key + "\" is a value, a list or a mapping");
        };
    }

    private Json json(String key, ScalarNode scalar) {
        String text = scalar.getValue();
        Tag tag = scalar.getTag();
        if (tag.equals(Tag.STR)) {
            return new JsonString(text);
        }
        Place where = document.place(scalar);
        if (tag.equals(Tag.BOOL)) {
            return new JsonBoolean(toBoolean(text));
        }
        if (tag.equals(Tag.NULL)) {
            throw where.error("\"" + key + "\" has no value");
        }
        if (!tag.equals(Tag.INT) || !WHOLE.matcher(text).matches()) {
            throw where.error("\"" + key + "\" is written as the number " + text
                    + ", which others may read as another one; put it in quotes");
        }
        return new JsonInteger(Long.parseLong(text));
    }

    private YamlMap child(String key, Node node) {
        if (!(node instanceof MappingNode mapping)) {
            throw document.place(node).error("\"" + key + "\" holds \"key: value\" lines");
        }
        YamlMap child = new YamlMap(document, mapping);
        children.add(child);
        return child;
    }

    private static int toInteger(String text, int min, int max) {
        try {
            int value = Integer.parseInt(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a whole number", e);
        }
        throw new IllegalArgumentException(text + " is not between " + min + " and " + max);
    }

    private static boolean toBoolean(String text) {
        return switch (text) {
            case "true", "True", "TRUE" -> true;
            case "false", "False", "FALSE" -> false;
            default -> throw new IllegalArgumentException("\"" + text + "\" is not true or false");
        };
    }

    private Path toPath(String text) {
        try {
            return document.resolve(text);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("\"" + text + "\" is not a path", e);
        }
    }
}
