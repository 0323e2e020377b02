/**
 * What the tracker's appointment means for this agent: its duty in each swarm, which addresses are its own site, how much
 * of the WAN link it may take, and on which side of the link a byte is counted.
 *
 * <p>Invariant: an address is WAN unless the assignment says it is local; an agent that knows no assignment treats
 * everything as WAN and so is limited rather than loose.
 */
@Pure
@NullMarked
package packhorse.peer.site;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
