/**
 * Which peers to hand out, and who pulls over a site's WAN. Pure: {@link packhorse.tracker.selection.Selection} takes one
 * swarm, the site map and what it decided before, and returns what every member is told. Invariants, held by the property
 * test over random worlds: an ordinary agent is given its own site only, unless it was rescued or lends; a site has at most as many
 * pullers as it has site peers, or {@code leadsMax} where none takes part; nobody is told to connect to somebody who
 * has not acknowledged to expect it; addresses of other BitTorrent clients never appear.
 */
@Pure
@NullMarked
package packhorse.tracker.selection;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
