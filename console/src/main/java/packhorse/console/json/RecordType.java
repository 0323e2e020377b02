package packhorse.console.json;

import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** A record's components, how they are taken and how it is made of them; and its name where it is one of a sealed kind. */
final class RecordType {
    /** The key that says which of a sealed kind it is. */
    static final String IS = "is";

    private static final ClassValue<RecordType> ALL = new ClassValue<>() {
        @Override
        protected RecordType computeValue(Class<?> type) {
            return new RecordType(type);
        }
    };

    private final Class<?> type;
    private final List<RecordComponent> components;
    private final List<Method> accessors = new ArrayList<>();
    private final Constructor<?> constructor;
    private final Optional<String> is;

    private RecordType(Class<?> type) {
        this.type = type;
        this.components = List.of(type.getRecordComponents());
        for (RecordComponent component : components) {
            Method accessor = component.getAccessor();
            accessor.setAccessible(true);
            accessors.add(accessor);
        }
        try {
            this.constructor = type.getDeclaredConstructor(
                    components.stream().map(RecordComponent::getType).toArray(Class<?>[]::new));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
        constructor.setAccessible(true);
        this.is = isOfSealedKind(type) ? Optional.of(nameOf(type)) : Optional.empty();
        if (is.isPresent() && components.stream().anyMatch(one -> one.getName().equals(IS))) {
            throw new IllegalStateException(type + " is one of a sealed kind and has a component \"" + IS + "\"");
        }
    }

    static RecordType of(Class<?> type) {
        return ALL.get(type);
    }

    private static boolean isOfSealedKind(Class<?> type) {
        return Arrays.stream(type.getInterfaces()).anyMatch(kind -> kind.isSealed() || isOfSealedKind(kind));
    }

    private static String nameOf(Class<?> type) {
        String name = type.getSimpleName();
        return name.substring(0, 1).toLowerCase(Locale.ROOT) + name.substring(1);
    }

    private static final ClassValue<Map<String, Class<?>>> FAMILIES = new ClassValue<>() {
        @Override
        protected Map<String, Class<?>> computeValue(Class<?> kind) {
            return Collections.unmodifiableMap(membersOf(kind));
        }
    };

    /** All records of a sealed kind, by their names. */
    static Map<String, Class<?>> family(Class<?> kind) {
        return FAMILIES.get(kind);
    }

    private static Map<String, Class<?>> membersOf(Class<?> kind) {
        Map<String, Class<?>> all = new TreeMap<>();
        for (Class<?> one : kind.getPermittedSubclasses()) {
            Map<String, Class<?>> more = one.isSealed() ? membersOf(one) : Map.of(nameOf(one), one);
            more.forEach((name, type) -> {
                Class<?> other = all.put(name, type);
                if (other != null && other != type) {
                    throw new IllegalStateException(kind + " has two that are called " + name);
                }
            });
        }
        return all;
    }

    List<RecordComponent> components() {
        return components;
    }

    Optional<String> is() {
        return is;
    }

    Object value(Object record, int component) {
        try {
            return accessors.get(component).invoke(record);
        } catch (InvocationTargetException e) {
            throw thrown(e);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes one; what its constructor throws comes out of here. */
    Object make(Object[] values) {
        try {
            return constructor.newInstance(values);
        } catch (InvocationTargetException e) {
            throw thrown(e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(type.getName(), e);
        }
    }

    static RuntimeException thrown(InvocationTargetException e) {
        return e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    }
}
