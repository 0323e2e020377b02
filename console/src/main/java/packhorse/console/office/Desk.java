package packhorse.console.office;

import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import packhorse.console.change.Actor;
import packhorse.console.change.Outcome;
import packhorse.console.change.Role;
import packhorse.console.ledger.Books;
import packhorse.console.ledger.Kind;
import packhorse.console.ledger.Pages;
import packhorse.console.ledger.Refusal;
import packhorse.console.ledger.Refusal.Why;
import packhorse.console.ledger.Stored;

/** What all offices have in common: a transaction in a person's name, and the domain's "no" as a {@link Refusal}. */
final class Desk {
    /** The audit trail keeps what was decided; the whole of a long text stands in the record. */
    private static final int DETAIL_CHARS_MAX = 500;

    private final Books books;

    Desk(Books books) {
        this.books = books;
    }

    /** One transaction in the name of {@code who}. What is no valid value is refused as such. */
    <T> T write(Actor who, Function<Pages, T> work) {
        return books.write(who, pages -> valid(() -> work.apply(pages)));
    }

    /** Looks, as of one moment. */
    <T> T read(Function<Pages, T> work) {
        return books.read(work);
    }

    /** Runs what makes values of what a person wrote. */
    static <T> T valid(java.util.function.Supplier<T> work) {
        try {
            return work.get();
        } catch (IllegalArgumentException e) {
            throw new Refusal(Why.INVALID, String.valueOf(e.getMessage()));
        }
    }

    /**
     * Writes a record by its name.
     *
     * @param seen its version; 0: there is none yet; absent: whatever is there
     */
    static <T> Stored<T> put(Pages pages, Kind<T> kind, String id, OptionalLong seen, T value) {
        boolean fresh =
                seen.isPresent() ? seen.getAsLong() == 0 : pages.find(kind, id).isEmpty();
        return fresh ? pages.add(kind, id, value) : pages.change(pages.get(kind, id, seen), value);
    }

    /** What came of it, or the domain's reason. */
    static <T> T require(Outcome<T> outcome) {
        return Refusal.unless(outcome);
    }

    /** Refuses whoever holds none of these roles. */
    static void requireRole(Actor.Person who, Set<Role> roles, String what) {
        if (!who.isOneOf(roles)) {
            throw new Refusal(
                    Why.FORBIDDEN,
                    what + " by "
                            + String.join(
                                    ", ",
                                    roles.stream().sorted().map(Role::name).toList()) + "; " + who.name()
                            + " is none");
        }
    }

    /** A refusal by a rule. */
    static Refusal refused(String reason) {
        return new Refusal(Why.REFUSED, reason);
    }

    /** A refusal of what was written. */
    static Refusal invalid(String reason) {
        return new Refusal(Why.INVALID, reason);
    }

    /** The year that numbers are counted in. */
    static int year(Instant now) {
        return now.atOffset(ZoneOffset.UTC).getYear();
    }

    /** Details of an audit line, in pairs of name and text; what is empty is left out, what is long is cut. */
    static Map<String, String> details(String... pairs) {
        Map<String, String> details = new LinkedHashMap<>();
        for (int i = 0; i < pairs.length; i += 2) {
            String text = pairs[i + 1].strip();
            if (!text.isEmpty()) {
                details.put(
                        pairs[i],
                        text.length() <= DETAIL_CHARS_MAX ? text : text.substring(0, DETAIL_CHARS_MAX - 1) + "…");
            }
        }
        return details;
    }
}
