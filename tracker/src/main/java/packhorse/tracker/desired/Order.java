package packhorse.tracker.desired;

import java.util.Set;
import packhorse.core.content.ReleaseId;
import packhorse.core.content.Sha256;
import packhorse.core.state.DesiredItem;

/**
 * A wish that the catalogue can fulfil.
 *
 * @param item what endpoints are given
 * @param names the releases it is about: one, or a bundle's members
 * @param needs what they need besides
 * @param packs content of all of these, where the operation needs it
 */
record Order(Wish wish, DesiredItem item, Set<ReleaseId> names, Set<ReleaseId> needs, Set<Sha256> packs) {}
