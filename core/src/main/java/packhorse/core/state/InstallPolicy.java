package packhorse.core.state;

import java.time.Instant;
import java.util.Optional;

/**
 * What an order allows and demands of an endpoint that puts a release in place; the publisher's own wishes stand in the
 * manifest, and where both speak the stricter holds.
 *
 * @param deferUntil the endpoint's user may put it off, again and again, but not beyond this; absent: he may not
 * @param sandbox refuse hooks where the machine cannot confine them
 * @param mayReboot start the machine again by ourselves where a release needs it; else wait until somebody does
 * @param mayDowngrade an older version than the one in place is meant
 * @param mendDrift put managed files back that somebody changed
 * @param commitAtOnce commit as soon as it is verified, without an order of its own
 */
public record InstallPolicy(
        Optional<Instant> deferUntil,
        boolean sandbox,
        boolean mayReboot,
        boolean mayDowngrade,
        boolean mendDrift,
        boolean commitAtOnce) {
    /** Nothing is allowed and nothing demanded. */
    public static final InstallPolicy DEFAULT = new InstallPolicy(Optional.empty(), false, false, false, false, false);
}
