/**
 * The laws that hold whatever happens: who crashes, what is lost, said twice or late, who clicks when. Each is one class and looks at two
 * snapshots of the {@link packhorse.console.law.World}, before and now. The same classes are asked by tests, by the explorer of small
 * worlds, by the simulator and by the console itself while it runs, which holds a deployment that breaks one.
 *
 * <p>Invariants: a law knows nothing of how things are decided, only of what must not be; it says what is broken in one line; a
 * world in which nothing has happened breaks none.
 */
@Pure
@NullMarked
package packhorse.console.law;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
