/**
 * The tracker's parts list: reads the configuration, constructs every part top-down and closes them in reverse.
 */
@NullMarked
package packhorse.tracker;

import org.jspecify.annotations.NullMarked;
