/**
 * The main job on one machine: a tracker, an origin and some offices as real processes, each on a loopback address of its
 * own, the offices' lines limited; one real file published and pulled everywhere; then the numbers, and whether they are
 * true. Only {@link packhorse.dist.demo.DemoCommand} may be entered.
 *
 * <p>Invariants: what the demo shows it has counted or recomputed itself (the copies' hashes from the copies, the books from
 * both ends of every pair); nothing outlives it, neither process nor file, however it ends.
 */
@NullMarked
package packhorse.dist.demo;

import org.jspecify.annotations.NullMarked;
