/**
 * Reads a source once and makes content of it: a file as it is, a tree as one deterministic archive, with every hash that
 * the manifest and the torrents need. Who may enter: publish and the origin. Invariants: the length is known before the
 * first byte; what was hashed is what was handed to the sink; a source that changed while it was read yields nothing.
 */
@NullMarked
package packhorse.seeder.build;

import org.jspecify.annotations.NullMarked;
