/**
 * Who should have what, and who may: a sheet of wishes and entitlements, held against the catalogue, becomes a
 * {@link packhorse.tracker.desired.Ruling}, which answers for one endpoint at a time. Pure: files, clocks and sessions are
 * {@code tracker.governance}'s. Invariants: nobody may have what no line grants; a wish that cannot come true is refused with one line
 * that names its place and the mend, and the others act; the same sheet and the same catalogue give the same answers at every tracker.
 */
@Pure
@NullMarked
package packhorse.tracker.desired;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
