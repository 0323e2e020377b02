/**
 * The agent's conversation with its trackers: reports go up, assignments come down, over one HTTP long poll at a time.
 * Level-triggered: each report says everything, so a lost one costs time and a repeated one nothing.
 *
 * <p>Invariant: events arrive one after the other, from one thread, and a tracker that cannot be reached takes nothing away:
 * the last assignment stays in force with whoever received it.
 */
@NullMarked
package packhorse.peer.session;

import org.jspecify.annotations.NullMarked;
