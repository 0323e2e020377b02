package packhorse.console.json;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;
import packhorse.core.PlainText;
import packhorse.core.UsageException;

/** The one form of the console's records: in the ledger, over REST, in files. What {@link #write} writes {@link #read} reads back as equal. */
public final class Records {
    /** Longer documents are nobody's: the longest record names a million endpoints. */
    public static final int CHARS_MAX = 48 << 20;

    private Records() {}

    /**
     * The compact JSON of a value, always the same for equal values.
     *
     * @param value a record, or lists, sets and maps of records, texts, numbers and truth
     * @throws IllegalArgumentException for a type that has no form: a fault of ours
     */
    public static String write(Object value) {
        return RecordWriter.write(value);
    }

    /**
     * Reads a value.
     *
     * @param type a record, or the sealed interface of some
     * @param where what is read, for people: a file's name, "the request's body"
     * @throws UsageException for anything that is not one, as {@code where: $.place.in.it: why}
     */
    public static <T> T read(Class<T> type, String json, String where) {
        return type.cast(read((Type) type, json, where));
    }

    /** Reads a value of a type with parameters, {@code new Shape<Map<String, Window>>() {}}; as {@link #read(Class, String, String)}. */
    @SuppressWarnings("unchecked")
    public static <T> T read(Shape<T> shape, String json, String where) {
        return (T) read(shape.type(), json, where);
    }

    /** Reads a list; as {@link #read(Class, String, String)}. */
    @SuppressWarnings("unchecked")
    public static <T> List<T> readList(Class<T> element, String json, String where) {
        return (List<T>) read(new ListOf(element), json, where);
    }

    /**
     * Reads a value of which nothing is known: maps in the document's order, lists, texts, {@link java.math.BigDecimal} and truth.
     *
     * @throws UsageException where it is no JSON
     */
    public static Object plain(String json, String where) {
        try {
            return Tree.parse(json);
        } catch (BadRecordException e) {
            throw new UsageException(where + ": " + PlainText.line(String.valueOf(e.getMessage())), e);
        }
    }

    private static Object read(Type type, String json, String where) {
        try {
            return RecordReader.read(type, Tree.parse(json), Place.root());
        } catch (BadRecordException e) {
            throw new UsageException(where + ": " + PlainText.line(String.valueOf(e.getMessage())), e);
        }
    }

    private record ListOf(Class<?> element) implements ParameterizedType {
        @Override
        public Type[] getActualTypeArguments() {
            return new Type[] {element};
        }

        @Override
        public Type getRawType() {
            return List.class;
        }

        @Override
        public @Nullable Type getOwnerType() {
            return null;
        }
    }
}
