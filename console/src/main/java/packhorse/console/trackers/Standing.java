package packhorse.console.trackers;

import java.util.Optional;
import packhorse.core.message.v1.DenyList;
import packhorse.core.message.v1.Entitlements;
import packhorse.core.message.v1.SiteMapUpdate;

/**
 * What holds for all endpoints. Each part has a revision that grows with each change, and a tracker keeps the one with the higher; a part
 * that is empty is left to the tracker's own files.
 *
 * @param entitlements who may have what when its user asks
 * @param sites the site map, as its file says it
 * @param denied who may no longer take part
 */
public record Standing(Optional<Entitlements> entitlements, Optional<SiteMapUpdate> sites, Optional<DenyList> denied) {
    /** All of it is left to the trackers. */
    public static final Standing NONE = new Standing(Optional.empty(), Optional.empty(), Optional.empty());
}
