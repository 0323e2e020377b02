/**
 * Where things are: addresses, subnets, sites with their WAN links, and the map that says which site an address belongs to. Invariant: subnets of different sites never overlap.
 */
@Pure
@NullMarked
package packhorse.core.topology;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
