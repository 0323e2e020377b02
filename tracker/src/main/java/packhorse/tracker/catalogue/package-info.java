/**
 * A read-only mirror of the origin's repository: it follows the catalogue as any client does, keeps what was verified, and
 * serves that to agents, so that they need to reach the tracker only. Invariants: nothing is kept or served unless the
 * catalogue's signatures or a signed digest vouch for it; while the origin is away, the last good catalogue is served.
 */
@NullMarked
package packhorse.tracker.catalogue;

import org.jspecify.annotations.NullMarked;
