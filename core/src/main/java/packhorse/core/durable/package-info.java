/**
 * How bytes come to stand on a disk: written beside, flushed, renamed over the name, the directory flushed. Everybody who keeps
 * something beyond a crash enters: {@link packhorse.core.durable.DurableFiles} where a failure is told to a person as it is,
 * {@link packhorse.core.durable.Durably} where the caller has more to say about it, or puts the steps in an order of its own.
 *
 * <p>Invariants: what a method here returned from outlives a loss of power, name and bytes; a loss before that leaves the old
 * bytes or the new under a name, never a part of either.
 */
@NullMarked
package packhorse.core.durable;

import org.jspecify.annotations.NullMarked;
