/**
 * The console's sessions with every tracker: desired states go down, what agents report comes up and is acknowledged once it is stored.
 *
 * <p>The rest of the console enters by {@link packhorse.console.trackers.TrackerSessions} and is asked by its
 * {@link packhorse.console.trackers.ConsoleDesk}. Nothing is kept here that a session does not bring again: a tracker says anew whom it
 * has at the start of each, and is told everything about them. What travels is a level: the newest replaces what was said before,
 * losing one costs time, repeating one changes nothing. The protocol is in docs/protocols/console.md.
 */
@NullMarked
package packhorse.console.trackers;

import org.jspecify.annotations.NullMarked;
