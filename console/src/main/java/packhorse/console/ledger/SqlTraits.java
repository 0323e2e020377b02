package packhorse.console.ledger;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import packhorse.console.fleet.EndpointFacts;
import packhorse.console.fleet.Glob;
import packhorse.core.topology.EndpointId;

/** What people look for endpoints by, beside the facts that it follows from. Whoever writes facts writes it with them, and holds the row. */
final class SqlTraits {
    /** No label is longer, nor a name of DNS; what is cut is found by other means. PostgreSQL's indexes hold so much and not much more. */
    static final int CHARS_MAX = 255;

    static final String NAME = "name";
    static final String LABEL_DOT = "label.";

    private final Handle handle;

    SqlTraits(Handle handle) {
        this.handle = handle;
    }

    private record Trait(String trait, String value) {}

    private static Set<Trait> of(EndpointFacts facts) {
        Set<Trait> traits = new HashSet<>();
        put(traits, NAME, facts.name());
        facts.labels().forEach((label, value) -> put(traits, LABEL_DOT + label, value));
        return traits;
    }

    private static void put(Set<Trait> traits, String trait, String value) {
        if (!value.isEmpty()) {
            String lower = Glob.lower(value);
            traits.add(new Trait(trait, lower.substring(0, Math.min(lower.length(), CHARS_MAX))));
        }
    }

    /** These were not there before. */
    void add(Collection<EndpointFacts> endpoints) {
        try (Bulk bulk = adding()) {
            for (EndpointFacts one : endpoints) {
                String endpoint = one.endpoint().toString();
                of(one).forEach(trait -> bulk.add(trait.trait(), trait.value(), endpoint));
            }
            bulk.flush();
        }
    }

    private Bulk adding() {
        return new Bulk(
                handle,
                "INSERT INTO endpoint_trait (trait, value, endpoint) VALUES (?, ?, ?) ON CONFLICT (trait, value,"
                        + " endpoint) DO NOTHING");
    }

    /** It was known as {@code before}. */
    void change(EndpointId endpoint, EndpointFacts before, EndpointFacts now) {
        Set<Trait> had = of(before);
        Set<Trait> has = of(now);
        try (Bulk away = new Bulk(handle, "DELETE FROM endpoint_trait WHERE trait = ? AND value = ? AND endpoint = ?");
                Bulk added = adding()) {
            had.stream()
                    .filter(trait -> !has.contains(trait))
                    .forEach(trait -> away.add(trait.trait(), trait.value(), endpoint.toString()));
            has.stream()
                    .filter(trait -> !had.contains(trait))
                    .forEach(trait -> added.add(trait.trait(), trait.value(), endpoint.toString()));
            away.flush();
            added.flush();
        }
    }
}
