package packhorse.tracker.desired;

import java.time.Instant;
import java.util.List;

/**
 * What people wrote: who should have what, and who may. One edition of it replaces the one before.
 *
 * @param name how messages call it
 * @param edition when it was last edited: of two editions the later one holds
 * @param roster groups and labels
 * @param wishes in the order in which they are to be done
 * @param entitlements in any order; none grants nothing
 * @param settings variables, later ones over earlier ones where they are for the same kind of whom
 */
public record Sheet(
        String name,
        Instant edition,
        Roster roster,
        List<Wish> wishes,
        List<Entitlement> entitlements,
        List<Setting> settings) {
    public Sheet {
        wishes = List.copyOf(wishes);
        entitlements = List.copyOf(entitlements);
        settings = List.copyOf(settings);
    }

    /** The sheet of a tracker that was given none. */
    public static final Sheet NONE = new Sheet("", Instant.EPOCH, Roster.EMPTY, List.of(), List.of(), List.of());
}
