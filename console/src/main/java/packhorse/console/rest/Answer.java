package packhorse.console.rest;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;
import packhorse.console.ledger.Stored;

/** What an act says. */
sealed interface Answer {
    /** It was done, and there is nothing to show. */
    record Done() implements Answer {}

    /**
     * A value.
     *
     * @param body written as JSON
     * @param id of the record, where it is one
     * @param version for the {@code ETag}, where it has one
     */
    record Value(Object body, Optional<String> id, OptionalLong version) implements Answer {}

    /**
     * What was answered when the same was asked before.
     *
     * @param json of the body, where it had one
     */
    record Kept(int status, Optional<String> json, OptionalLong version, Optional<String> place) implements Answer {}

    /**
     * A file.
     *
     * @param name to keep it by, where it is for keeping
     * @param tag what names exactly these bytes, where they never change
     */
    record File(String mediaType, Optional<String> name, Optional<String> tag, Writing writing) implements Answer {
        File(String mediaType, Optional<String> name, Writing writing) {
            this(mediaType, name, Optional.empty(), writing);
        }
    }

    /**
     * Events as they happen, until the listener is gone.
     *
     * @param feed writes them
     */
    record Events(EventFeed.Listener feed) implements Answer {}

    /** Writes what may be too long for memory. */
    @FunctionalInterface
    interface Writing {
        void to(OutputStream out) throws IOException;
    }

    static Answer done() {
        return new Done();
    }

    static Answer of(Object value) {
        return new Value(value, Optional.empty(), OptionalLong.empty());
    }

    static Answer of(Stored<?> stored) {
        return new Value(Versioned.of(stored), Optional.of(stored.id()), OptionalLong.of(stored.version()));
    }

    /** A page of what was asked for with one more than {@code limit}, by id. */
    static <T> Answer storedPage(List<Stored<T>> oneMore, int limit) {
        return page(oneMore.stream().map(Versioned::of).toList(), limit, Versioned::id);
    }

    /**
     * A page of what was asked for with one more than {@code limit}.
     *
     * @param cursor the place of an item in the list
     */
    static <T> Answer page(List<T> oneMore, int limit, Function<T, String> cursor) {
        boolean more = oneMore.size() > limit;
        List<T> items = more ? oneMore.subList(0, limit) : oneMore;
        return of(new Page<>(items, more ? Optional.of(cursor.apply(items.getLast())) : Optional.empty()));
    }

    /** As the ledger has it, but for what nobody is shown. */
    static <T, V> Answer of(Stored<T> stored, Function<T, V> view) {
        return new Value(Versioned.of(stored, view), Optional.of(stored.id()), OptionalLong.of(stored.version()));
    }

    /** A page, but for what nobody is shown. */
    static <T, V> Answer storedPage(List<Stored<T>> oneMore, int limit, Function<T, V> view) {
        return page(oneMore.stream().map(one -> Versioned.of(one, view)).toList(), limit, Versioned::id);
    }

    /** All of what there are few, but for what nobody is shown. */
    static <T, V> Answer storedList(List<Stored<T>> all, Function<T, V> view) {
        return of(new Page<>(all.stream().map(one -> Versioned.of(one, view)).toList(), Optional.empty()));
    }

    /** All of what there are few. */
    static <T> Answer storedList(List<Stored<T>> all) {
        return of(new Page<>(all.stream().map(Versioned::of).toList(), Optional.empty()));
    }

    static Answer file(String mediaType, Optional<String> name, byte[] bytes) {
        return new File(mediaType, name, out -> out.write(bytes));
    }

    static Answer text(String mediaType, String text) {
        return file(mediaType, Optional.empty(), text.getBytes(StandardCharsets.UTF_8));
    }
}
