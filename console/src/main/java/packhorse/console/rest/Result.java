package packhorse.console.rest;

import java.util.List;
import java.util.Optional;

/** What a route answers when all is well, for the OpenAPI document. */
public sealed interface Result {
    /** Nothing but that it was done. */
    record None() implements Result {}

    /**
     * One value as JSON.
     *
     * @param type of the value, or of what the ledger stores
     * @param stored whether it comes with its version, in the form of {@link packhorse.console.ledger.Stored}
     * @param collection where it is found from now on, where it is new: {@code /api/v1/orders}
     */
    record One(Class<?> type, boolean stored, Optional<String> collection) implements Result {}

    /**
     * A page of a list.
     *
     * @param type of each item
     * @param stored whether each comes with its version
     */
    record Listed(Class<?> type, boolean stored) implements Result {}

    /**
     * A file.
     *
     * @param mediaTypes of it, as the caller wants it
     */
    record File(List<String> mediaTypes) implements Result {
        public File {
            mediaTypes = List.copyOf(mediaTypes);
        }
    }

    /** Events as they happen. */
    record Events() implements Result {}

    /** Of an answer without trouble. */
    default int status() {
        return switch (this) {
            case None none -> 204;
            case One one -> one.collection().isPresent() ? 201 : 200;
            case Listed listed -> 200;
            case File file -> 200;
            case Events events -> 200;
        };
    }
}
