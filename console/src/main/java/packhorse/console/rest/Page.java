package packhorse.console.rest;

import java.util.List;
import java.util.Optional;

/**
 * A page of a list.
 *
 * @param items in the list's order
 * @param next what to ask with {@code after=} for the next page; absent on the last
 */
public record Page<T>(List<T> items, Optional<String> next) {
    public Page {
        items = List.copyOf(items);
    }
}
