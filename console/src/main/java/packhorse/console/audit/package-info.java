/**
 * What was decided, by whom and when, as a chain that shows every later change of it. An entry is the canonical bytes of one
 * decision or transition; a link is these bytes with the digest that binds them to all links before. Who keeps links enters with
 * {@link packhorse.console.audit.AuditChain}.
 *
 * <p>Invariants: a link's digest is over the digest before it and its own exact bytes; numbers count from 1 without a gap; so whoever
 * knows the newest digest knows of every link that was changed, left out, added or moved.
 */
@Pure
@NullMarked
package packhorse.console.audit;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
