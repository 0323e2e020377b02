package packhorse.console.fleet;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import packhorse.core.content.Version;
import packhorse.core.unit.ByteCount;

/**
 * What queries over one kind of record may ask for: endpoints, orders, waves. Fields have a name; a family has a word, a dot and a key that the
 * query gives, {@code label.env}. Immutable; made once for each kind of record.
 */
public final class Fields<R> {
    /** What one selector may have. */
    static final int SELECTOR_CHARS_MAX = 200;

    private static final Pattern NAME = Pattern.compile("[a-zA-Z][a-zA-Z0-9]*(\\.[a-zA-Z][a-zA-Z0-9]*)?");

    private final String what;
    private final SortedMap<String, Field<R>> fields;
    private final SortedMap<String, Family<R>> families;
    private final SortedMap<String, Choice<R>> choices;

    private Fields(Builder<R> builder) {
        this(builder.what, builder.fields, builder.families, builder.choices);
    }

    private Fields(
            String what,
            SortedMap<String, Field<R>> fields,
            SortedMap<String, Family<R>> families,
            SortedMap<String, Choice<R>> choices) {
        this.what = what;
        this.choices = Collections.unmodifiableSortedMap(new TreeMap<>(choices));
        this.fields = Collections.unmodifiableSortedMap(new TreeMap<>(fields));
        this.families = Collections.unmodifiableSortedMap(new TreeMap<>(families));
    }

    /** Fields whose key the query gives. */
    private record Family<R>(String key, String meaning, Kind kind, Function<String, Field<R>> field) {}

    /** Values that are worked out only as far as a query names them. */
    @FunctionalInterface
    public interface Choice<R> {
        /**
         * The values of records among {@code named}.
         *
         * @throws IllegalArgumentException where the query names what cannot be
         */
        Field.Values<R> among(List<Operand> named);
    }

    /**
     * One line of a description.
     *
     * @param selector a family's with its key in angle brackets
     */
    public record Described(String selector, Kind kind, String meaning) {}

    /** Begins a description; {@code what} is what a record is for people, {@code an endpoint}. */
    public static <R> Builder<R> of(String what) {
        return new Builder<>(what);
    }

    /** What a record is, with its article. */
    public String what() {
        return what;
    }

    /** Everything that may be asked for. */
    public List<Described> described() {
        return Stream.concat(
                        fields.values().stream()
                                .map(field -> new Described(field.name(), field.kind(), field.meaning())),
                        families.entrySet().stream()
                                .map(family -> new Described(
                                        family.getKey() + ".<"
                                                + family.getValue().key() + ">",
                                        family.getValue().kind(),
                                        family.getValue().meaning())))
                .toList();
    }

    /**
     * The field that a selector names.
     *
     * @throws IllegalArgumentException where there is none, with the nearest name
     */
    public Field<R> field(String selector) {
        if (selector.length() > SELECTOR_CHARS_MAX) {
            throw new IllegalArgumentException(
                    "a selector has at most " + SELECTOR_CHARS_MAX + " characters, not " + selector.length());
        }
        Field<R> field = fields.get(selector);
        if (field != null) {
            return field;
        }
        int dot = selector.indexOf('.');
        String word = dot < 0 ? selector : selector.substring(0, dot);
        Family<R> family = families.get(word);
        if (family != null && dot > 0 && dot + 1 < selector.length()) {
            return family.field().apply(selector.substring(dot + 1));
        }
        if (family != null) {
            throw new IllegalArgumentException(
                    "\"" + selector + "\" lacks its key; write " + word + ".<" + family.key() + ">");
        }
        throw new IllegalArgumentException(
                what + " has no \"" + selector + "\"" + meant(selector, dot) + " (" + String.join(", ", all()) + ")");
    }

    private String meant(String selector, int dot) {
        List<String> candidates = new ArrayList<>(fields.keySet());
        if (dot > 0) {
            families.keySet().forEach(word -> candidates.add(word + selector.substring(dot)));
        } else {
            families.forEach((word, family) -> candidates.add(word + ".<" + family.key() + ">"));
        }
        return Nearest.hint(selector, candidates);
    }

    private List<String> all() {
        return described().stream().map(Described::selector).toList();
    }

