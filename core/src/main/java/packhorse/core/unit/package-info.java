/**
 * Amounts with their unit in the type: {@link packhorse.core.unit.ByteCount} and {@link packhorse.core.unit.ByteRate}. Everything may enter.
 */
@Pure
@NullMarked
package packhorse.core.unit;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
