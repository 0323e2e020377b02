/**
 * The tracker's command on the command line. The only home of picocli in the tracker.
 */
@NullMarked
package packhorse.tracker.cli;

import org.jspecify.annotations.NullMarked;
