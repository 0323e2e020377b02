/**
 * Sessions between machines of a deployment: length-prefixed messages over mutual TLS 1.3 on MINA, both ends. Trackers open a
 * {@link packhorse.core.wire.WireServer}, everybody else keeps a {@link packhorse.core.wire.WireClient}; both hand out
 * {@link packhorse.core.wire.WireSession}s and messages, and nothing of MINA or TLS is seen outside.
 *
 * <p>Invariants: who the other end is, its certificate says, and it is asked of the deny-list for each session, resumed ones
 * too. Nothing but Hello is read before Welcome, and nothing but Welcome or Goodbye is answered. A frame's length is checked
 * before its body is kept. Every queue here has a bound, and whoever fills one is slowed or cut off, nobody else. Frames of a
 * session arrive in the order in which they were sent. docs/protocols/session.md is the protocol.
 */
@NullMarked
package packhorse.core.wire;

import org.jspecify.annotations.NullMarked;
