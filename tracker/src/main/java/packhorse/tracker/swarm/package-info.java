/**
 * Who holds what, until when: the agents a tracker knows, by their own reports, and which of them share a swarm. Soft
 * state: all of it comes back within one round of reports. Pure: a {@link packhorse.tracker.swarm.Directory} has one
 * owner, who brings the time. Invariants: a report replaces the one before it or is ignored as older, never merged; every
 * agent in a swarm is an agent of the directory; an agent that fell silent is in no swarm.
 */
@Pure
@NullMarked
package packhorse.tracker.swarm;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
