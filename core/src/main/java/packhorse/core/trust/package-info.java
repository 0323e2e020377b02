/**
 * Keys, signatures and the TUF catalogue: client workflow and repository writer. The only home of Bouncy Castle. Invariant: a {@code Verified…} value can only be made here, after its signature or digest was checked.
 */
@NullMarked
package packhorse.core.trust;

import org.jspecify.annotations.NullMarked;
