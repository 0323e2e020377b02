/**
 * Programs of our own beside the agent, each a process with rights of its own: how one is started from this program's classes, what is
 * read of its log, how it is asked for signs of life and how its end is noticed. The swarm's and the installer's sides enter;
 * what is said between both ends is theirs.
 *
 * <p>Invariants: a child gets three pipes, the language and nothing else of its parent; what it says is bounded in length, number
 * and time; a silence counts only by time in which its parent could have heard it; its end is told once, whoever brought it
 * about.
 */
@NullMarked
package packhorse.peer.process;

import org.jspecify.annotations.NullMarked;