    /**
     * What a comparison's values are.
     *
     * @throws IllegalArgumentException where the operator is none for the field, or a value is nothing of its kind
     */
    public Comparison<R> comparison(Field<R> field, Operator operator, List<String> values) {
        if (operator.isOrdering() && !field.kind().isOrdered()) {
            throw new IllegalArgumentException(
                    "\"" + field.name() + "\" is " + field.kind().title() + ", which " + operator.symbol()
                            + " does not compare; use == != =in= =out=");
        }
        if (values.isEmpty()) {
            throw new IllegalArgumentException("\"" + field.name() + "\" is compared with nothing; name a value");
        }
        if (values.size() > 1 && !operator.takesList()) {
            throw new IllegalArgumentException(
                    operator.symbol() + " takes one value, not " + values.size() + "; use =in= or =out= for a list");
        }
        List<Operand> operands = new ArrayList<>();
        for (String value : values) {
            try {
                operands.add(field.kind().read(value, field.words(), !operator.isOrdering()));
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "\"" + field.name() + "\" is " + field.kind().title() + ": " + e.getMessage(), e);
            }
        }
        operands = operands.stream().distinct().toList();
        Choice<R> choice = choices.get(field.name());
        Field<R> asked = choice == null
                ? field
                : new Field<>(field.name(), field.kind(), field.words(), field.meaning(), choice.among(operands));
        return new Comparison<>(asked, operator, operands);
    }

    /** Puts a description together. */
    public static final class Builder<R> {
        private final String what;
        private final SortedMap<String, Field<R>> fields = new TreeMap<>();
        private final SortedMap<String, Family<R>> families = new TreeMap<>();
        private final SortedMap<String, Choice<R>> choices = new TreeMap<>();

        private Builder(String what) {
            this.what = what;
        }

        /** A text, or several. */
        public Builder<R> text(String name, String meaning, Function<R, Collection<String>> values) {
            return field(name, Kind.TEXT, new TreeSet<>(), meaning, (record, now) -> values.apply(record));
        }

        /** Texts that cost something: only those are worked out that a query names. */
        public Builder<R> chosen(String name, String meaning, Choice<R> choice) {
            choices.put(name, choice);
            return field(name, Kind.TEXT, new TreeSet<>(), meaning, (record, now) -> List.of());
        }

        /** One of {@code words}. */
        public Builder<R> word(
                String name, String meaning, SortedSet<String> words, Function<R, Collection<String>> values) {
            return field(name, Kind.WORD, words, meaning, (record, now) -> values.apply(record));
        }

        /** A whole number. */
        public Builder<R> number(String name, String meaning, Function<R, Collection<Long>> values) {
            return field(name, Kind.NUMBER, new TreeSet<>(), meaning, (record, now) -> values.apply(record));
        }

        /** An amount of bytes. */
        public Builder<R> bytes(String name, String meaning, Function<R, Collection<ByteCount>> values) {
            return field(name, Kind.BYTES, new TreeSet<>(), meaning, (record, now) -> values.apply(record));
        }

        /** A version. */
        public Builder<R> version(String name, String meaning, Function<R, Collection<Version>> values) {
            return field(name, Kind.VERSION, new TreeSet<>(), meaning, (record, now) -> values.apply(record));
        }

        /** A moment. */
        public Builder<R> time(String name, String meaning, Function<R, Collection<Instant>> values) {
            return field(name, Kind.TIME, new TreeSet<>(), meaning, (record, now) -> values.apply(record));
        }

        /** Yes or no. */
        public Builder<R> yesNo(String name, String meaning, Function<R, Collection<Boolean>> values) {
            return field(name, Kind.YES_NO, new TreeSet<>(), meaning, (record, now) -> values.apply(record));
        }

        /** Texts by key. */
        public Builder<R> texts(
                String word, String key, String meaning, BiFunction<R, String, Collection<String>> values) {
            return family(word, key, meaning, Kind.TEXT, new TreeSet<>(), values);
        }

        /** Versions by key. */
        public Builder<R> versions(
                String word, String key, String meaning, BiFunction<R, String, Collection<Version>> values) {
            return family(word, key, meaning, Kind.VERSION, new TreeSet<>(), values);
        }

        /** Words by key. */
        public Builder<R> words(
                String word,
                String key,
                String meaning,
                SortedSet<String> words,
                BiFunction<R, String, Collection<String>> values) {
            return family(word, key, meaning, Kind.WORD, words, values);
        }

        private Builder<R> field(
                String name, Kind kind, SortedSet<String> words, String meaning, Field.Values<R> values) {
            if (!NAME.matcher(name).matches()
                    || fields.put(name, new Field<>(name, kind, words, meaning, values)) != null) {
                throw new IllegalArgumentException("no field can be called " + name + " (again)");
            }
            return this;
        }

        private Builder<R> family(
                String word,
                String key,
                String meaning,
                Kind kind,
                SortedSet<String> words,
                BiFunction<R, String, ? extends Collection<?>> values) {
            Function<String, Field<R>> field = given ->
                    new Field<>(word + "." + given, kind, words, meaning, (record, now) -> values.apply(record, given));
            if (!NAME.matcher(word).matches() || families.put(word, new Family<>(key, meaning, kind, field)) != null) {
                throw new IllegalArgumentException("no family can be called " + word + " (again)");
            }
            return this;
        }

        /** The description. */
        public Fields<R> build() {
            return new Fields<>(this);
        }
    }
}
