/**
 * Disks that fail as disks do, and the proof that nothing is left between old and new: what every adapter's tests share. A disk here
 * is a decorator of another one and keeps the same contract until its moment comes; {@link packhorse.peer.adapter.testing.EveryStep}
 * lets an operation be cut off before each of its changes and looks at what is left.
 */
@NullMarked
package packhorse.peer.adapter.testing;

import org.jspecify.annotations.NullMarked;
