/**
 * Strict JSON in and OLPC canonical JSON out: the byte form under every signature. Invariant: what {@code CanonicalJson}
 * writes, {@code JsonReader} reads back to an equal value, as long as no string holds a control character.
 */
@Pure
@NullMarked
package packhorse.core.json;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
