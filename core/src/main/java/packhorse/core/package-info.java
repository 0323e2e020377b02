/** What two modules speak. This package itself holds only the {@link packhorse.core.Pure} marker. */
@NullMarked
package packhorse.core;

import org.jspecify.annotations.NullMarked;
