/**
 * What {@code packhorse doctor} finds: one finding a line, each with its mend, and the checks that every role shares (disk,
 * limits, ports, clock, certificate). A role's own checks stand in its {@code cli} package. Invariants: a check never throws and never
 * changes anything that stays; what cannot be known is said and is no failure; every finding that is not fine names a mend.
 */
@NullMarked
package packhorse.core.doctor;

import org.jspecify.annotations.NullMarked;
