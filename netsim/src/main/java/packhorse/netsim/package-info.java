/**
 * The simulator that runs the product's own pure policies. What will live here: netsim/README.md.
 */
@NullMarked
package packhorse.netsim;

import org.jspecify.annotations.NullMarked;
