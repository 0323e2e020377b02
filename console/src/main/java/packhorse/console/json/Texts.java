package packhorse.console.json;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.VersionRange;
import packhorse.core.unit.Durations;

/**
 * The types whose JSON is a text: enums, times, and the names and identifiers of the domain. A domain type is one where it is comparable
 * and either a record of one text or has a {@code parse} that reads what {@code toString} writes.
 */
final class Texts {
    /**
     * Both ways.
     *
     * @param read throws {@link IllegalArgumentException} or {@link java.time.DateTimeException} with what is wrong
     */
    record Form(Function<Object, String> write, Function<String, Object> read) {}

    private static final String PARSE = "parse";

    private static final Map<Class<?>, Form> KNOWN = Map.of(
            Instant.class, form(Instant::parse),
            Duration.class, form(Durations::parse),
            LocalDate.class, form(LocalDate::parse),
            LocalTime.class, form(LocalTime::parse),
            LocalDateTime.class, form(LocalDateTime::parse),
            ZoneId.class, form(ZoneId::of),
            VersionRange.class, form(VersionRange::parse),
            ReleaseId.class, new Form(id -> release((ReleaseId) id), Texts::release));

    private static final ClassValue<Optional<Form>> FOUND = new ClassValue<>() {
        @Override
        protected Optional<Form> computeValue(Class<?> type) {
            return find(type);
        }
    };

    private Texts() {}

    /** How a type is a text, where it is one. */
    static Optional<Form> of(Class<?> type) {
        return FOUND.get(type);
    }

    private static Form form(Function<String, Object> read) {
        return new Form(Object::toString, read);
    }

    private static Optional<Form> find(Class<?> type) {
        if (type.isEnum()) {
            return Optional.of(new Form(value -> ((Enum<?>) value).name(), names(type)));
        }
        if (type.getSuperclass() != null && type.getSuperclass().isEnum()) {
            return of(type.getSuperclass());
        }
        if (ZoneId.class.isAssignableFrom(type)) {
            return Optional.ofNullable(KNOWN.get(ZoneId.class));
        }
        Form known = KNOWN.get(type);
        if (known != null) {
            return Optional.of(known);
        }
        if (Numbers.of(type).isPresent() || !Comparable.class.isAssignableFrom(type) || type == String.class) {
            return Optional.empty();
        }
        return parsed(type).or(() -> oneText(type));
    }

    private static Function<String, Object> names(Class<?> type) {
        Map<String, Object> byName = new ConcurrentHashMap<>();
        for (Object constant : type.getEnumConstants()) {
            byName.put(((Enum<?>) constant).name(), constant);
        }
        return text -> {
            Object constant = byName.get(text);
            if (constant == null) {
                throw new IllegalArgumentException("\"" + text + "\" is none of "
                        + String.join(", ", byName.keySet().stream().sorted().toList()));
            }
            return constant;
        };
    }

    private static Optional<Form> parsed(Class<?> type) {
        for (Method method : type.getDeclaredMethods()) {
            if (method.getName().equals(PARSE)
                    && Modifier.isStatic(method.getModifiers())
                    && Modifier.isPublic(method.getModifiers())
                    && method.getReturnType() == type
                    && method.getParameterCount() == 1
                    && method.getParameterTypes()[0] == String.class) {
                return Optional.of(form(text -> made(() -> method.invoke(null, text))));
            }
        }
        return Optional.empty();
    }

    private static Optional<Form> oneText(Class<?> type) {
        RecordComponent[] components = type.isRecord() ? type.getRecordComponents() : new RecordComponent[0];
        if (components.length != 1 || components[0].getType() != String.class) {
            return Optional.empty();
        }
        RecordType maker = RecordType.of(type);
        return Optional.of(new Form(value -> (String) maker.value(value, 0), text -> maker.make(new Object[] {text})));
    }

    private interface Making {
        Object make() throws ReflectiveOperationException;
    }

    private static Object made(Making making) {
        try {
            return making.make();
        } catch (InvocationTargetException e) {
            throw RecordType.thrown(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static final String MANIFEST = ".json";

    /** {@code publisher/product/version/platform}. */
    private static String release(ReleaseId id) {
        String path = id.targetPath();
        return path.substring(0, path.length() - MANIFEST.length());
    }

    private static ReleaseId release(String text) {
        try {
            return ReleaseId.ofTargetPath(text + MANIFEST);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "\"" + text + "\" is no release; write publisher/product/version/platform", e);
        }
    }
}
