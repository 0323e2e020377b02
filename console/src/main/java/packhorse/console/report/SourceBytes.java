package packhorse.console.report;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/**
 * Bytes by where they came from.
 *
 * @param bytes none negative; a source that is not there gave none
 */
public record SourceBytes(Map<Source, Long> bytes) {
    /** None. */
    public static final SourceBytes NONE = new SourceBytes(Map.of());

    public SourceBytes {
        Map<Source, Long> ordered = new EnumMap<>(Source.class);
        bytes.forEach((source, count) -> {
            if (count < 0) {
                throw new IllegalArgumentException(count + " bytes from " + source.key());
            }
            if (count > 0) {
                ordered.put(source, count);
            }
        });
        bytes = Collections.unmodifiableMap(ordered);
    }

    /** What an agent says that tells only the WAN from its site. */
    public static SourceBytes of(long wan, long lan) {
        return new SourceBytes(Map.of(Source.WAN, wan, Source.LAN, lan));
    }

    /** From one source. */
    public long of(Source source) {
        return bytes.getOrDefault(source, 0L);
    }

    /** From all. */
    public long sum() {
        return bytes.values().stream().mapToLong(Long::longValue).reduce(0, Math::addExact);
    }

    /** Over the site's WAN link. */
    public long wan() {
        return bytes.entrySet().stream()
                .filter(entry -> entry.getKey().overWan())
                .mapToLong(Map.Entry::getValue)
                .reduce(0, Math::addExact);
    }

    /** Both together. */
    public SourceBytes plus(SourceBytes other) {
        Map<Source, Long> sum = new EnumMap<>(Source.class);
        sum.putAll(bytes);
        other.bytes.forEach((source, count) -> sum.merge(source, count, Math::addExact));
        return new SourceBytes(sum);
    }
}
