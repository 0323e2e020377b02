/**
 * The peer's own commands: run the agent, and ask a running one through its socket. Nothing here knows libtorrent, trackers
 * or the store, so that {@code packhorse status} starts as fast as the Java runtime does.
 *
 * <p>Invariant: what went wrong is thrown as one line; only the program's {@code Main} prints it and chooses the exit code.
 */
@NullMarked
package packhorse.peer.cli;

import org.jspecify.annotations.NullMarked;
