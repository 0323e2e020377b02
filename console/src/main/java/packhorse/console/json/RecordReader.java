package packhorse.console.json;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import packhorse.core.UsageException;

/** Reads values by what was asked for. */
final class RecordReader {
    private RecordReader() {}

    static Object read(Type type, Object json, Place place) {
        return type instanceof ParameterizedType parameters
                ? generic((Class<?>) parameters.getRawType(), parameters.getActualTypeArguments(), json, place)
                : simple((Class<?>) type, json, place);
    }

    private static Object simple(Class<?> type, Object json, Place place) {
        if (type == String.class) {
            return text(json, place);
        }
        if (type == boolean.class || type == Boolean.class) {
            if (json instanceof Boolean truth) {
                return truth;
            }
            throw new BadRecordException(place, "write true or false, not " + kind(json));
        }
        if (type == int.class || type == Integer.class) {
            return (int) whole(json, place, Integer.MIN_VALUE, Integer.MAX_VALUE);
        }
        if (type == long.class || type == Long.class) {
            return whole(json, place, Long.MIN_VALUE, Long.MAX_VALUE);
        }
        if (type == double.class || type == Double.class) {
            double number = number(json, place).doubleValue();
            if (!Double.isFinite(number)) {
                throw new BadRecordException(place, "the number is too large");
            }
            return number;
        }
        Optional<Numbers.Form> number = Numbers.of(type);
        if (number.isPresent()) {
            long value = whole(json, place, Long.MIN_VALUE, Long.MAX_VALUE);
            return made(place, () -> number.get().read().apply(value));
        }
        Optional<Texts.Form> text = Texts.of(type);
        if (text.isPresent()) {
            String value = text(json, place);
            return made(place, () -> text.get().read().apply(value));
        }
        if (type.isSealed()) {
            return oneOf(type, object(json, place), place);
        }
        if (type.isRecord()) {
            return record(type, object(json, place), place, Map.of());
        }
        throw new IllegalArgumentException(place + ": " + type.getName() + " has no JSON form");
    }

    private static Object generic(Class<?> raw, Type[] types, Object json, Place place) {
        if (raw == List.class) {
            return Collections.unmodifiableList(elements(types[0], json, place));
        }
        if (raw == Set.class) {
            return Collections.unmodifiableSet(distinct(new LinkedHashSet<>(), types[0], json, place));
        }
        if (raw == SortedSet.class) {
            return Collections.unmodifiableSortedSet(
                    (SortedSet<Object>) distinct(new TreeSet<>(), types[0], json, place));
        }
        if (raw == Map.class) {
            return Collections.unmodifiableMap(entries(new LinkedHashMap<>(), types, json, place));
        }
        if (raw == SortedMap.class) {
            return Collections.unmodifiableSortedMap(
                    (SortedMap<Object, Object>) entries(new TreeMap<>(), types, json, place));
        }
        if (raw.isRecord()) {
            Map<String, Type> bound = new TreeMap<>();
            for (int i = 0; i < types.length; i++) {
                bound.put(raw.getTypeParameters()[i].getName(), types[i]);
            }
            return record(raw, object(json, place), place, bound);
        }
        throw new IllegalArgumentException(place + ": " + raw.getName() + " has no JSON form");
    }

    private static Object oneOf(Class<?> kind, Map<String, Object> object, Place place) {
        Map<String, Class<?>> family = RecordType.family(kind);
        Object is = object.get(RecordType.IS);
        if (is == null) {
            throw new BadRecordException(
                    place, "say which it is: \"" + RecordType.IS + "\": one of " + String.join(", ", family.keySet()));
        }
        Class<?> type = family.get(text(is, place.key(RecordType.IS)));
        if (type == null) {
            throw new BadRecordException(
                    place.key(RecordType.IS), "\"" + is + "\" is none of " + String.join(", ", family.keySet()));
        }
        return record(type, object, place, Map.of());
    }

    private static Object record(Class<?> type, Map<String, Object> object, Place place, Map<String, Type> bound) {
        RecordType known = RecordType.of(type);
        Object[] values = new Object[known.components().size()];
        int used = 0;
        for (int i = 0; i < values.length; i++) {
            String name = known.components().get(i).getName();
            Type generic = known.components().get(i).getGenericType();
            Object json = object.get(name);
            used += json == null ? 0 : 1;
            values[i] = component(bound(generic, bound), json, place.key(name));
        }
        if (known.is().isPresent()) {
            Object is = object.get(RecordType.IS);
            if (!known.is().get().equals(is)) {
                throw new BadRecordException(
                        place,
                        "write \"" + RecordType.IS + "\": \"" + known.is().get() + "\"");
            }
            used++;
        }
        if (used != object.size()) {
            for (String key : object.keySet()) {
                boolean component = known.components().stream()
                        .anyMatch(one -> one.getName().equals(key));
                if (!component && !(key.equals(RecordType.IS) && known.is().isPresent())) {
                    throw new BadRecordException(place.key(key), "no such key; there are " + names(known));
                }
            }
        }
        return made(place, () -> known.make(values));
    }

