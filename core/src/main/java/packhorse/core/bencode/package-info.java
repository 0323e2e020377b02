/**
 * Bencoding (BEP 3): the byte form of torrents and of HTTP tracker answers. Invariant: one value has one encoding, and the decoder refuses every other.
 */
@Pure
@NullMarked
package packhorse.core.bencode;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
