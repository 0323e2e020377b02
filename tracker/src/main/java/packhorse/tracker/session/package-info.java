/**
 * The tracker's conversation with agents: reports come in, assignments go out. {@link packhorse.tracker.session.AgentSessions}
 * owns the swarm state with one thread; everybody else posts to it. Invariants: nobody else writes the directory; every
 * question gets exactly one answer; a site map that cannot be read changes nothing.
 */
@NullMarked
package packhorse.tracker.session;

import org.jspecify.annotations.NullMarked;
