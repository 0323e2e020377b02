/**
 * {@code packhorse doctor}: puts each role's checks and the machine's own together. What is checked stands in {@code core.doctor} and in
 * the roles' {@code cli} packages. Invariant: nothing that it looks at is changed.
 */
@NullMarked
package packhorse.dist.doctor;

import org.jspecify.annotations.NullMarked;
