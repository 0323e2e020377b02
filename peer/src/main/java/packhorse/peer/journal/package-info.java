/**
 * What this endpoint has to say about its orders, on its own disk until a tracker says that it is stored for good.
 *
 * <p>May enter: the agent, which writes states, and sends what waits.
 *
 * <p>Invariants: nothing is told to anybody before it is on the disk; sequences have no gaps and are never given twice in one
 * journal; a state is written once per action, also across restarts; the end of an action is never dropped.
 */
@NullMarked
package packhorse.peer.journal;

import org.jspecify.annotations.NullMarked;
