package packhorse.console.json;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.Collection;
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
import java.util.random.RandomGenerator;
import packhorse.core.UsageException;

/** Makes values of any type that has a JSON form, by chance: components are drawn until the record takes them. */
public final class AnyRecord {
    /** Most records take the first; a few want components that fit each other. */
    private static final int TRIES = 400;

    private static final int DEPTH_FULL = 9;

    private static final List<String> TEXTS = List.of(
            "",
            "a",
            "acme/editor",
            "acme/editor/1.0-2/linux",
            "beta",
            "CO-2026-0001",
            "CO-2026-0777",
            "CO-2026-0001/D1",
            "CO-2026-0001/D2/W0",
            "CO-2026-0001/D2/W1/17.2",
            "CR-2026-0001",
            "CR-2026-12345",
            "PR-2026-0001",
            "DF-2026-0003",
            "PM-2026-0001",
            "DE-2026-0002",
            "PB-2026-0002",
            "1:2.0~rc1-3",
            "Europe/Berlin",
            "UTC",
            "PT0S",
            "PT15M",
            "PT8H30M",
            "P2D",
            "2026-03-02T08:00:00Z",
            "2026-03-29T01:30:00.123456Z",
            "2027-01-01T00:00:00Z",
            "2026-03-02",
            "2026-04-01",
            "22:15",
            "2026-03-02T08:00",
            "2026-03-05T08:00",
            "00112233445566778899aabbccddeeff",
            "ffeeddccbbaa99887766554433221100",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "größer \"als\" \\ 日本 \uD83D\uDE80",
            "two\nlines\tof prose");

    private final RandomGenerator random;

    public AnyRecord(RandomGenerator random) {
        this.random = random;
    }

    /** One of this type. */
    public <T> T of(Class<T> type) {
        return type.cast(any(type, 0));
    }

    private Object any(Type type, int depth) {
        return type instanceof ParameterizedType parameters
                ? generic((Class<?>) parameters.getRawType(), parameters.getActualTypeArguments(), depth)
                : simple((Class<?>) type, depth);
    }

    private Object simple(Class<?> type, int depth) {
        if (type == String.class) {
            return TEXTS.get(random.nextInt(TEXTS.size()));
        }
        if (type == boolean.class || type == Boolean.class) {
            return random.nextBoolean();
        }
        if (type == int.class || type == Integer.class) {
            return random.nextInt(-1, 12);
        }
        if (type == long.class || type == Long.class) {
            return random.nextInt(4) == 0 ? random.nextLong() : random.nextLong(0, 100);
        }
        if (type == double.class || type == Double.class) {
            return switch (random.nextInt(5)) {
                case 0 -> random.nextDouble() * 1e-7;
                case 1 -> random.nextDouble(0.5, 1);
                case 2 -> 0.05;
                case 3 -> random.nextDouble(1, 3);
                default -> random.nextDouble(0, 0.4);
            };
        }
        if (type == OptionalInt.class) {
            return some() ? OptionalInt.of((int) simple(int.class, depth)) : OptionalInt.empty();
        }
        if (type == OptionalLong.class) {
            return some() ? OptionalLong.of((long) simple(long.class, depth)) : OptionalLong.empty();
        }
        if (type == OptionalDouble.class) {
            return some() ? OptionalDouble.of((double) simple(double.class, depth)) : OptionalDouble.empty();
        }
        if (type.isEnum()) {
            return type.getEnumConstants()[random.nextInt(type.getEnumConstants().length)];
        }
        if (Numbers.of(type).isPresent()) {
            return Numbers.of(type).get().read().apply(random.nextLong(1, 1L << 50));
        }
        if (Texts.of(type).isPresent()) {
            return text(type, Texts.of(type).get());
        }
        if (type.isSealed()) {
            List<Class<?>> family = List.copyOf(RecordType.family(type).values());
            return simple(family.get(random.nextInt(family.size())), depth);
        }
        if (type.isRecord()) {
            return record(type, depth);
        }
        throw new IllegalArgumentException("no value of " + type);
    }

    private Object text(Class<?> type, Texts.Form form) {
        List<Object> fitting = new ArrayList<>();
        for (String text : TEXTS) {
            try {
                fitting.add(form.read().apply(text));
            } catch (IllegalArgumentException | DateTimeException e) {
                // Another type's.
            }
        }
        if (fitting.isEmpty()) {
            throw new IllegalStateException("no text of this class is a " + type);
        }
        return fitting.get(random.nextInt(fitting.size()));
    }

    private boolean some() {
        return random.nextBoolean();
    }

    private Object generic(Class<?> raw, Type[] types, int depth) {
        if (raw == Optional.class) {
            return some() ? Optional.of(any(types[0], depth)) : Optional.empty();
        }
        if (raw == List.class) {
            return fill(new ArrayList<>(), types[0], depth);
        }
        if (raw == Set.class) {
            return fill(new LinkedHashSet<>(), types[0], depth);
        }
        if (raw == SortedSet.class) {
            return fill(new TreeSet<>(), types[0], depth);
        }
        if (raw == Map.class || raw == SortedMap.class) {
            Map<Object, Object> map = raw == Map.class ? new LinkedHashMap<>() : new TreeMap<>();
            for (int i = count(depth); i > 0; i--) {
                map.put(any(types[0], depth), any(types[1], depth));
            }
            return map;
        }
        throw new IllegalArgumentException("no value of " + raw);
    }

    private Collection<Object> fill(Collection<Object> into, Type type, int depth) {
        for (int i = count(depth); i > 0; i--) {
            into.add(any(type, depth));
        }
        return into;
    }

    private int count(int depth) {
        return random.nextInt(depth < DEPTH_FULL ? 4 : 2);
    }

    private Object record(Class<?> type, int depth) {
        RecordType known = RecordType.of(type);
        RuntimeException last = new IllegalStateException("not tried");
        for (int i = 0; i < TRIES; i++) {
            Object[] values = known.components().stream()
                    .map(component -> any(component.getGenericType(), depth + 1))
                    .toArray();
            try {
                return known.make(values);
            } catch (IllegalArgumentException | DateTimeException | ArithmeticException | UsageException e) {
                last = e;
            }
        }
        throw new IllegalStateException("no " + type + " by chance: " + last.getMessage(), last);
    }
}
