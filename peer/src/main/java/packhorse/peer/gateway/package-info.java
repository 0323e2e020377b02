/**
 * Releases over HTTP for programs on this machine, with ranges, while they are still coming: a request for what is not here
 * starts a pull, and bytes go out as soon as their piece is verified. And a page
 * for the person at this machine, who installs and takes back without a command line. Started only where the configuration names an address.
 *
 * <p>Invariant: no byte leaves that is not part of a piece verified against the signed hash tree; a stream that cannot go on
 * is broken off, never filled up. The page for the person at this machine is answered to nobody else, and changes nothing that a page
 * of another origin asked for.
 */
@NullMarked
package packhorse.peer.gateway;

import org.jspecify.annotations.NullMarked;
