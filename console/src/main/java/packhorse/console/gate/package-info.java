/**
 * Whether what was seen is good enough: exact bounds for rates, Wald's sequential test, how large a beta group has to be, whom it
 * is drawn from, and the verdict over a wave. Whoever plans, judges or shows a wave enters; it knows nothing of orders, waves or
 * clocks, only counts.
 *
 * <p>Invariants: a verdict comes with the numerators, denominators and intervals it was taken from; finishing alone never passes;
 * who did not report is counted apart and never as a success; the same counts, thresholds and seed give the same answer.
 */
@Pure
@NullMarked
package packhorse.console.gate;

import org.jspecify.annotations.NullMarked;
import packhorse.core.Pure;