    /** A type with what stands for its variables, {@code List<T>} of a {@code Page<T>} too. */
    private static Type bound(Type type, Map<String, Type> bound) {
        if (bound.isEmpty()) {
            return type;
        }
        if (type instanceof ParameterizedType generic) {
            return new Parameterized(
                    (Class<?>) generic.getRawType(),
                    Arrays.stream(generic.getActualTypeArguments())
                            .map(one -> bound(one, bound))
                            .toList());
        }
        return bound.getOrDefault(type.getTypeName(), type);
    }

    /** A type whose variables stand for something. */
    private record Parameterized(Class<?> raw, List<Type> types) implements ParameterizedType {
        @Override
        public Type[] getActualTypeArguments() {
            return types.toArray(new Type[0]);
        }

        @Override
        public Type getRawType() {
            return raw;
        }

        @Override
        public @Nullable Type getOwnerType() {
            return null;
        }
    }

    private static String names(RecordType type) {
        return String.join(
                ", ", type.components().stream().map(one -> one.getName()).toList());
    }

    private static Object component(Type type, @Nullable Object json, Place place) {
        if (type == OptionalInt.class) {
            return json == null ? OptionalInt.empty() : OptionalInt.of((int) read(int.class, json, place));
        }
        if (type == OptionalLong.class) {
            return json == null ? OptionalLong.empty() : OptionalLong.of((long) read(long.class, json, place));
        }
        if (type == OptionalDouble.class) {
            return json == null ? OptionalDouble.empty() : OptionalDouble.of((double) read(double.class, json, place));
        }
        if (type instanceof ParameterizedType parameters && parameters.getRawType() == Optional.class) {
            return json == null
                    ? Optional.empty()
                    : Optional.of(read(parameters.getActualTypeArguments()[0], json, place));
        }
        if (json == null) {
            throw new BadRecordException(place, "is missing");
        }
        return read(type, json, place);
    }

    private static List<Object> elements(Type type, Object json, Place place) {
        if (!(json instanceof List<?> array)) {
            throw new BadRecordException(place, "write a list, [ … ], not " + kind(json));
        }
        List<Object> all = new ArrayList<>(array.size());
        for (Object one : array) {
            all.add(read(type, one, place.index(all.size())));
        }
        return all;
    }

    private static Set<Object> distinct(Set<Object> into, Type type, Object json, Place place) {
        List<Object> all = elements(type, json, place);
        for (int i = 0; i < all.size(); i++) {
            if (!into.add(all.get(i))) {
                throw new BadRecordException(place.index(i), "stands there twice");
            }
        }
        return into;
    }

    private static Map<Object, Object> entries(Map<Object, Object> into, Type[] types, Object json, Place place) {
        object(json, place).forEach((name, value) -> {
            Object key = read(types[0], name, place.key(name));
            if (into.put(key, read(types[1], value, place.key(name))) != null) {
                throw new BadRecordException(place.key(name), "stands there twice");
            }
        });
        return into;
    }

    private static Object made(Place place, Supplier<Object> making) {
        try {
            return making.get();
        } catch (IllegalArgumentException | DateTimeException | ArithmeticException | UsageException e) {
            throw new BadRecordException(place, String.valueOf(e.getMessage()), e);
        }
    }

    private static String text(Object json, Place place) {
        if (json instanceof String text) {
            return text;
        }
        throw new BadRecordException(place, "write a text in quotation marks, not " + kind(json));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(Object json, Place place) {
        if (json instanceof Map<?, ?> object) {
            return (Map<String, Object>) object;
        }
        throw new BadRecordException(place, "write an object, { … }, not " + kind(json));
    }

    private static BigDecimal number(Object json, Place place) {
        if (json instanceof BigDecimal number) {
            return number;
        }
        throw new BadRecordException(place, "write a number, not " + kind(json));
    }

    private static long whole(Object json, Place place, long min, long max) {
        BigDecimal number = number(json, place);
        // An exponent may stand for a billion digits; none of ours is written with one.
        if (number.scale() != 0
                || number.compareTo(BigDecimal.valueOf(min)) < 0
                || number.compareTo(BigDecimal.valueOf(max)) > 0) {
            throw new BadRecordException(place, "write a whole number from " + min + " to " + max);
        }
        return number.longValueExact();
    }

    private static String kind(Object json) {
        return switch (json) {
            case String text -> "a text";
            case Boolean truth -> "true or false";
            case BigDecimal number -> "a number";
            case List<?> list -> "a list";
            default -> "an object";
        };
    }
}
