package packhorse.console.rest;

import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Reads names of what there are few of. */
final class Names {
    private Names() {}

    /** Reads a constant's name, as records write it. */
    static <E extends Enum<E>> Function<String, E> of(Class<E> type) {
        return text -> Arrays.stream(type.getEnumConstants())
                .filter(one -> one.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("none of "
                        + Arrays.stream(type.getEnumConstants()).map(Enum::name).collect(Collectors.joining(", "))));
    }
}
