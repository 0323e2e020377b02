/**
 * Change orders, waves, gates, fleet and reports. What will live here: console/README.md.
 */
@NullMarked
package packhorse.console;

import org.jspecify.annotations.NullMarked;
