package packhorse.console.json;

import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import packhorse.core.unit.ByteCount;
import packhorse.core.unit.ByteRate;

/** The types of the domain whose JSON is a whole number. */
final class Numbers {
    /** Both ways. */
    record Form(Function<Object, Long> write, Function<Long, Object> read) {}

    private static final Map<Class<?>, Form> KNOWN = Map.of(
            ByteCount.class, new Form(value -> ((ByteCount) value).bytes(), ByteCount::new),
            ByteRate.class, new Form(value -> ((ByteRate) value).bytesPerSecond(), ByteRate::new));

    private Numbers() {}

    static Optional<Form> of(Class<?> type) {
        return Optional.ofNullable(KNOWN.get(type));
    }
}
