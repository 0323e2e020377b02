/**
 * A published tree as it travels: an uncompressed tar beside its signed file list. Whoever unpacks one, for a person or as an
 * installation, reads it through here.
 *
 * <p>Invariants: nothing here writes. The list is proved by its digest when its end is reached, so whoever acts on its entries before
 * acts on what he can still throw away. An archive's entry is shown only after it was found to be the list's next one.
 */
@NullMarked
package packhorse.peer.tree;

import org.jspecify.annotations.NullMarked;
