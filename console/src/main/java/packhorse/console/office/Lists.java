package packhorse.console.office;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import packhorse.console.fleet.Query;
import packhorse.console.ledger.Kind;
import packhorse.console.ledger.Look;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Stored;

/** Lists of records, whole or page by page. */
public final class Lists {
    /** What one look gives at most. */
    static final int PAGE_MAX = 1_000;

    /** No order has more results, defects or problems than people can write down. */
    private static final int WHOLE_MAX = 100_000;

    private Lists() {}

    /** One page, in the order of the ids. */
    static <T> List<Stored<T>> page(
            Pages pages, Kind<T> kind, Optional<String> state, Optional<String> parent, String after, int limit) {
        if (limit < 1 || limit > PAGE_MAX) {
            throw Desk.invalid("a page of " + limit + " records; ask for 1 to " + PAGE_MAX);
        }
        return pages.list(kind, new Look(state, parent, after, limit));
    }

    /** One page of those that fit, in the order of the ids. Cost: O(records), where few fit. */
    static <T> List<Stored<T>> page(
            Pages pages,
            Kind<T> kind,
            Optional<String> state,
            Optional<String> parent,
            Optional<Query<Stored<T>>> filter,
            String after,
            int limit) {
        if (filter.isEmpty()) {
            return page(pages, kind, state, parent, after, limit);
        }
        List<Stored<T>> found = new ArrayList<>();
        String from = after;
        while (found.size() < limit) {
            List<Stored<T>> some = page(pages, kind, state, parent, from, PAGE_MAX);
            some.stream()
                    .filter(one -> filter.get().matches(one, pages.now()))
                    .limit(limit - found.size())
                    .forEach(found::add);
            if (some.size() < PAGE_MAX) {
                break;
            }
            from = some.getLast().id();
        }
        return found;
    }

    /** All that belong to one record. */
    public static <T> List<T> of(Pages pages, Kind<T> kind, String parent) {
        return all(pages, kind, Optional.of(parent)).stream().map(Stored::value).toList();
    }

    /** All there are. */
    public static <T> List<Stored<T>> all(Pages pages, Kind<T> kind, Optional<String> parent) {
        List<Stored<T>> all = new ArrayList<>();
        String after = "";
        while (all.size() < WHOLE_MAX) {
            List<Stored<T>> page = pages.list(kind, new Look(Optional.empty(), parent, after, PAGE_MAX));
            all.addAll(page);
            if (page.size() < PAGE_MAX) {
                break;
            }
            after = page.get(page.size() - 1).id();
        }
        return all;
    }
}
