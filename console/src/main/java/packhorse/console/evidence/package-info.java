/**
 * The evidence of an order, for an auditor who trusts nobody here: one archive with everything that its reports say, the bytes of its
 * plan, the audit links that concern it, a manifest of all digests and a signature. Enter with
 * {@link packhorse.console.evidence.EvidencePack}, to write one or to have one proved.
 *
 * <p>Invariants: the same contents make the same bytes; nothing in the archive is outside the manifest, and nothing of the manifest is
 * believed before its signature was checked; whoever verifies is told of everything that does not fit, by name, and reads no further
 * than the manifest allows.
 */
@NullMarked
package packhorse.console.evidence;

import org.jspecify.annotations.NullMarked;
