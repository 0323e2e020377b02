/**
 * What this machine should hold, against what it holds: wanted − have = plan. The agent asks after every change and does
 * what the plan says, so a step that was lost to a crash is simply planned again. Also which release a person's words mean.
 *
 * <p>Invariant: a plan names a pack at most once, and the plan of a state that is as wanted is empty.
 */
@Pure
@NullMarked
package packhorse.peer.desired;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
