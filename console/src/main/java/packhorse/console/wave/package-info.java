/**
 * What an order does where and in which order: the plan and its digest, who is in which wave, the states of a deployment, its waves
 * and its actions, what is to be done next, who may start, how it is sorted afterwards, and what is tried again or taken back.
 *
 * <p>Everybody in the console may enter: the ledger keeps these values, the scheduler asks {@link packhorse.console.wave.Conduct} and
 * carries out what it says, the trackers ask {@link packhorse.console.wave.LeaseDesk}. Nothing in here reads a clock, a table or a socket.
 *
 * <p>Invariants: a state, a verdict and a hold are three different things; a membership is frozen once and never changes; what is decided names
 * the state it was decided in, so that deciding twice does it once; what has ended stays ended, and a retry is a new attempt; the same plan, seed
 * and endpoints give the same waves.
 */
@Pure
@NullMarked
package packhorse.console.wave;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
