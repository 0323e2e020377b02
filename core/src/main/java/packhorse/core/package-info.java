/**
 * What two modules speak. This package itself holds the {@link packhorse.core.Pure} marker, and the two exceptions whose line is for a
 * person: {@link packhorse.core.UsageException} for what was asked wrongly, {@link packhorse.core.OperationException} for what went wrong.
 */
@NullMarked
package packhorse.core;

import org.jspecify.annotations.NullMarked;
