/**
 * The adapter {@code config}: sets and removes keys in files that others own, fills templates, and writes the answers that another
 * installer will ask for. Only {@link packhorse.peer.adapter.config.ConfigAdapter} may be used from outside.
 *
 * <p>Invariants: what becomes of a file is a function of its present text, {@link packhorse.peer.adapter.config.Plan} and what it was
 * before the line's first release; doing it twice is doing it once, so comparing with it is verification. A file is replaced by one
 * rename, and whoever reads it sees the old text or the new. No path is followed out of the machine's root, nor from a directory that a
 * user owns to what another one owns.
 */
@NullMarked
package packhorse.peer.adapter.config;

import org.jspecify.annotations.NullMarked;
