/**
 * Amounts with their unit in the type: {@link packhorse.core.unit.ByteCount} and {@link packhorse.core.unit.ByteRate}; durations as people write
 * them: {@link packhorse.core.unit.Durations}. Everything may enter.
 */
@Pure
@NullMarked
package packhorse.core.unit;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
