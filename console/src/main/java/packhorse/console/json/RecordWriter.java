package packhorse.console.json;

import java.io.StringWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;

/** Writes values by what they are. */
final class RecordWriter {
    private final JsonGenerator out;

    private RecordWriter(JsonGenerator out) {
        this.out = out;
    }

    static String write(Object value) {
        StringWriter text = new StringWriter();
        try (JsonGenerator out = Tree.FACTORY.createGenerator(ObjectWriteContext.empty(), text)) {
            new RecordWriter(out).value(value);
        }
        return text.toString();
    }

    private void value(Object value) {
        switch (value) {
            case String text -> out.writeString(text);
            case Boolean truth -> out.writeBoolean(truth);
            case Integer number -> out.writeNumber(number);
            case Long number -> out.writeNumber(number);
            case Double number -> {
                if (!Double.isFinite(number)) {
                    throw new IllegalArgumentException(number + " is no number that JSON has");
                }
                out.writeNumber(number);
            }
            case Map<?, ?> map -> map(map);
            case Set<?> set -> array(sorted(set));
            case Collection<?> list -> array(list);
            default -> domain(value);
        }
    }

    private void domain(Object value) {
        Optional<Texts.Form> text = Texts.of(value.getClass());
        Optional<Numbers.Form> number = Numbers.of(value.getClass());
        if (text.isPresent()) {
            out.writeString(text.get().write().apply(value));
        } else if (number.isPresent()) {
            out.writeNumber(number.get().write().apply(value));
        } else if (value instanceof Record) {
            record(value);
        } else {
            throw new IllegalArgumentException(value.getClass().getName() + " has no JSON form");
        }
    }

    private void record(Object value) {
        RecordType type = RecordType.of(value.getClass());
        out.writeStartObject();
        type.is().ifPresent(name -> out.writeName(RecordType.IS).writeString(name));
        for (int i = 0; i < type.components().size(); i++) {
            String name = type.components().get(i).getName();
            present(type.value(value, i)).ifPresent(there -> {
                out.writeName(name);
                value(there);
            });
        }
        out.writeEndObject();
    }

    private static Optional<?> present(Object value) {
        return switch (value) {
            case Optional<?> maybe -> maybe;
            case OptionalInt maybe -> maybe.isPresent() ? Optional.of(maybe.getAsInt()) : Optional.empty();
            case OptionalLong maybe -> maybe.isPresent() ? Optional.of(maybe.getAsLong()) : Optional.empty();
            case OptionalDouble maybe -> maybe.isPresent() ? Optional.of(maybe.getAsDouble()) : Optional.empty();
            default -> Optional.of(value);
        };
    }

    private void map(Map<?, ?> map) {
        TreeMap<String, Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put(keyText(key), value));
        out.writeStartObject();
        sorted.forEach((key, value) -> {
            out.writeName(key);
            value(value);
        });
        out.writeEndObject();
    }

    private static String keyText(Object key) {
        return key instanceof String text
                ? text
                : Texts.of(key.getClass())
                        .orElseThrow(() -> new IllegalArgumentException(key.getClass() + " is no key in JSON"))
                        .write()
                        .apply(key);
    }

    private void array(Collection<?> values) {
        out.writeStartArray();
        values.forEach(this::value);
        out.writeEndArray();
    }

    /** A set's own order may be another in each process. */
    private static List<?> sorted(Set<?> set) {
        List<Object> all = new ArrayList<>(set);
        if (!(set instanceof SortedSet)) {
            all.sort(RecordWriter::order);
        }
        return all;
    }

    /** Their own order where they have one; what that holds for equal is told apart by what is written. */
    @SuppressWarnings("unchecked")
    private static int order(Object one, Object other) {
        int own = one instanceof Comparable<?> comparable && one.getClass() == other.getClass()
                ? ((Comparable<Object>) comparable).compareTo(other)
                : 0;
        return own != 0 ? own : write(one).compareTo(write(other));
    }
}
