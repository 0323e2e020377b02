/**
 * What two modules speak. This package itself holds the {@link packhorse.core.Pure} marker, the two exceptions whose line is for a
 * person, {@link packhorse.core.UsageException} for what was asked wrongly and {@link packhorse.core.OperationException} for what went
 * wrong, and {@link packhorse.core.PlainText}, which is what others' words become before a person reads them.
 */
@Pure
@NullMarked
package packhorse.core;

import org.jspecify.annotations.NullMarked;
