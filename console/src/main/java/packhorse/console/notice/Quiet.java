package packhorse.console.notice;

import java.util.Map;
import java.util.Optional;

/**
 * Whose nights are when.
 *
 * @param everybody's hours, where they have none of their own
 * @param own hours by address; an empty one: that address never sleeps, as a shift's does not
 */
public record Quiet(Optional<QuietHours> everybody, Map<String, Optional<QuietHours>> own) {
    public Quiet {
        own = Map.copyOf(own);
    }

    /** Nobody sleeps. */
    public static Quiet never() {
        return new Quiet(Optional.empty(), Map.of());
    }

    /** Those of an address. */
    Optional<QuietHours> of(String address) {
        Optional<QuietHours> theirs = own.get(address);
        return theirs == null ? everybody : theirs;
    }
}
