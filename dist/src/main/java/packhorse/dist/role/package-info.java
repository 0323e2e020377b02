/**
 * A role of Packhorse as a process of its own, started from this one: the same Java, the same jars, another command line. The demo and
 * {@code packhorse up} start theirs here.
 *
 * <p>Invariant: no process outlives the one that started it, however that ends.
 */
@NullMarked
package packhorse.dist.role;

import org.jspecify.annotations.NullMarked;
