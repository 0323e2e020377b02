/**
 * An agent's side of its session with trackers, over {@link packhorse.core.wire}: reports go up, assignments, desired states
 * and answers come down as {@link packhorse.peer.session.SessionEvent}s. Only the agent enters. Invariants: a newer report
 * replaces the one that was not sent yet; an assignment is acknowledged after it was handed on; what a malformed message says is
 * never handed on, the session ends instead.
 */
@NullMarked
package packhorse.peer.session;

import org.jspecify.annotations.NullMarked;
