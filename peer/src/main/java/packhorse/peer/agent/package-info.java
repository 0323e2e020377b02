/**
 * The agent: one thread owns all of its state, everyone else posts messages. It turns what is wanted into swarms, a tracker's
 * appointments into commands, and what swarms say into replies and reports. Decisions are made in {@code peer.desired} and
 * {@code peer.site}; blocking work runs on virtual threads and comes back as a message.
 *
 * <p>May enter: the parts list ({@code packhorse.peer}), the gateway, the command line's socket, and the origin, which embeds
 * an agent that starts full.
 *
 * <p>Invariants: content is promoted only with the proof of its whole SHA-256; what someone asked for is on disk before they
 * are told that it goes on; at most one swarm runs per pack; every answer to a request is one final reply.
 */
@NullMarked
package packhorse.peer.agent;

import org.jspecify.annotations.NullMarked;
