package packhorse.console.json;

/** Says for tests outside how the JSON of a type looks. */
public final class Forms {
    private Forms() {}

    /** Whether it is a text. */
    public static boolean isText(Class<?> type) {
        return type == String.class || Texts.of(type).isPresent();
    }

    /** Whether it is a whole number. */
    public static boolean isWhole(Class<?> type) {
        return type == int.class
                || type == long.class
                || type == Integer.class
                || type == Long.class
                || Numbers.of(type).isPresent();
    }

    /** All records of a sealed kind, by their names. */
    public static java.util.Map<String, Class<?>> family(Class<?> kind) {
        return RecordType.family(kind);
    }

    /** What a record says of which kind it is; empty where it is of none. */
    public static java.util.Optional<String> is(Class<?> record) {
        return RecordType.of(record).is();
    }
}
